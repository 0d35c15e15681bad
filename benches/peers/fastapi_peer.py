"""Serves a pipeline of sklearn_model.py with FastAPI and uvicorn, one process: model.pkl PORT."""

import pickle
import sys

import pandas as pd
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

with open(sys.argv[1], "rb") as file:
    model = pickle.load(file)
app = FastAPI()


class Customer(BaseModel):
    region: str | None
    plan: str | None
    tenure_months: float | None
    monthly_fee: float | None
    support_calls: float | None
    last_login_days: float | None
    satisfaction: float | None


@app.get("/ping")
def ping():
    return {"status": "healthy"}


@app.post("/predict")
def predict(customer: Customer):
    shares = model.predict_proba(pd.DataFrame([customer.model_dump()]))[0]
    return {"predictions": [int(shares[1] >= 0.5)], "probabilities": [shares.tolist()]}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
