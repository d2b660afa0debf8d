"""Versions and aliases in real containers: which version answers, behind a stage URL and while the alias moves, and what SnapStart and
provisioned concurrency do to a start. Needs Docker and the base image (scripts/base-image.sh)."""

import base64
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
)
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
BASE = "public.ecr.aws/lambda/python:3.13"
HANDLER = """
import os
from snapshot_restore_py import register_after_restore
restored = []
register_after_restore(lambda: restored.append(True))
def handler(event, context):
    told = {"colour": os.environ.get("COLOUR"), "version": context.function_version, "arn": context.invoked_function_arn,
            "started": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], "restored": bool(restored)}
    return {"statusCode": 200, "body": __import__("json").dumps(told)} if "httpMethod" in event else told
"""
# A runtime of its own, which knows nothing of snapshots.
PLAIN = """
import os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    event = urllib.request.urlopen(api + "next")
    urllib.request.urlopen(urllib.request.Request(api + event.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", data=b'"plain"'))
"""
LABEL = 'LABEL com.amazonaws.lambda.feature.snapstart="Allow"'
IMAGES = {
    "hooks": (f'FROM {BASE}\nCOPY app.py ./\nCMD ["app.handler"]\n', HANDLER),
    "plain": (f'FROM {BASE}\nCOPY app.py ./\nENTRYPOINT ["/var/lang/bin/python3.13", "/var/task/app.py"]\n', PLAIN),
    "labelled": (f'FROM {BASE}\n{LABEL}\nCOPY app.py ./\nENTRYPOINT ["/var/lang/bin/python3.13", "/var/task/app.py"]\n', PLAIN),
}


@pytest.fixture(scope="module")
def lambdas(local_aws):
    return local_aws.client("lambda")


@pytest.fixture(scope="module")
def role(local_aws) -> str:
    iam = local_aws.client("iam")
    role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="runs", PolicyArn=LOGS)
    return role


@pytest.fixture(scope="module")
def images(local_aws, tmp_path_factory) -> dict[str, str]:
    """The URI of each image, pushed to the local AWS as Docker does it."""
    ecr = local_aws.client("ecr")
    ecr.create_repository(repositoryName="versions")
    config = tmp_path_factory.mktemp("docker")
    token = base64.b64decode(ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]).decode()
    docker(config, "login", "-u", "AWS", "--password-stdin", local_aws.host, given=token.removeprefix("AWS:"))
    uris = {}
    for name, (dockerfile, source) in IMAGES.items():
        context = tmp_path_factory.mktemp(name)
        (context / "Dockerfile").write_text(dockerfile)
        (context / "app.py").write_text(source)
        uris[name] = f"{local_aws.host}/versions:{name}"
        docker(config, "build", "-q", "-t", uris[name], str(context))
        docker(config, "push", "-q", uris[name])
        docker(config, "rmi", uris[name])
    return uris


def docker(config, *arguments: str, given: str = "") -> None:
    # Lambda takes no index, which attestations would make of an image.
    environment = os.environ | {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    done = subprocess.run(["docker", "--config", str(config), *arguments], input=given, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"docker {arguments[0]}: {done.stderr}"


def make(lambdas, role: str, uri: str, name: str, **more) -> None:
    lambdas.create_function(FunctionName=name, Role=role, PackageType="Image", Code={"ImageUri": uri}, Timeout=20, **more)


def published(lambdas, name: str) -> dict:
    """The next version, once it is what it becomes."""
    version = lambdas.publish_version(FunctionName=name)
    while version["State"] == "Pending":
        time.sleep(0.1)
        version = lambdas.get_function_configuration(FunctionName=name, Qualifier=version["Version"])
    return version


def call(lambdas, name: str) -> tuple[dict, str]:
    """What a function told, and the end of its log."""
    answer = lambdas.invoke(FunctionName=name, LogType="Tail")
    assert "FunctionError" not in answer, answer["Payload"].read()
    return json.loads(answer["Payload"].read()) | {"executed": answer["ExecutedVersion"]}, base64.b64decode(answer["LogResult"]).decode()


def colour(lambdas, name: str, value: str) -> None:
    lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": {"COLOUR": value}})


def test_an_alias_moves_without_a_call_refused(local_aws, lambdas, role, images):
    make(lambdas, role, images["hooks"], "moves", Environment={"Variables": {"COLOUR": "red"}}, Publish=True)
    colour(lambdas, "moves", "blue")
    published(lambdas, "moves")
    lambdas.create_alias(FunctionName="moves", Name="live", FunctionVersion="1")
    url = stage(local_aws, lambdas, "moves:live")
    assert get(url)["colour"] == "red"
    seen, stop = [], threading.Event()
    caller = threading.Thread(target=lambda: [seen.append(get(url)) for _ in iter(stop.is_set, True)])
    caller.start()
    wait_for(lambda: len(seen) >= 5)
    half = {"AdditionalVersionWeights": {"2": 0.5}}
    lambdas.update_alias(FunctionName="moves", Name="live", RoutingConfig=half)
    wait_for(lambda: {told["colour"] for told in seen[-20:]} == {"red", "blue"})
    lambdas.update_alias(FunctionName="moves", Name="live", FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}})
    wait_for(lambda: {told["colour"] for told in seen[-20:]} == {"blue"})
    lambdas.update_alias(FunctionName="moves", Name="live", FunctionVersion="1")
    wait_for(lambda: {told["colour"] for told in seen[-20:]} == {"red"})
    stop.set()
    caller.join()
    assert all("error" not in told for told in seen), [told for told in seen if "error" in told]
    assert {told["arn"].rsplit(":", 1)[1] for told in seen} == {"live"}
    assert all(told["version"] == {"red": "1", "blue": "2"}[told["colour"]] for told in seen)
    streams = local_aws.client("logs").describe_log_streams(logGroupName="/aws/lambda/moves")["logStreams"]
    assert {stream["logStreamName"].split("/")[3].split("]")[0] for stream in streams} == {"[1", "[2"}


