#!/usr/bin/env python3
"""The local gateway under load: what it adds to a warm call, 200 requests a second, and ten seconds of overload.

    scripts/load.py [--binary target/release/lambdeploy]

Builds the release binary (or takes the one given), starts its own local AWS, brings up one small Python function behind a key,
and prints three tables. A warm call is measured in three ways, in turns, with the same event and image:

- by the Runtime API alone: a bare server in this script hands the event to a container of the function's image and takes its
  answer. Nothing is between the two; the client's own part is not in it;
- by Lambda's Invoke, on one connection to the local AWS;
- by the stage URL, on one connection: route, key, usage plan, event, invocation, answer.

What the gateway adds is the difference of the medians. The exit code is 1 if a bound is missed. Linux with Docker and the base
image (scripts/base-image.sh); nothing else should run beside it.
"""

import argparse
import json
import queue
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path

from measuring import free_port, wait

ROOT = Path(__file__).resolve().parents[1]
ADDED_MS, RATE, CONNECTIONS, SECONDS, TOLERANCE = 1.0, 200, 16, 10, 0.02
IMAGE = "lambdeploy-load"
PLAN, OVERLOADED = (1000, 1000), (50, 100)  # rate, burst

HANDLER = """
def lambda_handler(event, context):
    return {"statusCode": 200, "body": "{}"}
"""
DOCKERFILE = """
FROM public.ecr.aws/lambda/python:3.13
COPY app.py ${LAMBDA_TASK_ROOT}/
CMD ["app.lambda_handler"]
"""
STACK = """
stack: load
region: us-east-2
functions: {{f: {{name: load, image: {{context: .}}, timeout: 10, memory: 256}}}}
api:
  routes: {{POST /: f}}
  auth: api_key
  keys: [load]
  usage_plan: {{rate: {rate}, burst: {burst}}}
"""


class Connection:
    """One kept-alive connection, with as little of a client as there can be."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        self.socket.sendall(request)
        head, body = receive(self.socket)
        return int(head.split(None, 2)[1]), body


def receive(stream: socket.socket) -> tuple[bytes, bytes]:
    """One message with a known length."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = stream.recv(65536)
        if not more:
            raise ConnectionError("the other side has closed the connection")
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += stream.recv(65536)
    return head, body


def message(first: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers.items()), f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class RuntimeApi:
    """The bare Runtime API of one container: hands out events, and times how long each answer took."""

    def __init__(self, image: str):
        address = json.loads(subprocess.check_output(["docker", "network", "inspect", "bridge"]))[0]["IPAM"]["Config"][0]
        host = address.get("Gateway") or address["Subnet"].rsplit(".", 1)[0] + ".1"
        self.events, self.answers = queue.SimpleQueue(), queue.SimpleQueue()
        self.listener = socket.create_server((host, 0))
        threading.Thread(target=self.accept, daemon=True).start()
        port = self.listener.getsockname()[1]
        command = ["docker", "run", "--rm", "--detach", "--env", f"AWS_LAMBDA_RUNTIME_API={host}:{port}", image]
        self.container = subprocess.check_output(command, text=True).strip()

    def accept(self) -> None:
        while True:
            stream, _ = self.listener.accept()
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(stream,), daemon=True).start()

    def serve(self, stream: socket.socket) -> None:
        while True:
            try:
                head, _ = receive(stream)
            except ConnectionError:
                return
            if head.startswith(b"GET"):
                event = self.events.get()
                self.given = time.perf_counter()
                stream.sendall(message("HTTP/1.1 200 OK", RUNTIME_HEADERS, event))
            else:
                self.answers.put((time.perf_counter() - self.given, head.split(None, 2)[1]))
                stream.sendall(message("HTTP/1.1 202 Accepted", {}))

    def call(self, event: bytes) -> float:
        self.events.put(event)
        seconds, path = self.answers.get(timeout=60)
        assert path.endswith(b"/response"), path
        return seconds

    def close(self) -> None:
        subprocess.run(["docker", "rm", "--force", self.container], check=True, capture_output=True)


RUNTIME_HEADERS = {
    "Content-Type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": "00000000-0000-4000-8000-000000000000",
    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-2:000000000000:function:load",
    "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000",
    "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 10**9),
}


class Local:
    """A local AWS with the stack, and the two requests that reach its function."""

    def __init__(self, binary: Path, folder: Path):
        self.binary, self.folder, self.port = binary, folder, free_port()
        self.environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LAMBDEPLOY_LOCAL": f"http://127.0.0.1:{self.port}"}
        command = [binary, "local", "--background", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait(lambda: urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_local/health").status == 200)
        (folder / "app.py").write_text(HANDLER)
        (folder / "Dockerfile").write_text(DOCKERFILE)
        self.up(*PLAN)
        outputs = json.loads(self.run("output", "--json", "--show-key").splitlines()[-1])["outputs"]
        path = f"/_aws/execute-api/{outputs['api_id']}/default/"
        headers = {"Host": f"127.0.0.1:{self.port}", "Content-Type": "application/json"}
        self.by_stage = message(f"POST {path} HTTP/1.1", headers | {"x-api-key": outputs["keys"][0]["value"]}, b"{}")
        # The local AWS reads the scope, and checks no signature of a caller who is no IAM user.
        scope = "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-2/lambda/aws4_request, SignedHeaders=host, Signature=0"
        self.invoke_path = "/2015-03-31/functions/load/invocations"
        self.invoke_headers = headers | {"Authorization": scope}

    def by_invoke(self, event: bytes) -> bytes:
        return message(f"POST {self.invoke_path} HTTP/1.1", self.invoke_headers, event)

    def up(self, rate: int, burst: int) -> None:
        (self.folder / "stack.yaml").write_text(STACK.format(rate=rate, burst=burst))
        self.run("up", "--yes", "--no-verify")

    def run(self, *arguments: str) -> str:
        command = [self.binary, *arguments, "--local", "-f", str(self.folder / "stack.yaml")]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stdout + done.stderr)
        return done.stdout

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)


