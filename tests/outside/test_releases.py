"""Releases as callers see them: a version that fails is never live, a canary has its share, what is live goes back in one call, and a
stack that was made without an alias gets one while it is called. Needs Docker and the base image (scripts/base-image.sh)."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager

import pytest
from stack import Stack

STACK = """\
stack: released
region: us-east-2
functions:
  f: {image: {context: .}, memory: 256, timeout: 10}
api:
  routes: {POST /: f}
  auth: api_key
  keys: [client]
  usage_plan: {rate: 1000, burst: 1000, quota: 100000/day}
"""

DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.13
COPY app.py /var/task/
CMD ["app.handler"]
"""

APP = """\
import json

def handler(event, context):
    body = json.loads(event.get("body") or "{{}}")
    {first}
    return {{"statusCode": 200, "body": "{answer}"}}
"""

EVERY = 1 / 20
"""Seconds between two calls of a client."""


@pytest.fixture
def stack(tmp_path, local_aws):
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "stack.yaml").write_text(STACK)
    stack = Stack(tmp_path / "stack.yaml", local_aws)
    write(stack, "one")
    stack.run("up", "--yes")
    yield stack
    stack.run("destroy", "--yes")


def write(stack, answer: str, first: str = "pass") -> None:
    """The function's source: what it answers, and what it does before."""
    (stack.file.parent / "app.py").write_text(APP.format(answer=answer, first=first))


class Client:
    """Calls all the time, and keeps what came."""

    def __init__(self, stack: Stack):
        outputs = stack.outputs()
        self.url = f"{stack.aws.url}/_aws/execute-api/{outputs['api_id']}/default/"
        self.headers = {"x-api-key": outputs["keys"][0]["value"], "content-type": "application/json"}
        self.answers: list[tuple[int, str]] = []

    def call(self, body: bytes = b'{"real": true}') -> tuple[int, str]:
        request = urllib.request.Request(self.url, method="POST", data=body, headers=self.headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@contextmanager
def a_client_all_through(stack: Stack):
    client, over = Client(stack), threading.Event()

    def calls() -> None:
        while not over.is_set():
            client.answers.append(client.call())
            time.sleep(EVERY)

    # Several, because one waits for its answer.
    threads = [threading.Thread(target=calls) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield client
    finally:
        over.set()
        for thread in threads:
            thread.join()


def seen(client: Client) -> Counter:
    return Counter(client.answers)


def standing(stack: Stack) -> dict[int, str]:
    """How each version stands."""
    (function,) = stack.result("releases")["releases"]
    return {version["version"]: version["is"] for version in function["versions"]}


def test_a_version_that_crashes_is_never_live(stack):
    write(stack, "two", "raise KeyError('absent')")
    with a_client_all_through(stack) as client:
        done = stack.run("up", "--yes", expect=3)
        again = stack.run("up", "--yes", expect=3)
    assert len(client.answers) > 20 and set(client.answers) == {(200, "one")}, seen(client)
    for said in (done, again):
        assert "version 2 of released-f was tried and did not pass" in said.stderr
        assert "it raised KeyError: 'absent'" in said.stderr and "what was live stays live" in said.stderr
    assert "KeyError: 'absent'" in stack.run("releases").stdout
    assert standing(stack) == {2: "failed", 1: "live"}
    write(stack, "three")
    with a_client_all_through(stack) as client:
        assert "the contract holds" in stack.run("up", "--yes").stdout
    assert set(client.answers) <= {(200, "one"), (200, "three")}, seen(client)
    assert client.call() == (200, "three")
    assert standing(stack)[3] == "live"


def test_a_canary_has_its_share_until_it_is_promoted(stack):
    write(stack, "two")
    stack.run("up", "--yes", "--canary", "10%", "--hold")
    client = Client(stack)
    answers = Counter(client.call() for _ in range(400))
    assert set(answers) == {(200, "one"), (200, "two")}
    # A share of 0.1 in 400 calls: 40, and less than one in 10,000 times outside of these.
    assert 17 <= answers[200, "two"] <= 67, answers
    assert standing(stack) == {2: "canary", 1: "live"}
    assert "version 1 → 2 is live" in stack.run("promote").stdout
    assert {client.call() for _ in range(20)} == {(200, "two")}
    assert "nothing to do" in stack.run("plan", "--exit-code").stdout


def test_a_canary_that_fails_is_taken_back_by_itself(stack):
    write(stack, "two", "assert 'real' not in body")
    with a_client_all_through(stack) as client:
        done = stack.run("up", "--yes", "--canary", "40%", "--for", "15s", expect=3)
    assert "the new version is worse" in done.stderr and "calls failed, before 0 of" in done.stderr
    assert {status for status, _ in client.answers} == {200, 502}, seen(client)
    assert {client.call() for _ in range(50)} == {(200, "one")}
    assert standing(stack) == {2: "failed", 1: "live"}


def test_what_is_live_goes_back_and_does_not_come_again_by_itself(stack):
    write(stack, "two")
    stack.run("up", "--yes")
    client = Client(stack)
    assert client.call() == (200, "two")
    with a_client_all_through(stack) as through:
        assert "version 2 → 1 is live" in stack.run("rollback").stdout
        assert client.call() == (200, "one")
    assert {status for status, _ in through.answers} == {200}, seen(through)
    refused = stack.run("up", "--yes", expect=1)
    assert "took back" in refused.stderr and "`up --again` releases it again" in refused.stderr
    assert client.call() == (200, "one")
    stack.run("up", "--yes", "--again")
    assert client.call() == (200, "two")
    assert standing(stack) == {2: "live", 1: "before"}


def as_made_before(stack: Stack, aws) -> None:
    """The stack as the program made it when it knew no versions: the API calls the function itself."""
    functions, gateway = aws("lambda"), aws("apigateway")
    api = stack.outputs()["api_id"]
    policy = json.loads(functions.get_policy(FunctionName="released-f", Qualifier="live")["Policy"])
    for number, statement in enumerate(policy["Statement"]):
        functions.add_permission(
            FunctionName="released-f",
            StatementId=statement["Sid"] if number == 0 else f"{statement['Sid']}-{number}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
        )
    (root,) = [one for one in gateway.get_resources(restApiId=api)["items"] if one["path"] == "/"]
    method = {"restApiId": api, "resourceId": root["id"], "httpMethod": "POST"}
    uri = gateway.get_integration(**method)["uri"]
    assert ":released-f:live/" in uri
    patch = {"op": "replace", "path": "/uri", "value": uri.replace(":released-f:live/", ":released-f/")}
    gateway.update_integration(**method, patchOperations=[patch])
    gateway.create_deployment(restApiId=api, stageName="default")
    functions.delete_alias(FunctionName="released-f", Name="live")
    functions.delete_function(FunctionName="released-f", Qualifier="1")


def test_a_stack_that_was_made_before_moves_over_while_it_is_called(stack, local_aws):
    def aws(service: str):
        return local_aws.client(service, "0" * 12)

    as_made_before(stack, aws)
    assert Client(stack).call() == (200, "one")
    with a_client_all_through(stack) as client:
        said = stack.run("up", "--yes")
    assert len(client.answers) > 100 and set(client.answers) == {(200, "one")}, seen(client)
    assert "the contract holds" in said.stdout
    assert standing(stack)[max(standing(stack))] == "live"
    with pytest.raises(aws("lambda").exceptions.ResourceNotFoundException):
        aws("lambda").get_policy(FunctionName="released-f")
    assert "function → version → alias → permission → API" in stack.run("status").stdout
