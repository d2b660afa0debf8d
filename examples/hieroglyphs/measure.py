#!/usr/bin/env python3
"""Builds the function's image and measures it: size, start, first and later answers, memory. Prints tables in Markdown.

    python3 examples/hieroglyphs/measure.py              512, 1024 and 2048 MB
    python3 examples/hieroglyphs/measure.py 1024 1769    of other memories

Needs Docker on Linux, and nothing besides Python. Each container gets the memory, and the share of a processor, that Lambda gives a
function of that size: 1769 MB are one processor. It is called through Lambda's Runtime API, which this program serves.
"""

import base64
import json
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from pathlib import Path

from runtime_api import RuntimeApi

HERE = Path(__file__).parent
IMAGE = "hieroglyphs-measured"
BASE = "public.ecr.aws/lambda/python:3.13"
MEMORIES = (512, 1024, 2048)
MEGABYTES_FOR_ONE_CPU = 1769
ANSWERS = 200
PICTURE = HERE / "tests" / "eye.png"


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def event() -> dict:
    body = json.dumps({"image": base64.b64encode(PICTURE.read_bytes()).decode()})
    return {"httpMethod": "POST", "headers": {"Content-Type": "application/json"}, "body": body, "isBase64Encoded": False}


def layers(image: str) -> list[str]:
    return json.loads(docker("image", "inspect", image))[0]["RootFS"]["Layers"]


def compressed_beyond_base() -> int:
    """Bytes of the image's own layers as a registry keeps them."""
    own = len(layers(IMAGE)) - len(layers(BASE))
    with tempfile.NamedTemporaryFile() as file:
        docker("image", "save", "--output", file.name, IMAGE)
        with tarfile.open(file.name) as archive:
            names = json.load(archive.extractfile("manifest.json"))[0]["Layers"][-own:]
            return sum(len(zlib.compress(archive.extractfile(name).read(), 6)) for name in names)


def peak_memory(status: str) -> int:
    """Bytes, from the kernel's status of the function's process."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def measured(memory: int) -> dict[str, float]:
    """Seconds, and bytes of memory."""
    with RuntimeApi() as api:
        variables = {"AWS_LAMBDA_RUNTIME_API": api.address, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory)}
        started = time.monotonic()
        container = docker(
            "run", "--detach", "--network=host", "--read-only", "--tmpfs=/tmp", "--ipc=none", f"--memory={memory}m",
            f"--cpus={memory / MEGABYTES_FOR_ONE_CPU:.3f}", *(f"--env={name}={value}" for name, value in variables.items()), IMAGE,
        )  # fmt: skip
        try:
            init = api.ready() - started
            first, *warm = [api.invoke(event()) for _ in range(1 + ANSWERS)]
            peak = peak_memory(docker("exec", container, "cat", "/proc/1/status"))
        finally:
            docker("rm", "--force", container)
    return {"init": init, "first": first, "warm": statistics.median(warm), "slow": sorted(warm)[ANSWERS * 95 // 100], "peak": peak}


def main() -> None:
    docker("build", "--quiet", "--tag", IMAGE, str(HERE / "function"))
    print(f"image, compressed, beyond {BASE}: {compressed_beyond_base() / 1e6:.0f} MB\n")
    print("| memory | processors | init | first answer | warm answer | 95 of 100 within | memory used at most |")
    print("|---|---|---|---|---|---|---|")
    for memory in [int(word) for word in sys.argv[1:]] or MEMORIES:
        got = measured(memory)
        milliseconds = [f"{got[name] * 1000:.0f} ms" for name in ("first", "warm", "slow")]
        share = f"{memory / MEGABYTES_FOR_ONE_CPU:.2f}"
        cells = [f"{memory} MB", share, f"{got['init']:.2f} s", *milliseconds, f"{got['peak'] / 1e6:.0f} MB"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