def timed(connection: Connection, request: bytes) -> float:
    start = time.perf_counter()
    status, body = connection.exchange(request)
    seconds = time.perf_counter() - start
    if status != 200:
        raise SystemExit(f"a warm call was answered {status}: {body!r}")
    return seconds


def warm_call(local: Local) -> bool:
    """Rounds of a hundred calls each way, so that what else this machine does is in all of them."""
    connection, runtime = Connection(local.port), RuntimeApi(IMAGE)
    event = json.dumps({"httpMethod": "POST", "path": "/", "headers": {"Content-Type": "application/json"}, "body": "{}"}).encode()
    ways = {
        "Runtime API alone": lambda: runtime.call(event),
        "Lambda's Invoke": lambda: timed(connection, local.by_invoke(event)),
        "stage URL": lambda: timed(connection, local.by_stage),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    try:
        for turn in range(11):
            for name, call in ways.items():
                taken = [call() for _ in range(100)]
                # The first turn warms up.
                seconds[name] += taken if turn else []
    finally:
        runtime.close()
    medians = {name: statistics.median(all_of) * 1000 for name, all_of in seconds.items()}
    print("a warm call (1,000 each way)      median       95 %")
    for name, all_of in seconds.items():
        print(f"  {name:<28} {medians[name]:>8.2f} ms {statistics.quantiles(all_of, n=20)[-1] * 1000:>7.2f} ms")
    by_runtime = medians["stage URL"] - medians["Runtime API alone"]
    by_invoke = medians["stage URL"] - medians["Lambda's Invoke"]
    print(f"  the gateway adds {by_runtime:.2f} ms to the Runtime API alone, {by_invoke:.2f} ms to Lambda's Invoke")
    return bound(by_runtime < ADDED_MS, f"under {ADDED_MS:.0f} ms")


def bound(holds: bool, text: str) -> bool:
    print(f"  {'✓' if holds else '✗'} {text}\n")
    return holds


def paced(local: Local, rate: int, seconds: int) -> tuple[Counter, float]:
    """`rate` requests a second, dealt in turn to the connections: how often each status came, and the 99th percentile."""
    seen, taken = Counter(), []
    start = time.perf_counter() + 0.1

    def connection(first: int) -> None:
        stream = Connection(local.port)
        for number in range(first, rate * seconds, CONNECTIONS):
            time.sleep(max(0.0, start + number / rate - time.perf_counter()))
            begun = time.perf_counter()
            try:
                status = stream.exchange(local.by_stage)[0]
            except OSError as error:
                status, stream = str(error), Connection(local.port)
            seen[status] += 1
            taken.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=connection, args=(n,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen, statistics.quantiles(taken, n=100)[-1] * 1000


def steady(local: Local) -> bool:
    paced(local, RATE, 2)  # As many containers as it takes.
    seen, slowest = paced(local, RATE, SECONDS)
    print(f"{RATE} requests a second from {CONNECTIONS} connections, for {SECONDS} s, under a plan of {PLAN[0]} a second")
    print(f"  {shown(seen)}; 99 % within {slowest:.1f} ms")
    return bound(set(seen) <= {200, 429}, "no error other than the throttle's own")


def overload(local: Local) -> bool:
    rate, burst = OVERLOADED
    local.up(rate, burst)
    time.sleep(3)  # The bucket is full again.
    seen, _ = paced(local, RATE, SECONDS)
    expected = burst + rate * SECONDS
    off = seen[200] / expected - 1
    print(f"overload: the same under a plan of {rate} a second, burst {burst}")
    print(f"  {shown(seen)}; {expected} expected to succeed, {off * 100:+.1f} %")
    return bound(abs(off) <= TOLERANCE and set(seen) <= {200, 429}, f"burst + rate × {SECONDS} within {TOLERANCE * 100:.0f} %")


def shown(seen: Counter) -> str:
    return ", ".join(f"{count} × {status}" for status, count in sorted(seen.items(), key=str))


def release_binary() -> Path:
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    text = subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT)
    return Path(json.loads(text)["target_directory"]) / "release/lambdeploy"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binary", type=Path)
    given = arguments.parse_args()
    binary = (given.binary or release_binary()).resolve()
    folder = Path(tempfile.mkdtemp())
    local = Local(binary, folder)
    try:
        subprocess.run(["docker", "build", "--quiet", "--tag", IMAGE, folder], check=True, capture_output=True)
        results = [warm_call(local), steady(local), overload(local)]
        local.run("destroy", "--yes")
    finally:
        local.close()
        subprocess.run(["docker", "image", "rm", "--force", IMAGE], capture_output=True)
        shutil.rmtree(folder)
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
