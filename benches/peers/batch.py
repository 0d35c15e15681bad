"""Works that run to an end: ingestion, statistics, models, drift, a whole run."""

import os
import sys

import place
from measure import median, python, run
from table import Row, digits, seconds


def against(bench, work, ours, peers, counts="wall", rounds=None, clean=None, peak=None, auc=None):
    """Rows of ours against each peer, in turn.

    peers   name -> (call, goal): a call gives a Run; a goal is what the ratio may be at most, or None.
    counts  `wall`, or the key of the seconds that the programs print themselves.
    clean   called before each process, outside the measured time.
    peak    MB that ours may take; auc: by how much the AUC may differ.
    """
    found = {name: [] for name in ["ours", *peers]}
    calls = {"ours": ours, **{name: call for name, (call, _) in peers.items()}}
    for number in range(rounds or bench.rounds):
        for name, call in calls.items():
            if clean:
                clean()
                # What one round leaves to the disk is not to be waited for by the next.
                os.sync()
            found[name].append(call())
            last = found[name][-1]
            print(f"{work}, round {number + 1}, {name}: {seconds(of(last, counts))} ({counts})", file=sys.stderr)
    medians = {name: median([of(one, counts) for one in runs]) for name, runs in found.items()}
    rows = []
    for name, (_, goal) in peers.items():
        ratio = medians["ours"] / medians[name]
        cpu = tuple(median([one.cpu for one in found[who]]) for who in ["ours", name])
        most = tuple(median([one.peak for one in found[who]]) for who in ["ours", name])
        row = Row(work, name, counts, seconds(medians["ours"]), seconds(medians[name]), ratio, cpu=cpu, peak=most)
        conditions = []
        if goal is not None:
            row.goal = f"≤ {goal}"
            conditions.append(ratio <= goal)
            if peak:
                row.goal += f", ≤ {peak} MB"
                conditions.append(most[0] <= peak)
            if auc:
                both = [median([one.said["auc"] for one in found[who]]) for who in ["ours", name]]
                row.goal += f", AUC within {auc}"
                row.note = f"AUC {both[0]:.5f} / {both[1]:.5f}"
                conditions.append(both[0] >= both[1] - auc)
            row.met = all(conditions)
        rows.append(row)
    return rows, {name: [vars(one) for one in runs] for name, runs in found.items()}


def of(one, counts):
    return one.wall if counts == "wall" else one.said[counts]


def ingestion(bench):
    place.packages("polars", "pandas")
    program = place.binary("ingestion")
    inputs = bench.csv(bench.size(5_000_000), 20, files=40, duplicates=0.1)
    with bench.scratch() as folder:
        place.project(folder, inputs, "test")
        output = os.path.join(folder, "peer.csv")

        def clean():
            place.remove_outputs(folder)
            if os.path.exists(output):
                os.remove(output)

        ours = lambda: run([program, "--quiet"], folder)
        peers = {
            "polars": (lambda: run(python("polars_ingestion.py", inputs, output)), 0.35),
            "pandas": (lambda: run(python("pandas_ingestion.py", inputs, output)), None),
        }
        return against(bench, "ingestion", ours, peers, clean=clean, peak=400)


def summary(bench):
    place.packages("polars")
    ingestion, program = place.binary("ingestion"), place.bench("summary")
    inputs = bench.csv(bench.size(5_000_000), 20, files=40, duplicates=0.1)
    with bench.scratch() as folder:
        config = place.project(folder, inputs, "test")
        run([ingestion, "--quiet"], folder)
        merged = os.path.join(folder, "ingesteddata", "finaldata.csv")
        ours = lambda: run([program, config])
        peers = {"polars": (lambda: run(python("polars_summary.py", merged)), 0.6)}
        rows, runs = against(bench, "summary", ours, peers, counts="summary")
    # Each process did both parts; the reading has no goal of its own here.
    read = {name: median([one["said"]["read"] for one in found]) for name, found in runs.items()}
    ratio = read["ours"] / read["polars"]
    rows.append(Row("summary", "polars", "read", seconds(read["ours"]), seconds(read["polars"]), ratio))
    return rows, runs


def models(name, work, peers, rows=1_000_000, auc=None):
    """A work of benches/models.rs against `peers`: library -> goal."""

    def measured(bench):
        place.packages("sklearn", *peers)
        program = place.bench("models")
        folder = bench.matrix(bench.size(rows), bench.size(200_000))
        call = lambda library: lambda: run(python("models_peer.py", library, work, folder))
        ours = lambda: run([program, work, folder])
        return against(
            bench, name, ours, {library: (call(library), goal) for library, goal in peers.items()}, "seconds", auc=auc
        )

    return measured


def drift(bench):
    place.packages("evidently", "pandas")
    ingestion, program = place.binary("ingestion"), place.bench("drift")
    rows = bench.size(1_000_000)
    reference, current = bench.csv(rows, 25), bench.csv(rows, 25, shift=0.3, seed=1)
    before, now = [os.path.join(folder, "part_000.csv") for folder in [reference, current]]
    with bench.scratch() as folder:
        config = place.project(folder, reference, "test")
        run([ingestion, "--quiet"], folder)
        ours = lambda: run([program, config, now])
        peers = {"evidently": (lambda: run(python("evidently_drift.py", before, now)), 0.02)}
        # Evidently takes minutes, and so much longer that one round tells.
        found, runs = against(bench, "drift", ours, peers, counts="drift", rounds=1, peak=1000)
    drifted = [int(runs[who][0]["said"]["drifted"]) for who in ["ours", "evidently"]]
    found[0].note = "columns that drifted: " + " / ".join(map(digits, drifted))
    return found, runs


def whole_run(bench):
    place.packages("pandas", "sklearn", "matplotlib")
    program = place.binary("fullprocess")
    sample = bench.sample()
    inputs, test = os.path.join(sample, "in"), os.path.join(sample, "test")
    with bench.scratch() as folder:
        place.project(folder, inputs, test)
        ours = lambda: run([program, "--quiet"], folder)
        peers = {"pandas_job.py": (lambda: run(python("pandas_job.py", inputs, test, "churned"), folder), 0.02)}
        return against(bench, "whole_run", ours, peers, clean=lambda: place.remove_outputs(folder))
