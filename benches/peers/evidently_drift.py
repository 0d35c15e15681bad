"""Drift of every column with Evidently's preset: REFERENCE.csv CURRENT.csv. Prints {"read", "drift"} in seconds."""

import json
import sys
import time

import pandas as pd
import pandas.core.dtypes.common

# Evidently 0.7.23 imports a name that pandas 3 has no more; drift does not use it.
vars(pandas.core.dtypes.common).setdefault("infer_dtype_from_object", None)

from evidently import Report
from evidently.presets import DataDriftPreset

start = time.perf_counter()
reference, current = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2])
read = time.perf_counter() - start

start = time.perf_counter()
found = Report([DataDriftPreset()]).run(current, reference).dict()
drift = time.perf_counter() - start
share = next(metric["value"] for metric in found["metrics"] if "DriftedColumnsCount" in str(metric))
print(json.dumps({"read": read, "drift": drift, "drifted": share["count"]}))
