"""From an empty folder to an answer, as somebody new types it. Needs Docker and the base image (scripts/base-image.sh)."""

import subprocess
import time
from pathlib import Path

import pytest
from places import BINARY

STORY = [
    (["init", "--template", "hello", "--region", "us-east-2"], "wrote stack.yaml"),
    (["up", "--local", "--yes"], "the contract holds: 7 promises"),
    (["call", "--local", "-d", '{"name": "Ada"}'], "Hello Ada!"),
]
MINUTE = 60
"""Seconds; with the binary at hand."""


@pytest.fixture
def run(tmp_path, local_aws):
    """Runs the binary in an empty folder."""
    folder = tmp_path / "first-steps"
    folder.mkdir()
    environment = local_aws.environment() | {"LAMBDEPLOY_LOCAL": local_aws.url}

    def lambdeploy(*arguments: str) -> str:
        done = subprocess.run([BINARY, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    yield lambdeploy, folder
    if Path(folder, "stack.yaml").exists():
        lambdeploy("destroy", "--local", "--yes")


def test_the_first_minute(run):
    lambdeploy, _ = run
    began = time.monotonic()
    for arguments, shown in STORY:
        printed = lambdeploy(*arguments)
        print(f"$ lambdeploy {' '.join(arguments)}\n{printed}")
        assert shown in printed
    assert time.monotonic() - began < MINUTE


def test_a_handler_of_somebodys_own(run):
    lambdeploy, folder = run
    (folder / "app.py").write_text('def handler(event, context):\n    return {"statusCode": 200, "body": event["body"] or ""}\n')
    lambdeploy("init")
    lambdeploy("up", "--local", "--yes")
    assert "pasted back" in lambdeploy("call", "--local", "-d", '{"text": "pasted back"}')
