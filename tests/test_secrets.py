"""Secrets stay where they belong: no command prints one, in any mode, also where it fails; none is in a process's arguments, a
file that others can read, or an image's layers and history. Needs Docker and the base image (scripts/base-image)."""

import json
import os
import shutil
import stat
import subprocess
import tarfile
import threading
from io import BytesIO
from pathlib import Path

import pytest
from local_aws import LocalAws

ROOT = Path(__file__).parents[1]
BINARY = os.environ.get("LAMBDEPLOY") or str(ROOT / "target/debug/lambdeploy")
FROM_ENVIRONMENT = "s3cret-from-the-environment"
FROM_DOTENV = "s3cret-from-dot-env"
FOR_BUILD = "s3cret-for-the-build"
CREDENTIAL = "s3cret-access-key-of-the-caller"
SECRETS = [FROM_ENVIRONMENT, FROM_DOTENV, FOR_BUILD, CREDENTIAL]
MODES = [[], ["--json"], ["--verbose"], ["--quiet"]]

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
"""
# The build uses the secret, and fails without it.
DOCKERFILE = """
FROM public.ecr.aws/lambda/python:3.11
RUN --mount=type=secret,id=token test "$(cat /run/secrets/token)" = "s3cret""-for-the-build"
COPY lambda_function.py ${LAMBDA_TASK_ROOT}/
CMD ["lambda_function.lambda_handler"]
"""


class Watched:
    """The binary run on a stack; keeps all that it printed, and the arguments of all processes meanwhile."""

    def __init__(self, folder: Path, aws: LocalAws):
        self.folder, self.aws = folder, aws
        self.environment = aws.environment() | {
            "LAMBDEPLOY_LOCAL": aws.url,
            "AWS_SECRET_ACCESS_KEY": CREDENTIAL,
            "PASSWORD": FROM_ENVIRONMENT,
            "BUILD_TOKEN": FOR_BUILD,
            "HOME": str(folder.parent / "home"),
            "XDG_STATE_HOME": str(folder.parent / "home/state"),
        }
        self.printed = ""
        self.arguments: set[bytes] = set()

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        running = threading.Event()
        watch = threading.Thread(target=self._watch, args=(running,))
        watch.start()
        command = [BINARY, *arguments, "--local", "-f", str(self.folder / "stack.yaml")]
        try:
            done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=200)
        finally:
            running.set()
            watch.join()
        self.printed += done.stdout + done.stderr
        return done

    def fine(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(0.02):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    self.arguments.add((process / "cmdline").read_bytes())
                except OSError:
                    continue  # it has ended


@pytest.fixture(scope="module")
def told(local_aws, tmp_path_factory):
    """All commands in all modes, well and failing; and what is in the world meanwhile."""
    folder = tmp_path_factory.mktemp("secrets") / "stack"
    folder.mkdir()
    (folder.parent / "home").mkdir()
    shutil.copy(ROOT / "examples/hello/lambda_function.py", folder)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / ".dockerignore").write_text(".env\n*.yaml\nclient.env\n")
    (folder / ".env").write_text(f"DOTENV_TOKEN={FROM_DOTENV}\n")
    (folder / "stack.yaml").write_text(STACK)
    watched = Watched(folder, local_aws)
    for mode in MODES:
        watched.run("plan", *mode)
    watched.fine("up", "--yes", "--verbose")
    shown = watched.run("output", "--show-key", "--json").stdout
    watched.key = json.loads(shown.splitlines()[-1])["outputs"]["keys"][0]["value"]
    watched.printed = watched.printed.replace(shown, "")
    watched.fine("output", "--env", str(folder / "client.env"))
    everything(watched)
    yield watched
    watched.fine("destroy", "--yes", "--json")


def everything(watched: Watched) -> None:
    for mode in MODES:
        for command in (["up", "--yes"], ["plan"], ["status"], ["output"], ["logs"]):
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
    assert [secret for secret in [*SECRETS, told.key] if secret in told.printed] == []


def test_no_process_is_given_a_secret_as_an_argument(told):
    assert any(b"stack.yaml" in arguments for arguments in told.arguments)
    for secret in [*SECRETS, told.key]:
        assert not [a for a in told.arguments if secret.encode() in a], secret


def test_files_that_hold_a_secret_are_the_users_alone(told):
    client = told.folder / "client.env"
    assert told.key in client.read_text()
    assert stat.S_IMODE(client.stat().st_mode) == 0o600
    written = [f for f in told.folder.parent.rglob("*") if f.is_file() and f not in (client, told.folder / ".env")]
    for file in written:
        assert not [s for s in [*SECRETS, told.key] if s.encode() in file.read_bytes()], file


def test_the_image_holds_no_secret(told):
    uri = subprocess.check_output(["docker", "pull", "-q", image(told)], text=True).strip()
    try:
        history = subprocess.check_output(["docker", "history", "--no-trunc", uri])
        saved = subprocess.check_output(["docker", "save", uri])
    finally:
        subprocess.run(["docker", "rmi", uri], capture_output=True, check=True)
    assert b"lambda_function" in history
    for name, content in contents(saved):
        assert not [s for s in SECRETS if s.encode() in content], name
    assert not [s for s in SECRETS if s.encode() in history]


def image(told: Watched) -> str:
    import boto3

    client = boto3.client("lambda", endpoint_url=told.aws.url, region_name="us-east-2", aws_access_key_id="x", aws_secret_access_key="x")
    return client.get_function(FunctionName="discreet-teller")["Code"]["ImageUri"]


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
def test_a_secret_in_build_arguments_is_refused(told, tmp_path, mode):
    (tmp_path / "stack.yaml").write_text(STACK.replace("secrets: {token: {env: BUILD_TOKEN}}", 'args: {P: "${PASSWORD}"}'))
    done = Watched(tmp_path, told.aws).run("plan", *mode)
    assert done.returncode == 64
    assert "image.secrets" in done.stdout + done.stderr
    assert FROM_ENVIRONMENT not in done.stdout + done.stderr
