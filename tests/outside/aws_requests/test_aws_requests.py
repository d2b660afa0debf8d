"""Every AWS API request that the binary makes in stacks' whole lives fits AWS's own service model: known members, required members,
types, bounds, enums, patterns; and every operation that the program's source names is among them. No Docker is needed: images are
archives."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import aws_model
import image_archive
import pytest
from places import BINARY, ROOT
from recording_proxy import Answer, Recorded, RecordingProxy

from . import lives

SERVICES = ("sts", "iam", "ecr", "lambda", "apigateway", "logs", "freetier", "sns", "cloudwatch", "budgets")
ELSEWHERE = {"AssumeRole", "GetDownloadUrlForLayer"}
"""The first is for a terminal, where a person types the MFA code: `test_mfa.py`. The second reads of an image that was built here
what it was built on: `tests/cli/doctor.rs`."""
CHANGE = ("up", "--yes", "--no-verify", "--no-smoke", "--replace")
"""The images are bare files, and no function of them runs."""


class Busy(RecordingProxy):
    """Passes everything on; the answer to an update of a REST API says that it goes on yet."""

    def answer(self, request: Recorded) -> Answer:
        status, headers, body = super().answer(request)
        if status == 200 and request.method == "PATCH" and re.fullmatch(r"/restapis/\w+", request.target):
            body = json.dumps(json.loads(body) | {"apiStatus": "UPDATING"}).encode()
        return status, headers, body


class Stack:
    """A stack file, and the binary run on it through the proxy."""

    def __init__(self, folder: Path, proxy: RecordingProxy, aws):
        self.file = folder / "stack.yaml"
        self.environment = aws.environment() | {"LAMBDEPLOY_LOCAL": proxy.url}
        for name in ("one", "two", "three", "four", "five"):
            image_archive.write(folder / f"{name}.tar", name)

    def attempt(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [BINARY, *arguments, "--local", "-f", str(self.file)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)

    def run(self, *arguments: str, expect: int = 0) -> str:
        done = self.attempt(*arguments)
        assert done.returncode == expect, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def fails(self, text: str, why: str) -> None:
        """With this text, for this reason."""
        self.file.write_text(text)
        done = self.attempt(*CHANGE)
        assert done.returncode != 0 and why in done.stderr, f"{done.stdout}\n{done.stderr}"

    def settles(self, text: str, *arguments: str) -> None:
        """With this text; the plan is empty afterwards."""
        self.file.write_text(text)
        self.run(*CHANGE, *arguments)
        assert "nothing to do" in self.run("plan", "--exit-code"), text


@pytest.fixture(scope="module")
def requests(local_aws, tmp_path_factory) -> list[Recorded]:
    def client(service: str):
        return local_aws.client(service, "0" * 12)

    with Busy(local_aws.host) as proxy:
        live(Stack(tmp_path_factory.mktemp("wide"), proxy, local_aws), client)
        adopt(Stack(tmp_path_factory.mktemp("taken"), proxy, local_aws), client)
        return proxy.requests


def live(stack: Stack, client) -> None:
    text = lives.WIDE
    stack.file.write_text(text)
    stack.run("plan")
    stack.settles(text)
    for before, after, why in lives.FAILING:
        assert before in text, before
        stack.fails(text.replace(before, after), why)
        stack.settles(text)
    lives.drift(client)
    stack.settles(text)
    for before, after in lives.EDITS:
        assert before in text, before
        text = text.replace(before, after, 1)
        stack.settles(text)
    stack.run(*CHANGE, "--redeploy")
    for command in (["pause"], ["resume"], ["key", "rotate", "third"], ["key", "retire", "third", "--now"]):
        stack.run(*command, "--yes")
    stack.run("key", "enable", "first", "--yes")
    for command in (["status"], ["doctor"], ["output", "--show-key"], ["metrics"], ["logs", "--filter", "ERROR"], ["releases"], ["rollback", "two"]):
        stack.run(*command)
    # The version is asked, and can't run.
    stack.run("up", "--yes", "--again", expect=3)
    stack.run("destroy", "--yes")


def adopt(stack: Stack, client) -> None:
    lives.by_hand(client)
    stack.settles(lives.TAKEN, "--adopt")
    stack.run("destroy", "--yes", "--include-adopted")


def test_every_request_fits_its_model(requests):
    seen, bad = Counter(), []
    for request in requests:
        try:
            operation, params = aws_model.read(request)
        except aws_model.Mismatch as mismatch:
            bad.append(f"{request.method} {request.target}: {mismatch}")
            continue
        seen[operation.name] += 1
        bad += aws_model.problems(operation, params)
    assert not bad, "\n".join(sorted(set(bad)))
    assert sorted(named_in_the_source() - ELSEWHERE - set(seen)) == [], f"never called; seen: {seen}"


def named_in_the_source() -> set[str]:
    """AWS's operations that the program calls by name, outside of its own tests."""
    known = {name for service in SERVICES for name in aws_model.service(service).operation_names}
    texts = (file.read_text().partition("#[cfg(test)]")[0] for file in (ROOT / "src").rglob("*.rs") if "test" not in file.stem)
    return known & {word for text in texts for word in re.findall(r'"([A-Z]\w+)"', text)}


@pytest.mark.parametrize(
    ("service", "name", "params", "problem"),
    [
        ("iam", "CreateRole", {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"}, "does not match"),
        ("iam", "CreateRole", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"}, "65 is over 64"),
        ("iam", "CreateRole", {"RoleName": "r"}, "AssumeRolePolicyDocument"),
        ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "MemorySize": 99999}, "is over"),
        ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "MemorySize": "1"}, "MemorySize"),
        ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "f", "Memory": 1}, "Memory"),
        ("apigateway", "UpdateStage", {"restApiId": "a", "stageName": "s", "patchOperations": [{"op": "set"}]}, "none of"),
    ],
)
def test_a_bad_request_is_found(service, name, params, problem):
    found = aws_model.problems(aws_model.service(service).operation_model(name), params)
    assert found and problem in found[0]
