"""Ours side by side with others: in turn, several rounds, each in a process of its own.

    cargo build --release --benches --bins
    pip install -r benches/peers/requirements.txt
    python benches/peers/compare.py

Prints a row for each comparison: medians over the rounds, the ratio of the medians, the goal and
whether it is met, processor time and peak memory. `--small` tries all of it out in a few minutes.
docs/benchmarks.md says more.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import place
import table
from batch import drift, ingestion, models, summary, whole_run
from growth import growth
from measure import Failed
from servers import http, start

# Each work: what it does, and the function that measures it. docs/benchmarks.md has a row of each.
WORKS = {
    "ingestion": ("5M rows of 40 CSV files, a tenth of them duplicates, merged", ingestion),
    "summary": ("statistics of all columns of those rows, the median exact", summary),
    "logistic": (
        "logistic regression of 1M rows",
        models("logistic", "logistic", {"sklearn": 0.35}),
    ),
    "boosting_100k": (
        "100 boosted trees of 100k rows",
        models("boosting_100k", "boosting", {"lightgbm": 0.5, "xgboost": 0.5}, 100_000, auc=0.001),
    ),
    "boosting_1m": (
        "100 boosted trees of 1M rows",
        models("boosting_1m", "boosting", {"lightgbm": 0.5, "xgboost": 0.5}, auc=0.001),
    ),
    "predict_logistic": (
        "predictions of 1M rows by logistic regression",
        models("predict_logistic", "predict_logistic", {"sklearn": 0.25}),
    ),
    "predict_boosting": (
        "predictions of 1M rows by 100 trees",
        models("predict_boosting", "predict_boosting", {"lightgbm": 0.12}),
    ),
    "drift": ("1M rows of 25 columns against 1M others", drift),
    "whole_run": ("a first run on 36 rows: model, scores, deployment, report", whole_run),
    "http": ("predictions over HTTP on 32 connections", http),
    "start": ("from the start of a server to its first answer", start),
    "growth": ("ours alone from 10k to 10M rows, with a plot", growth),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=WORKS, metavar="NAME", help="this work; may be repeated")
    parser.add_argument("--list", action="store_true", help="name the works and leave it at that")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of each work (default 5)")
    parser.add_argument("--small", action="store_true", help="a hundredth of the rows, to try it out")
    parser.add_argument("--data", metavar="FOLDER", help="where input is made and kept (default: a folder for temporary files)")
    parser.add_argument("--json", metavar="FILE", help="write all rounds there")
    parser.add_argument("--markdown", action="store_true", help="print the table as docs/benchmarks.md holds it")
    parser.add_argument("--into", metavar="FILE", help="put the rows into the table of this document")
    given = parser.parse_args()
    if given.list:
        print("\n".join(f"{name:<18}{about}" for name, (about, _) in WORKS.items()))
        return 0
    if given.rounds < 1:
        parser.error("--rounds takes a number from 1 up")
    if given.into and given.small:
        parser.error("--small is for trying it out: its figures go into no document")
    if given.into:
        with open(given.into, encoding="utf-8") as file:
            if table.BEGIN not in file.read():
                parser.error(f"{given.into} has no table: it needs the lines {table.BEGIN.strip()} and {table.END}")

    data = given.data or os.path.join(tempfile.gettempdir(), "incumbent-benches")
    bench = place.Bench(data, given.rounds, given.small)
    rows, rounds, is_whole = [], {}, True
    for name in given.only or WORKS:
        try:
            found, rounds[name] = WORKS[name][1](bench)
        except (place.Missing, Failed, OSError, subprocess.CalledProcessError) as problem:
            print(f"{name} is skipped: {problem}", file=sys.stderr)
            is_whole = False
            continue
        except KeyboardInterrupt:
            print(f"{name} is broken off", file=sys.stderr)
            is_whole = False
            break
        if given.small:
            # Goals are about the full size.
            for row in found:
                row.goal, row.met = table.NOT_MEASURED, None
        rows += found
        keep(given, rows, rounds)
    print(table.markdown(rows, [name for name in WORKS if name in rounds]) if given.markdown else table.text(rows))
    # What was not measured was not shown to hold.
    return 0 if is_whole else 1


def keep(given, rows, rounds):
    """Writes what was measured so far: a run takes long, and may be broken off."""
    if given.json:
        results = {"rows": [vars(row) for row in rows], "rounds": rounds}
        with open(given.json, "w") as file:
            json.dump(results, file, indent=1)
    if given.into:
        with open(given.into, encoding="utf-8") as file:
            new = table.into(file.read(), rows, WORKS)
        with open(given.into, "w", encoding="utf-8") as file:
            file.write(new)


if __name__ == "__main__":
    sys.exit(main())
