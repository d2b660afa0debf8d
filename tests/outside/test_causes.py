"""Functions that fail, each in its own way: `up` ends with exit code 3, and says the cause as what it was; so does `call`. Needs Docker and the
base image (scripts/base-image.sh)."""

import pytest
from stack import Stack

STACK = """\
stack: causes
region: us-east-2
functions:
  f:
    image: {{context: .}}
    memory: 128
    timeout: 2
    environment: {{MODE: {mode}}}
    {more}
api:
  routes: {{POST /: f}}
"""

APP = """\
import os
import time

def handler(event, context):
    mode = os.environ["MODE"]
    if mode == "slow":
        time.sleep(60)
    if mode == "raises":
        return {}["absent"]
    if mode == "memory":
        return len(b"x" * (400 << 20))
    if mode == "exits":
        os._exit(7)
    if mode == "text":
        return "hello"
    if mode == "object":
        return {"statusCode": 200, "body": {"not": "a text"}}
    if mode == "large":
        return {"statusCode": 200, "body": "x" * (7 << 20)}
    return {"statusCode": 200, "body": "{}"}
"""

DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.13
COPY app.py /var/task/
CMD ["app.handler"]
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory, local_aws):
    folder = tmp_path_factory.mktemp("causes")
    (folder / "app.py").write_text(APP)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    stack = Stack(folder / "stack.yaml", local_aws)
    write(stack, "fine")
    stack.run("up", "--yes")
    yield stack
    stack.run("destroy", "--yes")


def write(stack, mode, more=""):
    stack.file.write_text(STACK.format(mode=mode, more=more))


@pytest.mark.parametrize(
    "mode, more, sentence",
    [
        ("slow", "", "it was stopped after its timeout of 2"),
        ("raises", "", "it raised KeyError: 'absent'"),
        (
            "memory",
            "",
            "it was killed because it needed more than its memory of 128 MB: raise `memory`",
        ),
        ("exits", "", "its process ended (exit status 7) without an answer"),
        ("text", "", "its answer is not an HTTP answer"),
        ("object", "", "its answer is not an HTTP answer"),
        ("large", "", "its answer is over the 6 MB that Lambda passes on"),
        ("module", "command: [absent.handler]", "it can't be loaded (Unable to import module 'absent'"),
        ("handler", "command: [app.absent]", "its handler is not there"),
        ("entry", "entrypoint: [/no/such/program]", "its entry point is not in the image"),
    ],
)
def test_the_cause_is_said_as_what_it_was(stack, mode, more, sentence):
    write(stack, mode, more)
    done = stack.run("up", "--yes", expect=3)
    assert sentence in done.stdout + done.stderr, done.stdout + done.stderr
    if mode == "raises":
        # Nobody gets it but by force.
        assert stack.run("call").stderr.count("200 in ") == 1
        stack.run("up", "--yes", "--no-smoke", "--no-verify")
        verified = stack.run("verify", expect=3)
        assert sentence in verified.stdout + verified.stderr, verified.stdout + verified.stderr
        called = stack.run("call", expect=1)
        assert "the last log lines of f:" in called.stderr and "Traceback" in called.stderr, called.stderr
        assert sentence in called.stderr and "502 in " in called.stderr, called.stderr
