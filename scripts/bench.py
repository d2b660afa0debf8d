#!/usr/bin/env python3
"""The bench: requests, sequential levels, wall time and memory of lambdeploy and of the guide's script, on one local AWS.

    scripts/bench.py [--latency-ms 60] [--gigabytes 3] [--binary FILE] [--python FOLDER]

Builds the release binary (or takes the one that --binary names), starts a local AWS of its own with that latency per AWS
request, and prints one table and the goals; the exit code is 1 when a goal is missed. Levels are the longest chain of AWS
requests that had to follow one another, from `/_local/requests`; wall times and peaks of memory are of whole processes.
The guide's script needs aws-cli: `scripts/test` installs it, --python names the folder it is in; without it, its row says so.
The large context is built and pushed for real: it needs Docker, and about five times its size on the disk for a while.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_releases import releases
from measuring import HEADS, Bench, Row, timed

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/outside"))

REPOSITORY = f"bench-{os.getpid()}"
"""Nobody else's: what the engine keeps of it goes at the end."""

SEEDS = ["1", "2", "3"]
"""Of an AWS that is slow to agree: each has delays of its own."""


def stack_file(folder: Path) -> Path:
    """The top-level stack's shape (one function, one key), on hello's image, whose base is on this machine."""
    shutil.copytree(ROOT / "examples/hello", folder / "lambda", ignore=shutil.ignore_patterns("stack.yaml"))
    text = (ROOT / "stack.yaml").read_text()
    text = re.sub(r"^profile:.*\n", "", text, flags=re.M).replace("${GOOGLE_API_KEY:?export your Gemini key}", "none")
    stack = folder / "stack.yaml"
    stack.write_text(text.replace("jere-egyptian-art-analyzer", REPOSITORY) + "\nretain: [images]\n")
    return stack


def ours(bench: Bench, folder: Path, goals: list) -> None:
    """A stack's life."""
    stack = stack_file(folder)
    # The image goes into ECR first: what is measured is AWS, not the build.
    bench.run("first up, with build and push", "up", "--yes", "--no-verify", stack=stack)
    bench.run("destroy", "destroy", "--yes", stack=stack)
    # Without the smoke check: a container takes half a second to start, and what goes on beside it would count as levels.
    first = bench.run("first up, image in ECR", "up", "--yes", "--no-verify", "--no-smoke", stack=stack)
    again = bench.best("up, nothing to do", "up", stack=stack)
    status = bench.best("status", "status", stack=stack)
    gone = bench.run("destroy", "destroy", "--yes", stack=stack)
    goals += [
        ("first up: levels", first.levels, 10),
        ("first up: requests", len(first.requests), 38),
        ("destroy: levels", gone.levels, 7),
        ("up, nothing to do: memory in MB", again.peak, 40),
    ]
    for row in (again, status):
        goals += [(f"{row.name}: {what}", value, most) for what, value, most in [
            ("levels", row.levels, 2), ("requests", len(row.requests), 26), ("writes", row.writes, 0)]]
    goals += [(f"{row.name}: wall/(levels × latency)", row.ratio, 1.3) for row in (first, again, status, gone)]
    routes(bench, folder, goals)
    shared(bench, folder, goals)


def routes(bench: Bench, folder: Path, goals: list) -> None:
    """API Gateway's calls, with one route and with 200."""
    stack = folder / "stack.yaml"
    text = stack.read_text()
    more = "".join(f"    GET /route{n}: analyzer\n" for n in range(199))
    calls = []
    for count, extra in ((1, ""), (200, more)):
        stack.write_text(text.replace("    POST /: analyzer\n", f"    POST /: analyzer\n{extra}"))
        row = bench.run(f"first up, {count} routes", "up", "--yes", "--no-verify", stack=stack)
        row.note = f"{row.gateway} calls to API Gateway"
        calls.append(row.gateway)
        subprocess.run([str(bench.binary), "destroy", "--yes", "--local", "-f", str(stack)],
                       env=bench.environment, capture_output=True, check=True)
    goals.append(("200 routes: API Gateway calls more than with one", calls[1] - calls[0], 0))


