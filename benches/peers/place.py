"""Where programs, data and results are, and what is missing."""

import glob
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = "cargo build --release --benches --bins"
INSTALL = "pip install -r benches/peers/requirements.txt"
HERE = os.path.join(ROOT, "benches", "peers")


class Missing(Exception):
    """Something is not there; the text says what, and the command that helps."""


def binary(name):
    path = os.path.join(ROOT, "target", "release", name)
    if not os.path.exists(path):
        raise Missing(f"target/release/{name} is missing: {BUILD}")
    return path


def bench(name):
    """The newest build of a program of benches/."""
    found = glob.glob(os.path.join(ROOT, "target", "release", "deps", name + "-*"))
    found = [path for path in found if "." not in os.path.basename(path) and os.access(path, os.X_OK)]
    if not found:
        raise Missing(f"the bench program {name} is missing: {BUILD}")
    return max(found, key=os.path.getmtime)


def packages(*names):
    for name in names:
        if importlib.util.find_spec(name) is None:
            raise Missing(f"the Python package {name} is missing: {INSTALL}")


def program(name):
    if shutil.which(name) is None:
        raise Missing(f"{name} is missing: apt-get install {name}")


class Bench:
    """Sizes, data and scratch folders of one call of the driver."""

    def __init__(self, data, rounds, small):
        self.data, self.rounds, self.small = os.path.abspath(data), rounds, small
        os.makedirs(self.data, exist_ok=True)

    def size(self, rows):
        """So many rows, or a hundredth where all is to be tried out."""
        return rows // 100 if self.small else rows

    def scratch(self):
        """A folder on the disk of the data, gone at the end of the `with` block."""
        return tempfile.TemporaryDirectory(dir=self.data)

    def _made(self, name, command):
        folder = os.path.join(self.data, name)
        if not os.path.isdir(folder):
            print(f"makes {name}", file=sys.stderr)
            subprocess.run([sys.executable, *command(folder)], check=True, stdout=subprocess.DEVNULL)
        return folder

    def csv(self, rows, columns, files=1, duplicates=0.0, shift=0.0, seed=0):
        """A folder of CSV files; see generate.py."""
        packages("numpy", "polars")
        options = dict(rows=rows, columns=columns, files=files, duplicates=duplicates, shift=shift, seed=seed)
        words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
        name = f"csv_{rows}x{columns}_{files}_{duplicates}_{shift}_{seed}"
        return self._made(name, lambda folder: [os.path.join(HERE, "generate.py"), "csv", folder, *words])

    def sample(self):
        """36 rows of which 26 differ, and 5 test rows."""
        packages("numpy", "polars")
        return self._made("sample", lambda folder: [os.path.join(HERE, "generate.py"), "sample", folder])

    def matrix(self, rows, test_rows):
        """A folder of matrices; see models_data.py."""
        packages("numpy")
        folder = os.path.join(self.data, f"matrix_{rows}_{test_rows}")
        if not os.path.exists(os.path.join(folder, "shape.json")):
            shutil.rmtree(folder, ignore_errors=True)
        script = os.path.join(HERE, "models_data.py")
        return self._made(os.path.basename(folder), lambda folder: [script, folder, str(rows), str(test_rows)])


def project(folder, inputs, test, **more):
    """Writes a config for a project in `folder`; where it stands."""
    config = {
        "input_folder_path": inputs,
        "output_folder_path": "ingesteddata",
        "test_data_path": test,
        "output_model_path": "models",
        "prod_deployment_path": "production_deployment",
        **more,
    }
    path = os.path.join(folder, "config.json")
    with open(path, "w") as file:
        json.dump(config, file)
    return path


def remove_outputs(folder):
    """Makes a project's next run a first one."""
    for name in ["ingesteddata", "models", "production_deployment"]:
        shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
