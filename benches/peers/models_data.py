"""Writes made-up rows about customers, some of whom leave, for benches/models.rs and models_peer.py.

usage: python benches/peers/models_data.py FOLDER ROWS [TEST_ROWS]

Fifteen columns on unequal scales, correlated through how long somebody is a customer and how much
is used; some hold few different numbers. Little-endian float64, row after row: x.f64, y.f64,
x_test.f64, y_test.f64, and shape.json. The same rows for the same sizes, every time.
"""

import json
import os
import sys

import numpy as np


def customers(rows, random):
    tenure = random.exponential(30.0, rows).clip(0, 120)
    usage = random.normal(size=rows)
    income = np.exp(10.2 + 0.4 * random.normal(size=rows) + 0.2 * usage)
    monthly = (20 + 15 * np.exp(0.4 * usage) + 5 * random.normal(size=rows)).clip(5, None)
    total = monthly * tenure * random.uniform(0.9, 1.1, rows)
    calls = random.poisson(1.5 + np.exp(0.3 * random.normal(size=rows)), rows)
    complaints = random.poisson(0.3 + 0.1 * calls, rows)
    age = (35 + 0.2 * tenure + 12 * random.normal(size=rows)).clip(18, 95).round()
    data = np.exp(1.5 + 0.8 * usage + 0.3 * random.normal(size=rows))
    late = random.binomial(12, 1 / (1 + np.exp(2 + 0.00002 * income)))
    contract = random.choice([1.0, 12.0, 24.0], rows, p=[0.55, 0.25, 0.2])
    products = 1 + random.binomial(5, 0.3, rows)
    score = (650 + 0.001 * income - 12 * late + 40 * random.normal(size=rows)).clip(300, 850)
    discount = random.uniform(0, 0.3, rows) * (contract > 1)
    distance = random.gamma(2.0, 15.0, rows)
    odds = (
        -0.8 - 0.03 * tenure + 0.03 * monthly - 0.07 * contract + 0.45 * complaints + 0.12 * late
        - 0.25 * products + 0.9 * ((age > 60) & (usage < 0)) + 1.2 * (complaints > 1) * (tenure < 12)
        - 0.004 * (score - 650) - 2.0 * discount + 0.5 * np.sin(distance / 12.0) - 0.01 * np.sqrt(total)
    )
    y = random.uniform(size=rows) < 1 / (1 + np.exp(-odds))
    columns = [tenure, income, monthly, total, calls, complaints, age, data, late, contract, products, score,
               discount, distance, usage]
    return np.column_stack(columns), y.astype(np.float64)


folder, rows = sys.argv[1], int(sys.argv[2])
test_rows = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
os.makedirs(folder, exist_ok=True)
random = np.random.default_rng(15)
for name, count in [("", rows), ("_test", test_rows)]:
    x, y = customers(count, random)
    x.astype("<f8").tofile(os.path.join(folder, f"x{name}.f64"))
    y.astype("<f8").tofile(os.path.join(folder, f"y{name}.f64"))
with open(os.path.join(folder, "shape.json"), "w") as file:
    json.dump({"rows": rows, "test_rows": test_rows, "columns": x.shape[1]}, file)
