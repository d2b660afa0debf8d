"""API Gateway's control plane as boto3 sees it: the statuses of AWS's model, and replies that its parser understands."""

import json

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

FUNCTION = (
    "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-2:000000000000:function:f/invocations"
)


def replace(path, value):
    return {"op": "replace", "path": path, "value": value}


@pytest.fixture
def gateway(local_aws):
    """A client that compares every reply's status with the model's; afterwards nothing may be left."""
    client = local_aws.client("apigateway", config=Config(retries={"max_attempts": 0}))

    def check_status(parsed, model, **_):
        status = parsed["ResponseMetadata"]["HTTPStatusCode"]
        if "Error" not in parsed:
            assert status == model.http.get("responseCode", 200), model.name

    client.meta.events.register("after-call.apigateway", check_status)
    yield client
    for api in client.get_rest_apis()["items"]:
        client.delete_rest_api(restApiId=api["id"])


@pytest.fixture
def api(gateway):
    created = gateway.create_rest_api(name="x", tags={"a": "b"}, endpointConfiguration={"types": ["REGIONAL"]})
    return created["id"], created["rootResourceId"]


@pytest.fixture
def deployed(gateway, api):
    """An API with a mock at its root, its deployment and its stage."""
    api_id, root = api
    method = {"restApiId": api_id, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(authorizationType="NONE", apiKeyRequired=True, **method)
    gateway.put_integration(type="MOCK", **method)
    deployment = gateway.create_deployment(restApiId=api_id, description="hash")["id"]
    gateway.create_stage(restApiId=api_id, stageName="s", deploymentId=deployment, tags={"a": "b"})
    return api_id, deployment


def test_apis(gateway, api):
    api_id, _ = api
    assert gateway.get_rest_apis()["items"][0]["tags"] == {"a": "b"}
    patched = gateway.update_rest_api(restApiId=api_id, patchOperations=[replace("/description", "d")])
    assert patched == gateway.get_rest_api(restApiId=api_id) | {"ResponseMetadata": patched["ResponseMetadata"]}
    assert patched["createdDate"].year > 2000


def test_resources(gateway, api):
    api_id, root = api
    made = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="items")["id"]
    gateway.update_resource(restApiId=api_id, resourceId=made, patchOperations=[replace("/pathPart", "things")])
    assert gateway.get_resource(restApiId=api_id, resourceId=made)["path"] == "/things"
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id, PaginationConfig={"PageSize": 1})
    assert {item["path"] for page in pages for item in page["items"]} == {"/", "/things"}
    gateway.delete_resource(restApiId=api_id, resourceId=made)


def test_methods_and_integrations(gateway, api):
    header = "method.response.header.X"
    method = {"restApiId": api[0], "resourceId": api[1], "httpMethod": "GET"}
    response = method | {"statusCode": "200"}
    gateway.put_method(authorizationType="NONE", **method)
    gateway.update_method(patchOperations=[replace("/apiKeyRequired", "true")], **method)
    gateway.put_method_response(responseParameters={header: False}, **response)
    added = [{"op": "add", "path": "/responseParameters/method.response.header.Y", "value": "false"}]
    gateway.update_method_response(patchOperations=added, **response)
    assert len(gateway.get_method_response(**response)["responseParameters"]) == 2
    gateway.put_integration(type="AWS_PROXY", integrationHttpMethod="POST", uri=FUNCTION, **method)
    assert gateway.get_integration(**method)["httpMethod"] == "POST"
    gateway.update_integration(patchOperations=[replace("/timeoutInMillis", "100")], **method)
    gateway.put_integration_response(responseParameters={header: "'x'"}, selectionPattern="", **response)
    patch = replace(f"/responseParameters/{header}", "'y'")
    gateway.update_integration_response(patchOperations=[patch], **response)
    assert gateway.get_integration_response(**response)["responseParameters"] == {header: "'y'"}
    embedded = gateway.get_resources(restApiId=api[0], embed=["methods"])["items"][0]["resourceMethods"]["GET"]
    assert embedded == {k: v for k, v in gateway.get_method(**method).items() if k != "ResponseMetadata"}
    gateway.delete_integration_response(**response)
    gateway.delete_method_response(**response)
    gateway.delete_integration(**method)
    gateway.delete_method(**method)


def test_gateway_responses(gateway, api):
    one = {"restApiId": api[0], "responseType": "DEFAULT_4XX"}
    gateway.put_gateway_response(responseParameters={"gatewayresponse.header.A": "'b'"}, **one)
    added = {"op": "add", "path": "/responseParameters/gatewayresponse.header.C", "value": "'d'"}
    gateway.update_gateway_response(patchOperations=[added], **one)
    assert len(gateway.get_gateway_response(**one)["responseParameters"]) == 2
    assert len(gateway.get_gateway_responses(restApiId=api[0])["items"]) == 21
    gateway.delete_gateway_response(**one)


