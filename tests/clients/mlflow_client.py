"""MLflow's own client against a running app.

    python tests/clients/mlflow_client.py HOST PORT CSV_FILE

The rows of the file are asked through MLflow's client, and again in every form of its protocol;
all answers must be the same.
"""

import sys

import pandas as pd
import requests
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

host, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
frame = pd.read_csv(path).head(50)
client = ScoringServerClient(host, port)
client.ping()
expected = client.invoke(frame).get_predictions().iloc[:, 0].tolist()
url = f"http://{host}:{port}/invocations"
split, records = frame.to_json(orient="split"), frame.to_json(orient="records")
forms = {
    "dataframe_split": ("application/json", '{"dataframe_split": %s}' % split, True),
    "dataframe_records": ("application/json", '{"dataframe_records": %s}' % records, True),
    "instances": ("application/json", '{"instances": %s}' % records, True),
    "inputs": ("application/json", '{"inputs": %s}' % pd.Series(frame.to_dict("list")).to_json(), True),
    "csv": ("text/csv", frame.to_csv(index=False), True),
    "1.x split": ("application/json; format=pandas-split", split, False),
    "1.x records": ("application/json; format=pandas-records", records, False),
}
for name, (content_type, body, is_wrapped) in forms.items():
    reply = requests.post(url, data=body.encode(), headers={"Content-Type": content_type}, timeout=30)
    reply.raise_for_status()
    answer = reply.json()
    answer = answer["predictions"] if is_wrapped else answer
    assert answer == expected, (name, answer, expected)
    print("as expected:", name)
print(f"{len(expected)} rows, version {client.get_version()}")
