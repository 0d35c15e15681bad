"""How time and memory of ours grow with the rows; draws docs/images/growth.svg."""

import math
import os
import shutil
import sys

import place
from measure import median, run
from table import Row, digits, seconds

# Rows, from the fewest to the most, and so many of them that a whole run is timed too.
SIZES = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]
WHOLE = 1_000_000
# More than one round only where a run is short.
LARGE = 1_000_000


def growth(bench):
    place.packages("numpy", "polars", "matplotlib")
    commands = {"ingestion": place.binary("ingestion"), "fullprocess": place.binary("fullprocess")}
    test = bench.csv(bench.size(10_000), 20, seed=2)
    points = {name: [] for name in commands}
    for rows in map(bench.size, SIZES):
        # Ten files at every size, so that the number of rows alone differs.
        inputs = bench.csv(rows, 20, files=10, duplicates=0.1)
        for name, program in commands.items():
            if name == "fullprocess" and rows > bench.size(WHOLE):
                continue
            found = []
            for _ in range(1 if rows > bench.size(LARGE) else min(bench.rounds, 3)):
                with bench.scratch() as folder:
                    place.project(folder, inputs, test, model={"kind": "logistic_regression"})
                    found.append(run([program, "--quiet"], folder))
            wall, peak = median([one.wall for one in found]), median([one.peak for one in found])
            points[name].append((rows, wall, peak))
            print(f"growth, {name}, {rows:,} rows: {seconds(wall)}, {peak:,.0f} MB", file=sys.stderr)
        # The largest are gigabytes that nothing else needs.
        shutil.rmtree(inputs)
    if not bench.small:
        draw(points, os.path.join(place.ROOT, "docs", "images", "growth.svg"))
    rows = []
    for name, found in points.items():
        (few, short, _), (many, long, peak) = found[-3], found[-1]
        # Over the last tenfold: a power of 1 is a line, below it the start still counts.
        power = math.log(long / short) / math.log(many / few)
        row = Row("growth", "–", f"{name}, {few:,} to {many:,} rows", f"rows^{power:.2f}", peak=(peak,))
        row.goal, row.met = "power ≤ 1.1", power <= 1.1
        row.note = f"{seconds(long)} for {digits(many / 1e6)}M rows"
        rows.append(row)
    return rows, points


def draw(points, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    # The same bytes for the same points.
    plt.rcParams.update({"svg.hashsalt": "growth", "font.family": "sans-serif", "font.size": 10})
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    titles = ["Wall time, seconds", "Peak memory, MB"]
    for panel, which, title in zip(panels, [1, 2], titles):
        for (name, found), colour, marker in zip(points.items(), ["#1f5fa8", "#c2571a"], "os"):
            xs, ys = [one[0] for one in found], [one[which] for one in found]
            panel.loglog(xs, ys, marker=marker, markersize=5, linewidth=1.6, color=colour, label=name)
            panel.annotate(
                f"{ys[-1]:,.1f}" if ys[-1] < 10 else f"{ys[-1]:,.0f}", (xs[-1], ys[-1]), (0, 7), color=colour,
                textcoords="offset points", ha="center", fontsize=9,
            )
        found = points["ingestion"]
        xs, last = [one[0] for one in found], found[-1]
        panel.loglog(xs, [last[which] * x / last[0] for x in xs], "--", color="#888888", linewidth=1, label="slope 1")
        panel.set_title(title, loc="left", fontsize=11)
        panel.set_xlabel("rows of 20 columns")
        panel.margins(y=0.12)
        panel.grid(True, which="major", color="#e3e3e3", linewidth=0.6)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].legend(frameon=False)
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