def stage(local_aws, lambdas, name: str) -> str:
    """The URL of an API whose one method calls a function, which permits it."""
    gateway = local_aws.client("apigateway")
    uri = f"arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:{name}/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
    document = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {"/": {"get": {"x-amazon-apigateway-integration": integration}}}}
    api = gateway.import_rest_api(body=json.dumps(document))["id"]
    gateway.create_deployment(restApiId=api, stageName="s")
    source = f"arn:aws:execute-api:us-east-2:000000000000:{api}/*/GET/"
    lambdas.add_permission(FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com", SourceArn=source)
    return f"{local_aws.url}/_aws/execute-api/{api}/s/"


def get(url: str) -> dict:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return {"error": error.code, "colour": None, "arn": "", "version": None}


def wait_for(holds) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_base_image_is_restored_and_runs_its_hooks(local_aws, lambdas, role, images):
    make(lambdas, role, images["hooks"], "snaps", SnapStart={"ApplyOn": "PublishedVersions"})
    version = published(lambdas, "snaps")
    assert (version["State"], version["SnapStart"]["OptimizationStatus"]) == ("Active", "On")
    told, log = call(lambdas, "snaps:1")
    assert (told["started"], told["restored"], told["executed"]) == ("snap-start", True, "1")
    assert "Restore Duration: " in log and "Billed Restore Duration: " in log and "Init Duration" not in log
    assert "START RequestId" in log and "Version: 1" in log
    told, log = call(lambdas, "snaps")
    assert (told["started"], told["restored"], told["executed"]) == ("on-demand", False, "$LATEST")
    assert "Init Duration: " in log


def test_another_image_needs_the_label(local_aws, lambdas, role, images):
    for name, state in (("plain", "Failed"), ("labelled", "Active")):
        make(lambdas, role, images[name], name, SnapStart={"ApplyOn": "PublishedVersions"})
        assert published(lambdas, name)["State"] == state
    with pytest.raises(ClientError, match="'Failed'"):
        lambdas.invoke(FunctionName="plain:1")
    assert json.loads(lambdas.invoke(FunctionName="labelled:1")["Payload"].read()) == "plain"
    events = local_aws.client("logs").filter_log_events(logGroupName="/aws/lambda/plain")["events"]
    assert any("LABEL com.amazonaws.lambda.feature.snapstart" in event["message"] for event in events)


def test_provisioned_containers_are_ready(local_aws, lambdas, role, images):
    make(lambdas, role, images["hooks"], "ready", Publish=True)
    which = {"FunctionName": "ready", "Qualifier": "1"}
    lambdas.put_provisioned_concurrency_config(**which, ProvisionedConcurrentExecutions=1)
    wait_for(lambda: lambdas.get_provisioned_concurrency_config(**which)["Status"] == "READY")
    told, log = call(lambdas, "ready:1")
    assert told["started"] == "provisioned-concurrency"
    assert "Init Duration" not in log
    invocations = [json.loads(line) for line in urllib.request.urlopen(f"{local_aws.url}/_local/invocations").read().splitlines()]
    assert [i["provisioned"] for i in invocations if i["function"] == "ready"] == [True]
    lambdas.delete_provisioned_concurrency_config(**which)