def shared(bench: Bench, folder: Path, goals: list) -> None:
    """Three functions of one context: each image that is made is one build and one push."""
    three = folder / "three"
    three.mkdir()
    shutil.copytree(folder / "lambda", three / "lambda")
    stack = three / "stack.yaml"
    functions = "".join(f"  {key}: {{image: {{context: lambda}}}}\n" for key in "abc")
    stack.write_text(f"stack: {REPOSITORY}\nregion: us-east-2\nfunctions:\n{functions}api: {{routes: {{GET /: a}}}}\n")
    command = [str(bench.binary), "up", "--yes", "--no-verify", "--json", "--local", "-f", str(stack)]
    try:
        seen = subprocess.run(command, env=bench.environment, capture_output=True, text=True, check=True).stdout
        events = [json.loads(line) for line in seen.splitlines() if line.startswith("{")]
        made = [e for e in events if e.get("event") == "started" and e["id"].startswith("image/")]
        goals.append(("three functions of one context: builds and pushes", len(made), 1))
        subprocess.run([*command[:1], "destroy", "--yes", "--local", "-f", str(stack)], env=bench.environment, check=True,
                       capture_output=True)
    finally:
        forget(f"lambdeploy/{REPOSITORY}/a")


def slow(bench: Bench, folder: Path, goals: list) -> None:
    """A first up against an AWS that is slow to agree, beside what it imposes by itself."""
    for seed in SEEDS:
        own = folder / f"seed-{seed}"
        there = Bench(bench.binary, round(bench.latency * 1000), own, "--consistency", "realistic", "--seed", seed)
        try:
            stack = stack_file(own)
            there.run("first up, with its image", "up", "--yes", "--no-verify", stack=stack)
            there.run("destroy", "destroy", "--yes", stack=stack)
            row = there.run(f"first up on a slow AWS, seed {seed}", "up", "--yes", "--no-verify", stack=stack)
            imposed = there.imposed()
        finally:
            there.close()
        row.note = f"AWS imposes {imposed:.1f} s"
        bench.rows.append(row)
        goals.append((f"first up on a slow AWS, seed {seed}: of what AWS imposes", row.wall / imposed, 1.1))


def guide(bench: Bench, folder: Path, python: Path) -> None:
    """The guide's step 6 on the same endpoint, with the edits that tests/outside/guide lists."""
    if not (python / "aws").exists():
        bench.rows.append(Row("the guide's script", note="skipped: no aws-cli; run scripts/test once, or name it: --python"))
        return
    from guide import edits

    shutil.copytree(ROOT / "examples/hello", folder / "guide")
    # Its last line calls the function, which is not what is measured here.
    script = edits.edited("step-6.sh", edits.step_6(f"127.0.0.1:{bench.port}")).split("# Test\n")[0]
    (folder / "guide/step-6.sh").write_text("set -euo pipefail\n" + script)
    account = "aws_access_key_id = local\naws_secret_access_key = local"
    (folder / "config").write_text(f"[profile egyptian-project]\n{account}\nregion = us-east-2\n")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | {
        "PATH": f"{python}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": bench.url,
        "AWS_CONFIG_FILE": str(folder / "config"),
        "DOCKER_CONFIG": str(folder / "docker"),
    }
    try:
        bench.measure("the guide's script (with its docker build)", ["bash", "step-6.sh"], environment, folder / "guide")
    finally:
        image = "jere-egyptian-art-analyzer:latest"
        subprocess.run(["docker", "rmi", image, f"127.0.0.1:{bench.port}/{image}"], capture_output=True)


