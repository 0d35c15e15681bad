"""A whole first run of fullprocess against pandas_job.py, in turn, several rounds.

usage: python benches/peers/whole_run.py INPUT_FOLDER TEST_FOLDER TARGET [ROUNDS]

Ours does more: manifest, intervals, deployment, history, PDF, five calls over HTTP.
Prints every round and the ratio of the medians. Needs requirements.txt beside this file
and `cargo build --release --bin fullprocess`.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

here = os.path.dirname(os.path.abspath(__file__))
binary = os.path.join(here, "..", "..", "target", "release", "fullprocess")
inputs, test, target = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3]
rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 9
folder = tempfile.mkdtemp()
config = {
    "input_folder_path": inputs,
    "output_folder_path": "ingesteddata",
    "test_data_path": test,
    "output_model_path": "models",
    "prod_deployment_path": "production_deployment",
    "data": {"target": target},
}
with open(os.path.join(folder, "config.json"), "w") as file:
    json.dump(config, file)


def timed(command):
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - begun)


ours, peers = [], []
for number in range(rounds):
    for output in ["ingesteddata", "models", "production_deployment"]:
        shutil.rmtree(os.path.join(folder, output), ignore_errors=True)
    ours.append(timed([binary, "--quiet"]))
    peers.append(timed([sys.executable, os.path.join(here, "pandas_job.py"), inputs, test, target]))
    print(f"round {number + 1}: fullprocess {ours[-1]:.1f} ms, pandas job {peers[-1]:.0f} ms")
a, b = statistics.median(ours), statistics.median(peers)
print(f"medians: {a:.1f} ms and {b:.0f} ms, ratio {a / b:.4f}")
shutil.rmtree(folder)
