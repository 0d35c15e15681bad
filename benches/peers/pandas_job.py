"""The same job the usual way: ingest, fit, score, summarise and plot in one process."""

import glob
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

inputs, test, target = sys.argv[1:4]
data = pd.concat([pd.read_csv(f) for f in sorted(glob.glob(f"{inputs}/*.csv"))]).drop_duplicates()
data.to_csv("peer_finaldata.csv", index=False)
features = [c for c in data.select_dtypes("number").columns if c != target]
fill = data[features].median()
model = LogisticRegression(C=1.0, max_iter=1000).fit(data[features].fillna(fill), data[target])
held_out = pd.concat([pd.read_csv(f) for f in sorted(glob.glob(f"{test}/*.csv"))])
predicted = model.predict(held_out[features].fillna(fill))
print("f1", metrics.f1_score(held_out[target], predicted))
print(data[features].agg(["mean", "median", "std"]))
metrics.ConfusionMatrixDisplay(metrics.confusion_matrix(held_out[target], predicted)).plot()
plt.savefig("peer_confusion.png")
