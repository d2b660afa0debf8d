"""Secrets stay where they belong: no command prints one, in any mode, also where it fails and where AWS's own words hold it; none is
in a process's arguments, a file that others can read, a log of the local AWS, or an image's layers and history. Needs Docker and
the base image (scripts/base-image.sh)."""

import json
import shutil
import stat
import subprocess
import tarfile
import urllib.request
from io import BytesIO
from pathlib import Path

import boto3
import pytest
from places import ROOT

from .echoing import EchoingProxy
from .watched import FOR_BUILD, FROM_DOTENV, FROM_ENVIRONMENT, MODES, SECRETS, Watched

STACK = """
stack: discreet
region: us-east-2
functions:
  teller:
    image: {context: ., secrets: {token: {env: BUILD_TOKEN}}}
    environment: {PASSWORD: "${PASSWORD}", TOKEN: "pre-${DOTENV_TOKEN}"}
api:
  routes: {"POST /": teller}
  auth: api_key
  keys: [reader]
  usage_plan: {rate: 10, burst: 20}
checks:
  - {route: POST /, headers: {x-token: "${DOTENV_TOKEN}"}, body: '{"name": "${DOTENV_TOKEN}"}'}
"""
# The build uses the secret, and fails without it.
DOCKERFILE = """
FROM public.ecr.aws/lambda/python:3.13
RUN --mount=type=secret,id=token test "$(cat /run/secrets/token)" = "s3cret""-for-the-build"
COPY lambda_function.py ${LAMBDA_TASK_ROOT}/
CMD ["lambda_function.lambda_handler"]
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """All commands in all modes, well and failing; and what is in the world meanwhile. The local AWS is the binary's own, in the
    background."""
    watched = Watched(written(tmp_path_factory.mktemp("secrets"), STACK))
    folder = watched.folder
    watched.fine("plan")
    try:
        watched.url = endpoint(folder)
        with EchoingProxy(watched.url.removeprefix("http://"), echo()) as aws:
            life(watched, aws)
            yield watched
    finally:
        watched.fine("local", "--stop")


def written(place: Path, stack: str) -> Path:
    """The folder of a stack, beside a home of its own."""
    folder = place / "stack"
    folder.mkdir()
    (place / "home").mkdir()
    shutil.copy(ROOT / "examples/hello/lambda_function.py", folder)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / ".dockerignore").write_text(".env\n*.yaml\nclient.env\n")
    (folder / ".env").write_text(f"DOTENV_TOKEN={FROM_DOTENV}\n")
    (folder / "stack.yaml").write_text(stack)
    return folder


def endpoint(folder: Path) -> str:
    """Of the local AWS in the background, as its record has it."""
    [record] = (folder.parent / "home/state/lambdeploy").glob("local-aws-*.json")
    return json.loads(record.read_text())["endpoint"]


def echo() -> str:
    """What Lambda says of an environment that is too large, and the bare values."""
    values = {"PASSWORD": FROM_ENVIRONMENT, "TOKEN": f"pre-{FROM_DOTENV}"}
    return f"exceeded the 4KB limit. String measured: {json.dumps(values, separators=(',', ':'))} {' '.join(values.values())}"


def life(watched: Watched, aws: EchoingProxy) -> None:
    for mode in MODES:
        watched.run("plan", *mode)
    refused(watched, aws, "CreateFunction", "up", "--yes", "--verbose")
    watched.fine("up", "--yes", "--verbose")
    shown = watched.run("output", "--show-key", "--json").stdout
    watched.key = json.loads(shown.splitlines()[-1])["outputs"]["keys"][0]["value"]
    watched.printed = watched.printed.replace(shown, "")
    watched.fine("output", "--env", str(watched.folder / "client.env"))
    everything(watched)
    for mode in MODES:
        with_echoes(watched, aws, *mode)
    watched.pages = {page: urllib.request.urlopen(f"{watched.url}/_local/{page}").read() for page in ("requests", "gateway")}
    watched.image = image(watched)
    for mode in MODES:
        refused(watched, aws, "DeleteFunction", "destroy", "--yes", *mode, expect=2)
    watched.fine("destroy", "--yes", "--json")
    watched.fine("destroy", "--verbose")


def refused(watched: Watched, aws: EchoingProxy, operation: str, *arguments: str, expect: int = 1) -> None:
    """A run that fails of a call that AWS refuses in words that hold secrets."""
    aws.refuse(operation, 400, "InvalidParameterValueException")
    done = watched.run(*arguments, LAMBDEPLOY_LOCAL=aws.url)
    assert done.returncode == expect, f"{arguments}\n{done.stdout}\n{done.stderr}"
    assert "String measured" in done.stdout + done.stderr
    assert not aws.refusals


def with_echoes(watched: Watched, aws: EchoingProxy, *mode: str) -> None:
    """Failures of every command, and a wait, each with AWS's words."""
    changed = STACK.replace("    image:", f"    memory: {256 + len(aws.requests) % 1000}\n    image:")
    (watched.folder / "stack.yaml").write_text(changed)
    refused(watched, aws, "UpdateFunctionConfiguration", "up", "--yes", *mode)
    aws.refuse("UpdateFunctionConfiguration", 409, "ResourceConflictException")
    aws.words = f"An update is in progress: {echo()}"
    assert watched.run("up", "--yes", *mode, LAMBDEPLOY_LOCAL=aws.url).returncode == 0
    assert not aws.refusals
    aws.words = echo()
    for operation, command in [("GetFunction", "plan"), ("GetFunction", "status"), ("GetRestApis", "output"), ("GetApiKey", "verify"), ("FilterLogEvents", "logs")]:
        refused(watched, aws, operation, command, *mode)


