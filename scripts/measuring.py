"""What the bench measures with: a local AWS of its own, and a row of the table for each command that is run against it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

READS = ("Get", "List", "Describe", "Batch")

# Runs a command, then says its seconds and its peak memory: of the largest of its processes, in KB on Linux.
MEASURED = """
import resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[1:])
wall = time.monotonic() - start
sys.stderr.write(f"measured {wall} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
sys.exit(code)
"""


@dataclass
class Row:
    name: str
    requests: list[dict] = field(default_factory=list)
    levels: int = 0
    wall: float = 0
    latency: float = 0
    """Seconds that AWS takes for each request."""
    peak: float = 0
    """MB."""
    note: str = ""

    @property
    def writes(self) -> int:
        return sum(not e["operation"].startswith(READS) for e in self.requests)

    @property
    def gateway(self) -> int:
        return sum(e["service"] == "apigateway" for e in self.requests)

    @property
    def ratio(self) -> float:
        return self.wall / (self.levels * self.latency)

    def cells(self) -> list[str]:
        if not self.wall:
            return [self.name, self.note]
        ratio = f"{self.ratio:.2f}" if self.levels else "-"
        counts = [str(len(self.requests)), str(self.levels), str(self.writes)]
        return [self.name, *counts, f"{self.wall:.2f} s", ratio, f"{self.peak:.0f} MB", self.note]


HEADS = ["run", "requests", "levels", "writes", "wall", "wall/(levels × latency)", "peak", ""]


def levels(requests: list[dict]) -> int:
    """The most requests that did not overlap: greedy by their end."""
    count, until = 0, float("-inf")
    for entry in sorted(requests, key=lambda e: e["end"]):
        if entry["start"] >= until:
            count, until = count + 1, entry["end"]
    return count


class Bench:
    """A local AWS, and what was measured against it."""

    def __init__(self, binary: Path, latency_ms: int, folder: Path, *more: str):
        self.binary, self.latency, self.folder, self.rows = binary, latency_ms / 1000, folder, []
        home = folder / "home"
        home.mkdir(parents=True)
        self.environment = os.environ | {"HOME": str(home), "XDG_STATE_HOME": str(home)}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [str(binary), "local", "--background", "--port", str(self.port), "--latency-ms", str(latency_ms), *more]
        self.local = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.environment |= {"LAMBDEPLOY_LOCAL": self.url}
        wait(lambda: urllib.request.urlopen(f"{self.url}/_local/health").status == 200)

    def requests(self) -> list[dict]:
        lines = urllib.request.urlopen(f"{self.url}/_local/requests").read().decode().splitlines()
        return [json.loads(line) for line in lines if line]

    def run(self, name: str, *arguments: str, stack: Path) -> Row:
        command = [str(self.binary), *arguments, "--local", "-f", str(stack)]
        return self.measure(name, command, self.environment)

    def output(self, *arguments: str, stack: Path) -> str:
        """What a command prints, unmeasured."""
        command = [str(self.binary), *arguments, "--local", "-f", str(stack)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout

    def best(self, name: str, *arguments: str, stack: Path, times: int = 5) -> Row:
        """The fastest of several runs of what changes nothing: what else the machine does meanwhile is not meant."""
        runs = [self.run(name, *arguments, stack=stack) for _ in range(times)]
        best = min(runs, key=lambda row: row.wall)
        self.rows = [row for row in self.rows if row is best or row not in runs]
        return best

    def measure(self, name: str, command: list[str], environment: dict, cwd: Path | None = None) -> Row:
        before = len(self.requests())
        result = subprocess.run(
            [sys.executable, "-c", MEASURED, *command], env=environment, cwd=cwd, capture_output=True, text=True
        )
        if result.returncode != 0:
            raise SystemExit(f"{name} failed:\n{result.stdout}\n{result.stderr}")
        wall, peak = (float(n) for n in result.stderr.rsplit("measured ", 1)[1].split())
        requests = self.requests()[before:]
        row = Row(name, requests, levels(requests), wall, self.latency, peak / 1024)
        self.rows.append(row)
        return row

    def imposed(self) -> float:
        """Seconds of a first up that can't be less: two levels to look, the API, the role and its time until it can be
        assumed, the function and its time as Pending, a look at it, the permission."""
        seconds = json.load(urllib.request.urlopen(f"{self.url}/_local/settings"))["seconds"]
        return seconds["role_assumable"] + seconds["function_pending"] + 7 * self.latency

    def peak_of_local(self) -> float:
        """MB, of the local AWS since its start."""
        status = Path(f"/proc/{self.local.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def close(self) -> None:
        self.local.send_signal(signal.SIGINT)
        self.local.wait(timeout=60)


def timed(command: list[str]) -> float:
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


def wait(ready) -> None:
    for _ in range(200):
        try:
            if ready():
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the local AWS does not come up")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
