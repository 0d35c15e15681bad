"""Fits what ours deploys by default, with scikit-learn: INPUT_FOLDER OUTPUT_FOLDER.

Writes OUTPUT_FOLDER/model.pkl for fastapi_peer.py and OUTPUT_FOLDER/mlflow for `mlflow models serve`.
"""

import glob
import os
import pickle
import sys

import mlflow.sklearn
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

inputs, output = sys.argv[1:3]
rows = pd.concat([pd.read_csv(name) for name in sorted(glob.glob(f"{inputs}/*.csv"))]).drop_duplicates()
numbers = ["tenure_months", "monthly_fee", "support_calls", "last_login_days", "satisfaction"]
categories = ["region", "plan"]
prepared = make_column_transformer(
    (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
    (OneHotEncoder(handle_unknown="ignore"), categories),
)
model = make_pipeline(prepared, LogisticRegression(max_iter=1000)).fit(rows[categories + numbers], rows["churned"])
os.makedirs(output)
with open(os.path.join(output, "model.pkl"), "wb") as file:
    pickle.dump(model, file)
mlflow.sklearn.save_model(model, os.path.join(output, "mlflow"), serialization_format="cloudpickle")
