"""Works about servers: predictions over HTTP, and how long one takes to start.

Ours answers from a model that a whole run on practicedata has deployed; the peers from a pipeline
of scikit-learn fitted on the same rows. Memory is that of all processes of a server, after the load.
"""

import contextlib
import os
import sys

import place
from measure import Server, free_port, median, python, run, wrk
from table import Row, digits, seconds

CONNECTIONS, SECONDS = 32, 5
SCRIPTS = {"mlflow": "invocations.lua"}


@contextlib.contextmanager
def servers(bench, names):
    """For ours and each peer, a function that gives a server about to start."""
    app, fullprocess = place.binary("app"), place.binary("fullprocess")
    inputs = os.path.join(place.ROOT, "practicedata")
    with bench.scratch() as folder:
        port = free_port()
        test = os.path.join(place.ROOT, "testdata")
        place.project(folder, inputs, test, api={"listen": f"127.0.0.1:{port}"})
        run([fullprocess, "--quiet"], folder)
        model = os.path.join(folder, "sklearn")
        run(python("sklearn_model.py", inputs, model), folder)
        mlflow = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local", "-h", "127.0.0.1"]
        commands = {
            "ours": [app, "--quiet"],
            "mlflow": [*mlflow, "-m", os.path.join(model, "mlflow"), "-p", str(port)],
            "fastapi": python("fastapi_peer.py", os.path.join(model, "model.pkl"), port),
        }
        # One runs at a time, so that they may share the port.
        yield {name: lambda name=name: Server(commands[name], port, folder) for name in ["ours", *names]}


def http(bench):
    place.program("wrk")
    place.packages("mlflow", "sklearn", "fastapi", "uvicorn")
    names = ["mlflow", "fastapi"]
    found = {name: [] for name in ["ours", *names]}
    length = 1 if bench.small else SECONDS
    with servers(bench, names) as start:
        for number in range(bench.rounds):
            for name in found:
                script = os.path.join(place.ROOT, "benches", "http", SCRIPTS.get(name, "predict.lua"))
                with start[name]() as server:
                    # A second without being counted: models are loaded, pools are filled.
                    wrk(server.port, script, CONNECTIONS, 1)
                    one = wrk(server.port, script, CONNECTIONS, length)
                    one["memory"] = server.memory()
                found[name].append(one)
                print(f"http, round {number + 1}, {name}: {one['rate']:,.0f} requests/s", file=sys.stderr)
    of = {name: {key: median([one[key] for one in runs]) for key in runs[0]} for name, runs in found.items()}
    ours, rows = of["ours"], []
    for name in names:
        peer, is_goal = of[name], name == "mlflow"
        peak = (ours["memory"], peer["memory"])
        rate = Row("http", name, "requests/s", digits(ours["rate"]), digits(peer["rate"]), ours["rate"] / peer["rate"])
        p50, p99 = [
            Row("http", name, f"p{key[:2]}", seconds(ours[key]), seconds(peer[key]), ours[key] / peer[key])
            for key in ["50%", "99%"]
        ]
        rate.peak = peak
        if is_goal:
            rate.goal, rate.met = "≥ 200, ≤ 30 MB", rate.ratio >= 200 and ours["memory"] <= 30
            p99.goal, p99.met = "≤ 0.02", p99.ratio <= 0.02
        rows += [rate, p50, p99]
    return rows, found


def start(bench):
    place.packages("mlflow", "sklearn")
    found = {"ours": [], "mlflow": []}
    with servers(bench, ["mlflow"]) as begin:
        for number in range(bench.rounds):
            for name in found:
                with begin[name]() as server:
                    found[name].append(server.started)
                print(f"start, round {number + 1}, {name}: {seconds(found[name][-1])}", file=sys.stderr)
    ours, peer = [median(found[name]) for name in found]
    ratio = ours / peer
    row = Row("start", "mlflow", "first answer", seconds(ours), seconds(peer), ratio, "≤ 0.01", ratio <= 0.01)
    return [row], found
