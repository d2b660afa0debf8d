"""What the bench measures of releases: an update, the way back as a caller sees it, and what many versions cost."""

import json
import shutil
import threading
import time
import urllib.request
from pathlib import Path

from measuring import Bench, Row, levels

VERSIONS = 200
COMMANDS = ["releases", "status", "up"]


def releases(bench: Bench, example: Path, folder: Path, name: str, goals: list) -> None:
    """One release after the other of one function that anybody may call."""
    folder.mkdir()
    shutil.copytree(example, folder / "lambda", ignore=shutil.ignore_patterns("stack.yaml"))
    stack = folder / "stack.yaml"
    write(stack, name, "http://old")
    quietly = ("--yes", "--no-verify", "--no-smoke")
    bench.run("first up of a function that is called", "up", "--yes", "--no-verify", stack=stack)
    with (folder / "lambda/lambda_function.py").open("a") as file:
        file.write("\n# another one\n")
    code = bench.run("update of code, no smoke check", "up", *quietly, stack=stack)
    many(bench, stack, f"{name}-hello", goals)
    caller = Caller(bench, stack)
    caller.call()
    write(stack, name, "http://new")
    # It deletes all the versions, one after the other.
    bench.run("update of settings", "up", "--yes", "--no-verify", stack=stack)
    bench.rows.pop()
    caller.call()
    caller.start()
    began = time.monotonic()
    back = bench.run("rollback", "rollback", stack=stack)
    seconds = caller.until("http://old") - began
    caller.stop()
    back.note = f"the old version answers after {seconds:.2f} s"
    goals += [
        ("update of code: levels until callers get it", levels(until_live(code)), 8),
        ("rollback: levels", back.levels, 3),
        ("rollback: writes", back.writes, 1),
        ("rollback: seconds until the old version answers", seconds, 0.5),
    ]
    bench.run("destroy", "destroy", "--yes", stack=stack)
    bench.rows.pop()


def until_live(row: Row) -> list[dict]:
    """Its requests up to the one that moves the alias: what is old is deleted after it."""
    moved = next(entry for entry in row.requests if entry["operation"] == "UpdateAlias")
    return [entry for entry in row.requests if entry["end"] <= moved["end"]]


def write(stack: Path, name: str, origin: str) -> None:
    """The function says this origin in its answers."""
    function = f"{{image: {{context: lambda}}, memory: 256, environment: {{ALLOWED_ORIGINS: '{origin}'}}}}"
    stack.write_text(
        f"stack: {name}\nregion: us-east-2\nfunctions: {{hello: {function}}}\n"
        "api: {routes: {GET /: {function: hello, auth: none}}}\nretain: [images]\n"
    )


def many(bench: Bench, stack: Path, function: str, goals: list) -> None:
    """The same commands with one version, and with many."""
    few = [bench.best(f"{command}, a function that is called", command, stack=stack) for command in COMMANDS]
    path = f"/2015-03-31/functions/{function}"
    before = json.loads(send(bench, "GET", f"{path}/configuration"))["Description"]
    for number in range(VERSIONS):
        send(bench, "PUT", f"{path}/configuration", {"Description": f"version {number}"})
        send(bench, "POST", f"{path}/versions", {})
    send(bench, "PUT", f"{path}/configuration", {"Description": before})
    for command, one in zip(COMMANDS, few):
        row = bench.best(f"{command}, {VERSIONS} versions more", command, stack=stack)
        goals.append((f"{row.name}: requests more", len(row.requests) - len(one.requests), 1))


def send(bench: Bench, method: str, path: str, body: dict | None = None) -> bytes:
    scope = "Credential=000000000000/20260101/us-east-2/lambda/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none",
        "Content-Type": "application/json",
    }
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(bench.url + path, data, headers, method=method)
    return urllib.request.urlopen(request).read()


class Caller(threading.Thread):
    """Calls the stack's URL all the while, and notes when which version answers."""

    def __init__(self, bench: Bench, stack: Path):
        super().__init__(daemon=True)
        self.url = json.loads(bench.output("output", "--json", stack=stack).splitlines()[-1])["outputs"]["url"] + "/"
        self.first: dict[str, float] = {}
        self.seen = threading.Condition()
        self.is_over = False

    def call(self) -> str:
        with urllib.request.urlopen(self.url) as answer:
            return answer.headers["Access-Control-Allow-Origin"]

    def run(self) -> None:
        while not self.is_over:
            origin = self.call()
            with self.seen:
                self.first.setdefault(origin, time.monotonic())
                self.seen.notify_all()
            time.sleep(0.005)

    def stop(self) -> None:
        self.is_over = True
        self.join()

    def until(self, origin: str) -> float:
        with self.seen:
            if not self.seen.wait_for(lambda: origin in self.first, timeout=60):
                raise SystemExit(f"{origin} never answers")
            return self.first[origin]
