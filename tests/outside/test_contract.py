"""The contract from outside, by the binary: `up` ends with its table; what is broken behind its back is named by `verify` as the
promise and by `plan` as the field, and `up` fixes it. Needs Docker and the base image (scripts/base-image.sh)."""

import re
import shutil

import pytest
from places import ROOT
from stack import Stack

ORIGIN = "http://localhost:3000"
ANSWER = "POST / with the key gets the answer of hello"
REFUSED = '403 "Forbidden" from API Gateway instead of the function\'s answer'


@pytest.fixture(scope="module")
def hello(tmp_path_factory, local_aws):
    folder = tmp_path_factory.mktemp("hello") / "hello"
    shutil.copytree(ROOT / "examples/hello", folder)
    stack = Stack(folder / "stack.yaml", local_aws)
    stack.table = stack.run("up", "--yes").stdout
    yield stack
    stack.run("destroy", "--yes")


@pytest.fixture(scope="module")
def aws(local_aws):
    return lambda service: local_aws.client(service, "0" * 12)


class Gateway:
    """The stack's API in the hands of somebody else."""

    def __init__(self, client, api):
        self.client, self.api = client, api

    def detach_the_stage(self):
        plan = self.client.get_usage_plans()["items"][0]["id"]
        operation = {"op": "remove", "path": "/apiStages", "value": f"{self.api}:default"}
        self.client.update_usage_plan(usagePlanId=plan, patchOperations=[operation])

    def drop_the_header(self):
        root = next(r for r in self.client.get_resources(restApiId=self.api)["items"] if r["path"] == "/")
        path = "/responseParameters/method.response.header.Access-Control-Allow-Headers"
        self.client.update_integration_response(
            restApiId=self.api,
            resourceId=root["id"],
            httpMethod="OPTIONS",
            statusCode="200",
            patchOperations=[{"op": "replace", "path": path, "value": "'content-type'"}],
        )
        self.deploy()

    def delete_a_gateway_response(self):
        self.client.delete_gateway_response(restApiId=self.api, responseType="DEFAULT_4XX")
        self.deploy()

    def deploy(self):
        self.client.create_deployment(restApiId=self.api, stageName="default")

    def disable_the_key(self):
        key = self.client.get_api_keys()["items"][0]["id"]
        self.client.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])


@pytest.fixture(scope="module")
def gateway(hello, aws):
    return Gateway(aws("apigateway"), hello.outputs()["api_id"])


def test_up_ends_with_the_table_all_ticked(hello):
    rows = [line for line in hello.table.splitlines() if line.startswith("  ") and line[2] in "✓✗?"]
    assert [row[2] for row in rows] == ["✓"] * 7
    assert "the contract holds: 7 promises" in hello.table
    assert '200 {"message": "Hello stranger!"}' in hello.table


def broken(hello):
    contract = hello.result("verify", expect=3)["contract"]
    return {row["promise"]: row["seen"] for row in contract if row["verdict"] != "holds"}


def drifted(hello):
    plan = hello.result("plan", "--exit-code", expect=2)["plan"]
    changed = (item for item in plan if item["action"] not in ("keep", "adopt"))
    return [f"{item['id']} {field['path']}" for item in changed for field in item.get("fields") or [{"path": item["action"]}]]


UNREADABLE = [
    "POST / without a key is refused",
    "POST / with a wrong key is refused",
    "a path that is not there is refused",
    "PUT /, which is not there, is refused",
]
HEADERS = "definition routes.OPTIONS /.integration.responses.200.parameters.method.response.header.Access-Control-Allow-Headers"


@pytest.mark.parametrize(
    ("what", "rows", "fields"),
    [
        ("detach_the_stage", {ANSWER: [REFUSED]}, ["usage-plan stages"]),
        (
            "drop_the_header",
            {f"a page of {ORIGIN} may call /": ["access-control-allow-headers lacks x-api-key"]},
            [HEADERS, "stage/default deployment"],
        ),
        (
            "delete_a_gateway_response",
            dict.fromkeys(UNREADABLE, ["no Access-Control-Allow-Origin"]),
            ["definition gateway_responses.DEFAULT_4XX", "stage/default deployment"],
        ),
    ],
)
def test_what_breaks_behind_its_back_is_named_and_fixed(hello, gateway, what, rows, fields):
    getattr(gateway, what)()
    names_it_and_fixes_it(hello, rows, fields)


def test_a_key_that_was_disabled_by_hand_is_named_and_stays_so_until_somebody_enables_it(hello, gateway):
    gateway.disable_the_key()
    assert broken(hello) == {ANSWER: [REFUSED]}
    remark = "api-key/demo is disabled by hand, and stays so: `lambdeploy key enable demo` lets it in again"
    for command in (["up", "--yes"], ["status"]):
        assert remark in hello.run(*command).stderr
    assert broken(hello) == {ANSWER: [REFUSED]}
    hello.run("key", "enable", "demo")
    assert "the contract holds: 7 promises" in hello.run("verify").stdout


def test_so_is_the_permission(hello, aws):
    aws("lambda").remove_permission(FunctionName="hello-hello", StatementId="lambdeploy-hello", Qualifier="live")
    seen = '500 "Internal server error" from API Gateway instead of the function\'s answer'
    names_it_and_fixes_it(hello, {ANSWER: [seen]}, ["permission/hello create"])


def names_it_and_fixes_it(hello, rows, fields):
    assert broken(hello) == rows
    table = hello.run("verify", expect=3).stdout
    assert re.findall(r"  ✗ (.*)", table) == list(rows) and "to fix it: " in table
    assert f"the contract does not hold: {len(rows)} of 7 promises are broken" in table
    assert drifted(hello) == fields
    assert "the contract holds: 7 promises" in hello.run("up", "--yes").stdout
    assert "the contract holds: 7 promises" in hello.run("verify").stdout


def test_a_function_that_forgets_its_header_is_told_the_line_to_add(hello, aws):
    environment = {"Variables": {"ALLOWED_ORIGINS": ""}}
    functions = aws("lambda")
    functions.update_function_configuration(FunctionName="hello-hello", Environment=environment)
    functions.get_waiter("function_updated_v2").wait(FunctionName="hello-hello")
    version = functions.publish_version(FunctionName="hello-hello")["Version"]
    functions.update_alias(FunctionName="hello-hello", Name="live", FunctionVersion=version)
    table = hello.run("verify", expect=3).stdout
    assert "seen: the function's own answer: no Access-Control-Allow-Origin" in table
    python = re.search(r"Python: (return .*)", table)[1]
    compile(f"import os\ndef f(): {python.replace('…', 'None')}", "<fix>", "exec")
    assert 'Node:   return { statusCode: 200, headers: { "Access-Control-Allow-Origin": process.env.ALLOWED_ORIGINS' in table
    hello.run("up", "--yes")


def test_the_quota_is_asked_only_with_load(hello):
    hello.run("destroy", "--yes")
    hello.run("up", "--yes")
    asked = hello.run("verify", "--load", expect=64).stderr
    assert "this uses up the quota of the key demo (100 requests)" in asked and "--yes" in asked
    table = hello.run("verify", "--load", "--yes").stdout
    for promise in ("more than 20 requests at once", "with more than 10 MB is refused", "more than 100 requests a day"):
        assert re.search(f"✓ .*{promise}", table), table
    assert re.search(rf"\? {re.escape(ANSWER)}\n +not known: the quota of the key is used up for now", hello.run("verify").stdout)