def large(bench: Bench, folder: Path, gigabytes: float, goals: list) -> None:
    """A large context hashed, beside sha256sum over the same files (both from the page cache), then built and pushed."""
    if not gigabytes:
        return
    big = folder / "big"
    (big / "lambda").mkdir(parents=True)
    block = os.urandom(1 << 20)
    for n in range(6):
        with (big / f"lambda/part{n}").open("wb") as file:
            for m in range(int(gigabytes * 1024 / 6)):
                file.write((n * 1_000_000 + m).to_bytes(8, "big") + block[8:])
    (big / "lambda/Dockerfile").write_text("FROM scratch\nCOPY . .\nCMD [\"/none\"]\n")
    stack = big / "stack.yaml"
    name = f"bench-{os.getpid()}"
    stack.write_text(
        f"stack: {name}\nregion: us-east-2\nfunctions: {{big: {{image: {{context: lambda}}}}}}\n"
        "api: {routes: {GET /: {function: big, auth: none}}}\n"
    )
    files = sorted(str(p) for p in (big / "lambda").iterdir())
    sums = min(timed(["sha256sum", *files]) for _ in range(3))
    hashed = bench.best(f"plan, {gigabytes:g} GB of context", "plan", stack=stack, times=3)
    hashed.note = f"sha256sum of the same files: {sums:.2f} s"
    goals += [
        ("hashing against sha256sum: seconds", hashed.wall, sums),
        ("hashing: memory in MB", hashed.peak, 100),
    ]
    caches = build_caches()
    try:
        pushed = bench.run(f"up, {gigabytes:g} GB built and pushed", "up", "--yes", "--no-verify", "--no-smoke", stack=stack)
    finally:
        clean(f"lambdeploy/{name}/big", caches)
    pushed.note = f"the local AWS's peak since its start: {bench.peak_of_local():.0f} MB"
    goals += [
        ("building and pushing: memory in MB", pushed.peak, 100),
        ("the local AWS: memory in MB", bench.peak_of_local(), 100),
    ]


def build_caches() -> set[str]:
    """Ids of the build cache's records."""
    text = subprocess.check_output(["docker", "system", "df", "-v", "--format", "{{json .BuildCache}}"], text=True)
    return {record["ID"].strip("*") for record in json.loads(text) or []}


def clean(repository: str, before: set[str]) -> None:
    """Gives the disk back: the image, and what its build left in the cache."""
    forget(repository)
    for record in build_caches() - before:
        subprocess.run(["docker", "builder", "prune", "-af", "--filter", f"id={record}"], capture_output=True, check=True)


def forget(repository: str) -> None:
    """Removes the engine's images of this name."""
    names = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}", repository]
    if images := subprocess.check_output(names, text=True).split():
        subprocess.run(["docker", "rmi", *images], capture_output=True, check=True)


def show(rows: list[list[str]]) -> None:
    columns = [max((len(row[n]) for row in rows if len(row) == len(HEADS)), default=0) for n in range(len(HEADS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, columns)).rstrip())


def build() -> tuple[Path, Path]:
    """The release binary, and where scripts/test keeps aws-cli."""
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    text = subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT)
    target = Path(json.loads(text)["target_directory"])
    return target / "release/lambdeploy", target / "test-python/bin"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--latency-ms", type=int, default=60)
    arguments.add_argument("--gigabytes", type=float, default=3)
    arguments.add_argument("--binary", type=Path, help="a release binary that is built already")
    arguments.add_argument("--python", type=Path, help="the folder of an aws-cli")
    given = arguments.parse_args()
    binary, python = (given.binary.resolve(), Path()) if given.binary else build()
    goals = []
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(binary, given.latency_ms, Path(name))
        try:
            ours(bench, Path(name), goals)
            releases(bench, ROOT / "examples/hello", Path(name) / "releases", REPOSITORY, goals)
            slow(bench, Path(name), goals)
            guide(bench, Path(name), (given.python or python).resolve())
            large(bench, Path(name), given.gigabytes, goals)
        finally:
            bench.close()
            forget(f"lambdeploy/{REPOSITORY}")
            forget(f"lambdeploy/{REPOSITORY}/hello")
    start = min(timed([str(binary), "--version"]) for _ in range(10))
    goals += [
        ("--version: milliseconds", start * 1000, 10),
        ("release binary: MB", binary.stat().st_size / 1e6, 30),
    ]
    show([HEADS, *(row.cells() for row in bench.rows)])
    print()
    missed = [goal for goal in goals if goal[1] > goal[2]]
    for goal in goals:
        what, value, most = goal
        print(f"{'MISSED' if goal in missed else 'met':7} {what}: {value:.4g} of at most {most:.4g}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
