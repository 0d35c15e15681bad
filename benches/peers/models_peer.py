"""The peer of benches/models.rs: fits or predicts with another library and prints one line of JSON.

usage: python benches/peers/models_peer.py LIBRARY WORK FOLDER [--threads N]

LIBRARY and WORK: sklearn with logistic, forest, extra_trees, predict_logistic; lightgbm and
xgboost with boosting, predict_boosting. FOLDER is one that models_data.py has made. Arrays are
in memory and, for the logistic regression, standardised before the clock starts; the binning of
boosters is inside. Trees have the same number, leaves, rate, penalty and bins as ours. xgboost
counts no rows in a leaf: it gets its default limit.
"""

import json
import os
import statistics
import sys
import time

library, work, folder = sys.argv[1:4]
threads = int(sys.argv[5]) if sys.argv[4:5] == ["--threads"] else 2
for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = str(threads)

import numpy as np  # noqa: E402  (after the variables that it reads)
from sklearn.metrics import log_loss, roc_auc_score  # noqa: E402

FITTED, TURNS = 100_000, 5


class Sklearn:
    def fit(self, kind, x, y):
        if kind == "logistic":
            from sklearn.linear_model import LogisticRegression

            # At the default of 1e-4 it stops short of the optimum.
            self.model = LogisticRegression(C=1.0, tol=1e-6, max_iter=1000)
        else:
            from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

            which = {"forest": RandomForestClassifier, "extra_trees": ExtraTreesClassifier}[kind]
            self.model = which(n_estimators=100, min_samples_leaf=5, max_features="sqrt", n_jobs=threads, random_state=1)
        self.model.fit(x, y)

    def predict(self, x):
        return self.model.predict_proba(x)[:, 1]


class Lightgbm:
    def fit(self, kind, x, y):
        import lightgbm

        params = {
            "objective": "binary", "num_leaves": 31, "learning_rate": 0.1, "min_data_in_leaf": 20, "lambda_l2": 1.0,
            "max_bin": 255, "num_threads": threads, "verbose": -1, "seed": 1,
        }
        self.model = lightgbm.train(params, lightgbm.Dataset(x, y), 100)

    def predict(self, x):
        return self.model.predict(x, num_threads=threads)


class Xgboost:
    def fit(self, kind, x, y):
        import xgboost

        params = {
            "objective": "binary:logistic", "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": 31,
            "max_depth": 0, "eta": 0.1, "lambda": 1.0, "max_bin": 255, "nthread": threads, "seed": 1,
        }
        self.model = xgboost.train(params, xgboost.QuantileDMatrix(x, y, max_bin=255, nthread=threads), 100)

    def predict(self, x):
        return self.model.inplace_predict(x)


def read(name, columns=None):
    array = np.fromfile(os.path.join(folder, name), dtype="<f8")
    return array if columns is None else array.reshape(-1, columns)


columns = json.load(open(os.path.join(folder, "shape.json")))["columns"]
x, y, x_test, y_test = read("x.f64", columns), read("y.f64"), read("x_test.f64", columns), read("y_test.f64")
if work.endswith("logistic"):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(x)
    x, x_test = scaler.transform(x), scaler.transform(x_test)
peer = {"sklearn": Sklearn, "lightgbm": Lightgbm, "xgboost": Xgboost}[library]()
# So that no import is timed.
kind = work.removeprefix("predict_")
peer.fit(kind, x[:200], y[:200])


def seconds(call):
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def processor():
    times = os.times()
    return times.user + times.system


result = {"work": work, "library": library, "threads": threads, "rows": len(x)}
if work.startswith("predict_"):
    peer.fit(kind, x[:FITTED], y[:FITTED])
    before = processor()
    result["seconds"] = statistics.median(seconds(lambda: peer.predict(x)) for _ in range(TURNS))
    result["processor_seconds"] = (processor() - before) / TURNS
else:
    before = processor()
    result["seconds"] = seconds(lambda: peer.fit(kind, x, y))
    result["processor_seconds"] = processor() - before
result["auc"] = roc_auc_score(y_test, peer.predict(x_test))
if work == "logistic":
    weights = peer.model.coef_[0]
    result["loss"] = log_loss(y, peer.predict(x), normalize=False) + 0.5 * float(weights @ weights)
    result["intercept"] = float(peer.model.intercept_[0])
    result["coefficients"] = weights.tolist()
    result["iterations"] = int(peer.model.n_iter_[0])
print(json.dumps(result))
