"""Every AWS API request that the binary makes in a stack's whole life fits AWS's own service model: known members, required
members, types, bounds, enums, patterns. No Docker is needed: images are archives."""

import os
import subprocess
from collections import Counter
from pathlib import Path

import aws_model
import image_archive
import pytest
from recording_proxy import Recorded, RecordingProxy

BINARY = os.environ.get("LAMBDEPLOY") or str(Path(__file__).parents[1] / "target/debug/lambdeploy")

FIRST = """
stack: wide
region: us-east-2
tags: {team: web}
functions:
  one: {image: {archive: one.tar}, memory: 256, timeout: 10, environment: {NAME: b}, reserved_concurrency: 2}
  two: {image: {archive: two.tar}, role: {policies: [AmazonS3ReadOnlyAccess], statements: [{actions: ["s3:GetObject"], resources: ["*"]}]}}
  three: {image: {archive: one.tar}, log_retention: never, tracing: true, command: [text]}
api:
  routes: {"POST /": one, "GET /items/{id}": two, "ANY /files/{proxy+}": {function: three, auth: none}}
  cors: {origins: ["https://example.com"]}
  auth: api_key
  binary_types: [image/png]
  throttle: {rate: 50, burst: 100}
  keys: [first, second]
  usage_plan: {rate: 10, burst: 20, quota: 100/day}
"""

# Each changes the text before it; together they reach every update that the program knows.
EDITS = [
    ("memory: 256, timeout: 10, environment: {NAME: b}, reserved_concurrency: 2", "memory: 512, timeout: 11"),
    ("archive: two.tar", "archive: three.tar"),
    ("policies: [AmazonS3ReadOnlyAccess], statements", "policies: [AmazonS3FullAccess], statements"),
    ("log_retention: never, tracing: true, command: [text]", "log_retention: 7"),
    ("rate: 10, burst: 20, quota: 100/day", "rate: 11, burst: 22, quota: 700/week"),
    ("throttle: {rate: 50, burst: 100}", "description: wider"),
    ("binary_types: [image/png]", "name: renamed"),
    ("keys: [first, second]", "keys: [first, third]"),
    ("{team: web}", "{team: net}"),
    (', "ANY /files/{proxy+}": {function: three, auth: none}', ""),
    ("  three: {image: {archive: one.tar}, log_retention: 7}\n", ""),
]

EXPECTED = """
GetCallerIdentity CreateRole PutRolePolicy AttachRolePolicy DetachRolePolicy DeleteRole CreateLogGroup DeleteLogGroup
PutRetentionPolicy CreateRepository DeleteRepository CreateFunction UpdateFunctionCode UpdateFunctionConfiguration
PutFunctionConcurrency DeleteFunctionConcurrency DeleteFunction AddPermission CreateRestApi PutRestApi CreateDeployment
CreateStage UpdateStage CreateApiKey DeleteApiKey CreateUsagePlan UpdateUsagePlan CreateUsagePlanKey DeleteUsagePlan DeleteRestApi
""".split()


def run(proxy: RecordingProxy, environment: dict, folder: Path, *arguments: str) -> str:
    command = [BINARY, *arguments, "--local", "-f", str(folder / "stack.yaml")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def requests(local_aws, tmp_path_factory) -> list[Recorded]:
    folder = tmp_path_factory.mktemp("wide")
    for name in ("one", "two", "three"):
        image_archive.write(folder / f"{name}.tar", name)
    with RecordingProxy(local_aws.host) as proxy:
        environment = local_aws.environment() | {"LAMBDEPLOY_LOCAL": proxy.url}
        text = FIRST
        (folder / "stack.yaml").write_text(text)
        run(proxy, environment, folder, "plan")
        run(proxy, environment, folder, "up", "--yes", "--no-verify", "--replace")
        for before, after in EDITS:
            assert before in text, before
            text = text.replace(before, after)
            (folder / "stack.yaml").write_text(text)
            run(proxy, environment, folder, "up", "--yes", "--no-verify", "--replace")
            assert "nothing to do" in run(proxy, environment, folder, "plan", "--exit-code"), after
        run(proxy, environment, folder, "up", "--yes", "--no-verify", "--redeploy")
        for command in (["status"], ["output", "--show-key"], ["logs", "--filter", "ERROR"], ["destroy", "--yes"]):
            run(proxy, environment, folder, *command)
        return proxy.requests


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
    assert not [name for name in EXPECTED if not seen[name]], f"never called; seen: {seen}"


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
