"""Seeded data like that of a business that loses customers.

usage: generate.py csv FOLDER --rows N --columns N [--files N] [--duplicates SHARE] [--shift X]
                    [--seed N]
       generate.py sample FOLDER

csv     CSV files in FOLDER: numbers of unequal scales, one cell in fifty missing, categories, a
        date, and in the last column whether the customer left (0 or 1), which depends on the
        others. A share of the rows stands again, also in other files. --shift moves a fifth of
        the numbers by so many standard deviations.
sample  FOLDER/in and FOLDER/test: 36 rows of which 26 differ, in two files, and 5 test rows.

The same arguments give the same bytes. A folder that is complete already is left as it is.
"""

import argparse
import os
import shutil

import numpy as np
import polars as pl

SEED = 20
PART = 250_000
REGIONS = ["North", "South", "East", "West"]
PLANS = ["basic", "plus", "team", "company"]


def left(random, score):
    """Whether a customer of that log-odds left."""
    return (random.random(len(score)) < 1 / (1 + np.exp(-score))).astype(np.int8)


def customers(rows, columns, seed, shift=0.0):
    """A frame of so many rows. Four columns are no numbers; of the others the first two matter most."""
    random = np.random.default_rng([SEED, seed])
    numbers = columns - 4
    values = random.standard_normal((numbers, rows))
    values[: max(1, numbers // 5)] += shift
    region = random.integers(len(REGIONS), size=rows)
    plan = random.integers(len(PLANS), size=rows)
    score = 0.9 * values[0] - 0.7 * values[1] + 0.5 * values[2] * values[3] + 0.4 * (region == 3) - 1.2
    frame = {}
    for i in range(numbers):
        # Cents, hundreds, whole numbers: three ways in which exports write numbers.
        scaled = values[i] * 10.0 ** (i % 5) + 3 * 10.0 ** (i % 5)
        digits = [3, 2, 0][i % 3]
        cells = pl.Series(np.round(scaled, digits))
        if digits == 0:
            cells = cells.cast(pl.Int64)
        frame[f"number_{i:02}"] = cells.set(pl.Series(random.random(rows) < 0.02), None)
    frame["region"] = pl.Series(REGIONS).gather(region)
    frame["plan"] = pl.Series(PLANS).gather(plan)
    days = random.integers(0, 2000, size=rows)
    frame["since"] = pl.Series(np.datetime64("2020-01-01") + days.astype("timedelta64[D]"))
    frame["churned"] = pl.Series(left(random, score))
    return pl.DataFrame(frame)


def write_csv(folder, rows, columns, files, duplicates, shift, seed):
    per_file, again = rows // files, int(duplicates * rows / files)
    before = None
    for number in range(files):
        with open(os.path.join(folder, f"part_{number:03}.csv"), "wb") as out:
            for first in range(0, per_file, PART):
                count = min(PART, per_file - first)
                part = customers(count, columns, (seed * 1_000 + number) * 1_000 + first // PART, shift)
                repeated = int(again * count / per_file)
                if repeated:
                    # Rows of the part before, which is often another file's; the first repeats itself.
                    source = part if before is None else before
                    copies = source.head(count - repeated).sample(repeated, with_replacement=True, seed=number)
                    part = pl.concat([part.head(count - repeated), copies])
                part.write_csv(out, include_header=first == 0)
                before = part


def write_sample(folder):
    frame = customers(26, 9, 99)
    for name, part in [("in/a.csv", frame.head(20)), ("in/b.csv", frame.slice(10, 16))]:
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        part.write_csv(os.path.join(folder, name))
    os.makedirs(os.path.join(folder, "test"))
    customers(5, 9, 98).write_csv(os.path.join(folder, "test", "rows.csv"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["csv", "sample"])
    parser.add_argument("folder")
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--duplicates", type=float, default=0.0)
    parser.add_argument("--shift", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if os.path.isdir(given.folder):
        return
    # Complete or not there: a run that is broken off leaves nothing that a later one would trust.
    unfinished = given.folder + ".part"
    shutil.rmtree(unfinished, ignore_errors=True)
    os.makedirs(unfinished)
    if given.what == "csv":
        write_csv(unfinished, given.rows, given.columns, given.files, given.duplicates, given.shift, given.seed)
    else:
        write_sample(unfinished)
    os.rename(unfinished, given.folder)


if __name__ == "__main__":
    main()
