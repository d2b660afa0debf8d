"""How often AWS may be asked (`docs/aws.md` 9): one call more than is granted is refused, in AWS's words."""

import pytest

from .clients import Boto3, Told

REGIONAL = {"name": "a", "endpointConfiguration": {"types": ["REGIONAL"]}}
DOCUMENT = '{"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}}'


@pytest.fixture(scope="module")
def world(slow_aws):
    """Made by one call each, which takes what is granted of CreateRestApi and CreateDeployment at once."""
    client = Boto3(slow_aws.url).client("apigateway", "local")
    api = client.create_rest_api(**REGIONAL)
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    client.put_method(authorizationType="NONE", **method)
    client.put_integration(type="MOCK", **method)
    client.create_deployment(restApiId=api["id"])
    return {"api": api["id"], "plan": client.create_usage_plan(name="p")["id"]}


@pytest.mark.parametrize(
    ("operation", "given", "granted"),
    [
        ("create_rest_api", REGIONAL, 0),
        ("create_rest_api", {"name": "edge"}, 1),
        ("import_rest_api", {"body": DOCUMENT}, 0),
        ("create_deployment", {"restApiId": "$api"}, 0),
        ("put_rest_api", {"restApiId": "$api", "body": DOCUMENT}, 1),
        ("update_usage_plan", {"usagePlanId": "$plan", "patchOperations": []}, 1),
        ("update_account", {"patchOperations": []}, 1),
        ("get_resources", {"restApiId": "$api"}, 5),
        ("create_api_key", {"name": "k"}, 5),
        ("delete_rest_api", {"restApiId": "$api"}, 1),
    ],
)
def test_api_gateway(slow_aws, world, operation, given, granted):
    given = {name: world.get(str(value).removeprefix("$"), value) for name, value in given.items()}
    fine, refused = until_refused(slow_aws, "apigateway", operation, given)
    assert fine >= granted
    assert (refused.error, refused.status) == (("TooManyRequestsException", "Too Many Requests"), 429)


def test_lambda(slow_aws):
    fine, refused = until_refused(slow_aws, "lambda", "list_functions", {})
    assert fine >= 15
    assert (refused.error, refused.status) == (("TooManyRequestsException", "Rate exceeded"), 429)


def until_refused(aws, service: str, operation: str, given: dict) -> tuple[int, Told]:
    """How many calls were fine, and what the next was told. On a slow machine a grant comes back meanwhile."""
    asked = Boto3(aws.url)
    for fine in range(100):
        told = asked.ask(service, operation, given, "local")
        if told.error:
            return fine, told
    raise AssertionError(f"{operation} is never refused")
