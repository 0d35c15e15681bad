"""Merges the distinct rows of all CSV files of a folder with pandas: INPUT_FOLDER OUTPUT_FILE."""

import glob
import os
import sys

import pandas as pd

folder, output = sys.argv[1:3]
rows = pd.concat([pd.read_csv(name) for name in sorted(glob.glob(f"{folder}/*.csv"))]).drop_duplicates()
with open(output, "w") as file:
    rows.to_csv(file, index=False)
    # Ours syncs what it writes before it says that it is done.
    file.flush()
    os.fsync(file.fileno())
