"""The binary against emulators that others wrote, as against AWS itself: no `--local`, only an endpoint. A stack's life goes through
with a plan that is empty after every step. `gaps.py` lists where the emulators differ from AWS, and what is therefore not asked."""

import os
import subprocess
from pathlib import Path

import boto3
import image_archive
import pytest
from botocore.config import Config
from places import BINARY

from . import gaps, processes
from .hybrid import Hybrid

ACCOUNT = "123456789012"
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-2.amazonaws.com"

FIRST = f"""
stack: second
region: us-east-2
account: "{ACCOUNT}"
tags: {{team: web}}
functions:
  one: {{image: {{uri: "{REGISTRY}/app:one"}}, memory: 256, timeout: 10, environment: {{NAME: b}}}}
  two: {{image: {{uri: "{REGISTRY}/app:one"}}, role: {{policies: [AmazonS3ReadOnlyAccess], statements: [{{actions: ["s3:GetObject"], resources: ["*"]}}]}}}}
api:
  routes: {{"POST /": one, "GET /items/{{id}}": {{function: two, auth: none}}}}
  cors: {{origins: ["https://example.com"]}}
  auth: api_key
  keys: [first]
  throttle: {{rate: 50, burst: 100}}
  usage_plan: {{rate: 10, burst: 20, quota: 100/day}}
"""

# Each changes the text before it.
EDITS = [
    ("memory: 256, timeout: 10", "memory: 512, timeout: 11"),
    ("environment: {NAME: b}", "environment: {NAME: c, OTHER: d}, log_retention: 7, reserved_concurrency: 5"),
    ("app:one\"}, memory", "app:two\"}, memory"),
    ("policies: [AmazonS3ReadOnlyAccess], statements", "policies: [AmazonS3FullAccess], statements"),
    ('"GET /items/{id}": {function: two, auth: none}', '"ANY /files/{proxy+}": two'),
    ("origins: [\"https://example.com\"]", "origins: [\"https://example.com\", \"https://b.example\"]"),
    ("rate: 10, burst: 20, quota: 100/day", "rate: 11, burst: 22, quota: 700/week"),
    ("throttle: {rate: 50, burst: 100}", "description: wider"),
    ("keys: [first]", "keys: [first, more]"),
    ("keys: [first, more]", "keys: [more]"),
    ("{team: web}", "{team: net, other: x}"),
    ("{team: net, other: x}", "{team: net}"),
    ("description: wider", "description: wider\n  name: renamed\n  binary_types: [image/png]"),
    ("binary_types: [image/png]", "allow_from: [203.0.113.0/24]"),
    ("auth: api_key", "auth: {authorizer: {function: two, type: token, header: Authorization, ttl: 300}}"),
    ("auth: {authorizer: {function: two, type: token, header: Authorization, ttl: 300}}", "auth: api_key"),
    (', "ANY /files/{proxy+}": two', ""),
    (FIRST[FIRST.index("  two:") : FIRST.index("api:")].replace("ReadOnly", "Full"), ""),
]


KEY = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}


@pytest.fixture(scope="module")
def emulators(tmp_path_factory):
    """moto and LocalStack."""
    folder = tmp_path_factory.mktemp("emulators")
    with processes.moto(folder) as moto, processes.localstack(folder) as localstack:
        yield moto, localstack


@pytest.fixture(scope="module")
def hybrid(emulators):
    with Hybrid(*(one.host for one in emulators)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def client(hybrid):
    return lambda service: boto3.client(service, endpoint_url=hybrid.url, region_name="us-east-2", **KEY)


@pytest.fixture(scope="module")
def raw(emulators):
    """In another region, so that the stack's is left as it was."""
    moto, localstack = emulators
    once = Config(retries={"total_max_attempts": 1})

    def client(service: str):
        host = localstack.host if service == "apigateway" else moto.host
        return boto3.client(service, endpoint_url=f"http://{host}", region_name="eu-west-1", config=once, **KEY)

    return gaps.make(client, moto.host)


class Stack:
    """A stack file, and the binary run on it as against AWS."""

    def __init__(self, folder: Path, url: str):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.file = folder / "stack.yaml"
        self.environment = kept | {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def run(self, *arguments: str, expect: int = 0) -> str:
        command = [BINARY, *arguments, "-f", str(self.file)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == expect, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def stack(hybrid, client, tmp_path_factory):
    """The stack of FIRST, up."""
    ecr = client("ecr")
    ecr.create_repository(repositoryName="app")
    for tag in ("one", "two"):
        manifest = image_archive.blobs(tag)[0]
        ecr.put_image(repositoryName="app", imageManifest=manifest.decode(), imageTag=tag, imageDigest=image_archive.digest(manifest))
    stack = Stack(tmp_path_factory.mktemp("stack"), hybrid.url)
    stack.file.write_text(FIRST)
    assert "nothing is there" not in stack.run("plan", "--exit-code", "--replace", expect=2)
    stack.run("up", "--yes", "--no-verify", "--no-smoke")
    return stack


def test_a_second_up_has_nothing_to_do(stack):
    assert "nothing to do" in stack.run("plan", "--exit-code")
    assert "nothing to do" in stack.run("up", "--no-verify", "--no-smoke")


def test_every_edit_converges(stack):
    text = FIRST
    for before, after in EDITS:
        assert before in text, before
        text = text.replace(before, after)
        stack.file.write_text(text)
        assert "nothing to do" not in stack.run("up", "--yes", "--no-verify", "--no-smoke", "--replace"), after
        assert "nothing to do" in stack.run("plan", "--exit-code"), after


def test_destroy_leaves_nothing_of_the_stacks(stack, client):
    stack.run("destroy", "--yes")
    assert [role["RoleName"] for role in client("iam").list_roles()["Roles"] if role["RoleName"] != "gaps"] == []
    assert client("lambda").list_functions()["Functions"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    gateway = client("apigateway")
    assert [gateway.get_rest_apis()["items"], gateway.get_api_keys()["items"], gateway.get_usage_plans()["items"]] == [[], [], []]
    assert [one["imageTag"] for one in client("ecr").list_images(repositoryName="app")["imageIds"]] == ["one", "two"]
    assert "nothing to destroy" in stack.run("destroy", "--yes")


@pytest.mark.parametrize("gap", gaps.GAPS, ids=lambda gap: f"{gap.emulator} {gap.operation}")
def test_a_gap_is_still_there(raw, gap):
    assert gap.is_there(raw), f"{gap.emulator} does as AWS now: the row of {gap.operation} is to go, and with it: {gap.instead}"
