"""Alerts from outside, by the binary: calls that fail ring an alarm, its mail comes, `status` and `metrics` say so, and the budget's mail
comes when the calls cost as much. Needs Docker and the base image (scripts/base-image.sh)."""

import json
import urllib.error
import urllib.request

import pytest
from stack import Stack

HANDLER = '''
def handler(event, context):
    if event["body"] == "fail":
        raise ValueError("as it was asked to")
    return {"statusCode": 200, "body": "{}"}
'''
STACK = """
stack: told
region: us-east-2
functions:
  f: {image: {context: .}, command: app.handler, memory: 256, timeout: 10}
api: {routes: {POST /: f}}
alerts: {email: [ada@example.com]}
budget: {limit: 0.01 USD, alert_at: [5%, 100%]}
"""
CONFIRM = "AWS Notification - Subscription Confirmation"
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def told(tmp_path_factory, local_aws):
    folder = tmp_path_factory.mktemp("told")
    (folder / "Dockerfile").write_text("FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py .\n")
    (folder / "app.py").write_text(HANDLER)
    (folder / "stack.yaml").write_text(STACK)
    stack = Stack(folder / "stack.yaml", local_aws)
    stack.first = stack.run("up", "--yes", "--no-verify", "--no-smoke")
    yield stack
    stack.run("destroy", "--yes")
    client = local_aws.client
    assert client("sns", "0" * 12).list_topics()["Topics"] == []
    assert client("cloudwatch", "0" * 12).describe_alarms()["MetricAlarms"] == []


def mails(aws) -> list[dict]:
    with _OPENER.open(f"{aws.url}/_local/mail", timeout=5) as answer:
        return json.load(answer)


def call(url: str, body: str) -> int:
    try:
        with _OPENER.open(urllib.request.Request(url, method="POST", data=body.encode()), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_two_hundred_calls_of_which_twenty_fail(told, local_aws):
    said = told.first.stdout + told.first.stderr
    assert "ada@example.com has not confirmed yet" in said, said
    [mail] = mails(local_aws)
    assert (mail["to"], mail["subject"]) == ("ada@example.com", CONFIRM)
    _OPENER.open(mail["link"], timeout=5).close()
    assert "confirmed" not in told.run("status").stderr
    url = f"{local_aws.url}/_aws/execute-api/{told.outputs()['api_id']}/default/"
    answers = [call(url, "fail" if n % 10 == 0 else "{}") for n in range(200)]
    assert (answers.count(502), answers.count(200)) == (20, 180)
    status = told.run("status")
    assert "alarm/errors rings since" in status.stdout + status.stderr
    subjects = sorted(mail["subject"] for mail in mails(local_aws)[1:])
    assert subjects[:2] == ['ALARM: "lambdeploy-told-5xx" in us-east-2', 'ALARM: "lambdeploy-told-errors" in us-east-2']
    # 200 calls cost 0.0007 USD and the time besides: more than 5% of the limit.
    assert {"AWS Budgets: lambdeploy-told-us-east-2 has exceeded your alert threshold"} == set(subjects[2:])
    health = told.result("metrics")["metrics"]
    states = {alarm["name"].removeprefix("lambdeploy-told-"): alarm["state"] for alarm in health["alarms"]}
    assert (states["errors"], states["5xx"], states["throttles"]) == ("ALARM", "ALARM", "OK")
    assert health["budget"]["spent"] > 0.0005
    again = told.run("up", "--yes", "--no-verify")
    assert "nothing to do" in again.stdout + again.stderr