def everything(watched: Watched) -> None:
    for mode in MODES:
        for command in (["up", "--yes"], ["plan"], ["status"], ["output"], ["logs"], ["verify"]):
            watched.fine(*command, *mode)
    fine = watched.environment
    for mode in MODES:
        watched.environment = fine | {"PASSWORD": FROM_ENVIRONMENT + "-changed"}
        assert "PASSWORD" in watched.run("plan", *mode, "--exit-code").stdout or mode == ["--quiet"]
        watched.environment = fine | {"BUILD_TOKEN": FOR_BUILD + "-wrong"}
        assert watched.run("up", "--yes", "--rebuild", *mode).returncode == 1, "the build must fail"
        watched.environment = fine
        for command in (["up", "--yes"], ["plan"], ["status"]):
            wrong = STACK.replace("    image:", '    memory: "${PASSWORD}"\n    description: "${DOTENV_TOKEN}"\n    image:')
            (watched.folder / "stack.yaml").write_text(wrong)
            assert watched.run(*command, *mode).returncode == 64, command
        (watched.folder / "stack.yaml").write_text(STACK)


def test_nothing_printed_holds_a_secret(told):
    assert len(told.printed) > 1000
    lines = [line for line in told.printed.splitlines() if found(line.encode(), [*SECRETS, told.key])]
    assert lines == []


def test_no_process_is_given_a_secret_as_an_argument(told):
    for seen in (b"stack.yaml", b"--port", b"lambda_function.lambda_handler"):
        assert [a for a in told.arguments if seen in a], f"{seen} was not watched"
    assert [a for a in told.arguments if found(a, [*SECRETS, told.key])] == []


def test_files_that_hold_a_secret_are_the_users_alone(told):
    client = told.folder / "client.env"
    assert told.key in client.read_text()
    assert stat.S_IMODE(client.stat().st_mode) == 0o600
    written = [f for f in told.folder.parent.rglob("*") if f.is_file() and f not in (client, told.folder / ".env")]
    for file in written:
        assert found(file.read_bytes(), [*SECRETS, told.key]) == [], file


def test_the_image_holds_no_secret(told):
    history, saved = told.image
    assert b"lambda_function" in history
    assert found(history, SECRETS) == []
    for name, content in contents(saved):
        assert found(content, SECRETS) == [], name


def test_the_local_aws_keeps_no_secret_in_its_logs(told):
    assert b"UpdateFunctionConfiguration" in told.pages["requests"]
    for page, content in told.pages.items():
        assert found(content, [*SECRETS, told.key]) == [], page
    log = told.folder.parent / "home/state/lambdeploy/local-aws.log"
    assert b"local AWS at" in log.read_bytes()


def found(content: bytes, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if secret.encode() in content]


def image(watched: Watched) -> tuple[bytes, bytes]:
    """The history of the function's image, and the image."""
    client = boto3.client("lambda", endpoint_url=watched.url, region_name="us-east-2", aws_access_key_id="x", aws_secret_access_key="x")
    name = client.get_function(FunctionName="discreet-teller")["Code"]["ImageUri"]
    uri = subprocess.check_output(["docker", "pull", "-q", name], text=True).strip()
    try:
        return subprocess.check_output(["docker", "history", "--no-trunc", uri]), subprocess.check_output(["docker", "save", uri])
    finally:
        subprocess.run(["docker", "rmi", uri], capture_output=True, check=True)


def contents(saved: bytes):
    """Every file of the archive, and every file of the layers in it."""
    with tarfile.open(fileobj=BytesIO(saved)) as archive:
        for member in filter(tarfile.TarInfo.isfile, archive):
            content = archive.extractfile(member).read()
            try:
                layer = tarfile.open(fileobj=BytesIO(content))
            except tarfile.ReadError:
                yield member.name, content
                continue
            with layer:
                yield from ((entry.name, layer.extractfile(entry).read()) for entry in layer if entry.isfile())


@pytest.mark.parametrize("mode", MODES)
def test_what_stays_readable_in_the_image_is_warned_of(tmp_path, mode):
    stack = STACK.replace("secrets: {token: {env: BUILD_TOKEN}}", 'args: {P: "${PASSWORD}"}')
    watched = Watched(written(tmp_path, stack))
    try:
        watched.fine("plan", *mode)
    finally:
        watched.fine("local", "--stop")
    assert "`args.P` of `teller` comes from outside the file and stays readable in the image's history" in watched.printed
    assert "image.secrets" in watched.printed
    assert found(watched.printed.encode(), SECRETS) == []