def test_authorizers_models_and_validators(gateway, api):
    api_id = api[0]
    made = gateway.create_authorizer(
        restApiId=api_id, name="a", type="TOKEN", authorizerUri=FUNCTION, identitySource="method.request.header.A"
    )
    one = {"restApiId": api_id, "authorizerId": made["id"]}
    gateway.update_authorizer(patchOperations=[replace("/authorizerResultTtlInSeconds", "0")], **one)
    assert gateway.get_authorizer(**one)["authorizerResultTtlInSeconds"] == 0
    assert len(gateway.get_authorizers(restApiId=api_id)["items"]) == 1
    gateway.delete_authorizer(**one)
    gateway.create_model(restApiId=api_id, name="M", contentType="application/json", schema='{"type":"object"}')
    assert gateway.get_model(restApiId=api_id, modelName="M")["name"] == "M"
    assert [m["name"] for m in gateway.get_models(restApiId=api_id)["items"]] == ["Empty", "Error", "M"]
    gateway.delete_model(restApiId=api_id, modelName="M")
    validator = gateway.create_request_validator(restApiId=api_id, name="v", validateRequestBody=True)["id"]
    one = {"restApiId": api_id, "requestValidatorId": validator}
    assert gateway.get_request_validator(**one)["validateRequestBody"]
    assert len(gateway.get_request_validators(restApiId=api_id)["items"]) == 1
    gateway.delete_request_validator(**one)


def test_deployments_and_stages(gateway, deployed):
    api_id, deployment = deployed
    one = {"restApiId": api_id, "deploymentId": deployment}
    gateway.update_deployment(patchOperations=[replace("/description", "new")], **one)
    summary = gateway.get_deployment(embed=["apisummary"], **one)["apiSummary"]
    assert summary == {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": True}}}
    assert gateway.get_deployments(restApiId=api_id)["items"][0]["description"] == "new"
    stage = {"restApiId": api_id, "stageName": "s"}
    gateway.update_stage(patchOperations=[replace("/*/*/throttling/rateLimit", "1.5")], **stage)
    assert gateway.get_stage(**stage)["methodSettings"]["*/*"]["throttlingRateLimit"] == 1.5
    assert len(gateway.get_stages(restApiId=api_id, deploymentId=deployment)["item"]) == 1
    with pytest.raises(ClientError, match="Active stages pointing to this deployment must be moved or deleted"):
        gateway.delete_deployment(**one)
    gateway.delete_stage(**stage)
    gateway.delete_deployment(**one)


def test_keys_and_plans(gateway, deployed):
    key = gateway.create_api_key(name="k", enabled=True)
    gateway.update_api_key(apiKey=key["id"], patchOperations=[replace("/name", "kk")])
    assert gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"] == key["value"]
    assert gateway.get_api_keys(nameQuery="kk", includeValues=True)["items"][0]["value"] == key["value"]
    stage = {"apiId": deployed[0], "stage": "s"}
    quota = {"limit": 10, "period": "DAY"}
    plan = gateway.create_usage_plan(name="p", apiStages=[stage], throttle={"rateLimit": 1.5}, quota=quota)["id"]
    entry = {"usagePlanId": plan, "keyId": key["id"]}
    gateway.create_usage_plan_key(keyType="API_KEY", **entry)
    with pytest.raises(gateway.exceptions.ConflictException):
        gateway.create_usage_plan_key(keyType="API_KEY", **entry)
    assert gateway.get_usage_plan_key(**entry)["value"] == key["value"]
    assert len(gateway.get_usage_plan_keys(usagePlanId=plan)["items"]) == 1
    assert [p["id"] for p in gateway.get_usage_plans(keyId=key["id"])["items"]] == [plan]
    days = {"startDate": "2026-01-01", "endDate": "2026-01-02"}
    assert gateway.get_usage(usagePlanId=plan, **days)["items"] == {key["id"]: [[0, 10], [0, 10]]}
    gateway.update_usage(patchOperations=[replace("/remaining", "12")], **entry)
    removal = {"op": "remove", "path": "/apiStages", "value": f"{deployed[0]}:s"}
    assert gateway.update_usage_plan(usagePlanId=plan, patchOperations=[removal])["apiStages"] == []
    gateway.delete_usage_plan_key(**entry)
    gateway.delete_usage_plan(usagePlanId=plan)
    gateway.delete_api_key(apiKey=key["id"])


def test_tags(gateway, deployed):
    for path in (f"restapis/{deployed[0]}", f"restapis/{deployed[0]}/stages/s"):
        arn = f"arn:aws:apigateway:us-east-2::/{path}"
        gateway.tag_resource(resourceArn=arn, tags={"lambdeploy:x": "y/z", "gone": "1"})
        gateway.untag_resource(resourceArn=arn, tagKeys=["gone"])
        assert gateway.get_tags(resourceArn=arn)["tags"] == {"a": "b", "lambdeploy:x": "y/z"}


def test_documents(gateway, api):
    get = {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": {"type": "mock"}}
    body = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {"/": {"get": get}}}
    put = gateway.put_rest_api(
        restApiId=api[0], mode="overwrite", failOnWarnings=True, body=json.dumps(body), parameters={"basepath": "split"}
    )
    assert (put["name"], put["tags"], put.get("warnings")) == ("t", {"a": "b"}, None)
    imported = gateway.import_rest_api(body=json.dumps(body), parameters={"endpointConfigurationTypes": "REGIONAL"})
    assert imported["endpointConfiguration"]["types"] == ["REGIONAL"]
    with pytest.raises(ClientError, match="Invalid OpenAPI input"):
        gateway.put_rest_api(restApiId=api[0], body="{'key:value}")


def test_account(gateway):
    gateway.update_account(patchOperations=[])
    assert gateway.get_account()["throttleSettings"] == {"rateLimit": 10000.0, "burstLimit": 5000}
