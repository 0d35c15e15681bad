"""Processes measured from outside: time, processor time, memory.

Nothing heavy is imported here: Linux counts the memory of the process that starts another among
that one's peak (about 15 MB for this driver), which is the least peak that can be told.
"""

import contextlib
import dataclasses
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time


class Failed(Exception):
    """A program ended badly; the text says which and how."""


@dataclasses.dataclass
class Run:
    """One process from its start to its end."""

    wall: float  # seconds
    cpu: float  # seconds of all its threads and children
    peak: float  # MB resident at most
    said: dict  # the JSON object that it printed last; empty where it printed none


def run(command, folder=None):
    """Runs a command to its end."""
    environment = dict(os.environ, RUST_BACKTRACE="0")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        if process.returncode != 0:
            raise Failed(f"{' '.join(map(str, command))} ended with {process.returncode}: {end(err)}")
        lines = out.read().decode(errors="replace").strip().splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
    except json.JSONDecodeError:
        said = {}
    cpu = usage.ru_utime + usage.ru_stime
    # Linux counts in KiB.
    return Run(wall, cpu, usage.ru_maxrss * 1024 / 1e6, said if isinstance(said, dict) else {})


def end(file):
    """The last two lines of what a program said: ours ends with the fault and a hint."""
    file.seek(0)
    return "; ".join(file.read().decode(errors="replace").strip().splitlines()[-2:]) or "it said nothing"


def median(values):
    return statistics.median(values)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A server with all its processes, from its start to the end of the `with` block."""

    def __init__(self, command, port, folder=None):
        self.command, self.port, self.folder = command, port, folder

    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        self.begun = time.perf_counter()
        # mlflow looks for uvicorn there. A group of its own, so that its workers end with it.
        found = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=dict(os.environ, PATH=found),
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        try:
            self.started = self._first_answer()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
        except ProcessLookupError:
            self.process.wait()
        except subprocess.TimeoutExpired:
            pass
        # Workers outlive the process that started them, and would answer for the next server.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while self._is_answered():
            time.sleep(0.01)
        self.log.close()

    def _is_answered(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
        except OSError:
            return False
        return True

    def _first_answer(self, patience=120):
        """Seconds from the start to the first 200 that GET /ping is answered with."""
        while time.perf_counter() - self.begun < patience:
            if self.process.poll() is not None:
                raise Failed(f"{' '.join(map(str, self.command))} ended: {end(self.log)}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as client:
                    client.sendall(b"GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    if b" 200 " in client.recv(64):
                        return time.perf_counter() - self.begun
            except OSError:
                pass
            time.sleep(0.0005)
        raise Failed(f"{' '.join(map(str, self.command))} gave no answer within {patience} s")

    def memory(self):
        """MB resident of all its processes; pages that several share are counted once."""
        parents = {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat") as file:
                    parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        total = 0
        for pid in found:
            try:
                with open(f"/proc/{pid}/smaps_rollup") as file:
                    total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            except OSError:
                pass
        return total * 1024 / 1e6


def wrk(port, script, connections, seconds):
    """Requests a second, and the latencies in seconds that half and 99 of 100 requests stay below."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, f"http://127.0.0.1:{port}"]
    done = subprocess.run(command, capture_output=True, text=True)
    found = {}
    for line in done.stdout.splitlines():
        words = line.split()
        if line.startswith("Requests/sec:"):
            found["rate"] = float(words[1])
        elif words and words[0] in ("50%", "99%"):
            unit = next(unit for unit in ("us", "ms", "s", "m") if words[1].endswith(unit))
            found[words[0]] = float(words[1].removesuffix(unit)) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[unit]
        elif line.strip().startswith("Non-2xx"):
            raise Failed(f"{words[-1]} answers were not 2xx")
    if len(found) < 3:
        raise Failed(f"wrk said nothing to be read: {(done.stdout + done.stderr).strip()[:200]}")
    return found


def python(script, *arguments):
    """The command of a peer's script in this folder."""
    return [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), script), *map(str, arguments)]
