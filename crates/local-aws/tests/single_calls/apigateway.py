"""API Gateway (`docs/aws.md` 5)."""

import json

from .rows import Answer, Refusal

FUNCTION = (
    "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:f/invocations"
)
HEADER = "method.response.header.Access-Control-Allow-Origin"
REGIONAL = {"endpointConfiguration": {"types": ["REGIONAL"]}}
DOCUMENT = json.dumps({"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}})
MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}


def make(client) -> dict[str, str]:
    """An API with a mocked GET at its root, POST without an integration, and a stage `s` that a plan has; and an empty API."""
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="twin", tags={"a": "b"}, **REGIONAL)
    ids = {"api": api["id"], "root": api["rootResourceId"]}
    get = {"restApiId": ids["api"], "resourceId": ids["root"], "httpMethod": "GET"}
    gateway.put_method(authorizationType="NONE", apiKeyRequired=True, **get)
    gateway.put_method_response(statusCode="200", responseParameters={HEADER: False}, **get)
    gateway.put_method_response(statusCode="400", **get)
    gateway.put_integration(**MOCK, **get)
    gateway.put_integration_response(statusCode="200", responseParameters={HEADER: "'*'"}, **get)
    gateway.put_method(authorizationType="NONE", **get | {"httpMethod": "DELETE"})
    gateway.put_integration(**MOCK, **get | {"httpMethod": "DELETE"})
    ids["deployment"] = gateway.create_deployment(restApiId=ids["api"], description="d")["id"]
    gateway.create_stage(restApiId=ids["api"], stageName="s", deploymentId=ids["deployment"], tags={"a": "b"})
    gateway.put_method(authorizationType="NONE", **get | {"httpMethod": "POST"})
    ids["items"] = gateway.create_resource(restApiId=ids["api"], parentId=ids["root"], pathPart="items")["id"]
    ids["plan"] = gateway.create_usage_plan(name="p", apiStages=[{"apiId": ids["api"], "stage": "s"}], tags={"a": "b"})["id"]
    ids["other_plan"] = gateway.create_usage_plan(name="q", apiStages=[{"apiId": ids["api"], "stage": "s"}])["id"]
    ids["key"] = gateway.create_api_key(name="Key", enabled=True, value="v" * 20, tags={"a": "b"})["id"]
    gateway.create_api_key(name="Key-too", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=ids["plan"], keyId=ids["key"], keyType="API_KEY")
    empty = gateway.create_rest_api(name="empty", tags={"a": "b"}, **REGIONAL)
    return ids | {"empty": empty["id"], "left": left_over(gateway)}


def left_over(gateway) -> str:
    """A plan whose only stage, and whose only key, were deleted."""
    api = gateway.create_rest_api(name="gone", **REGIONAL)
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(authorizationType="NONE", **method)
    gateway.put_integration(**MOCK, **method)
    gateway.create_deployment(restApiId=api["id"], stageName="s")
    plan = gateway.create_usage_plan(name="left", apiStages=[{"apiId": api["id"], "stage": "s"}])["id"]
    key = gateway.create_api_key(name="gone")["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    gateway.delete_api_key(apiKey=key)
    gateway.delete_rest_api(restApiId=api["id"])
    return plan


GET = {"restApiId": "$api", "resourceId": "$root", "httpMethod": "GET"}
POST = GET | {"httpMethod": "POST"}
PUT = GET | {"httpMethod": "PUT"}
STAGE = {"restApiId": "$api", "stageName": "s"}
PLAN = {"usagePlanId": "$plan"}
PROXY = POST | {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": FUNCTION}
BAD, GONE, TAKEN = "BadRequestException", "NotFoundException", "ConflictException"


def patch(op: str, path: str, value: str | None = None) -> dict:
    operation = {"op": op, "path": path}
    return {"patchOperations": [operation if value is None else operation | {"value": value}]}


def gone(section: str, operation: str, given: dict, words: str = "") -> Refusal:
    return Refusal(section, "apigateway", operation, given, GONE, words, 404)


def bad(section: str, operation: str, given: dict, words: str = "") -> Refusal:
    return Refusal(section, "apigateway", operation, given, BAD, words)


def taken(section: str, operation: str, given: dict, words: str = "") -> Refusal:
    return Refusal(section, "apigateway", operation, given, TAKEN, words, 409)


REFUSALS = [
    # 5.1 REST API
    bad("5.1", "create_rest_api", {"name": "x", "endpointConfiguration": {"types": ["REGIONAL", "EDGE"]}}, "Cannot create an api with multiple Endpoint Types."),
    bad("5.1", "create_rest_api", {"name": "x", "description": ""}, "Description cannot be an empty string"),
    bad("5.1", "create_rest_api", {"name": ""}),
    Refusal("5.1", "apigateway", "create_rest_api", {"name": "x", "endpointConfiguration": {"types": ["NEAR"]}}, "ValidationException"),
    Refusal("5.1", "apigateway", "create_rest_api", {"name": "x", "apiKeySource": "COOKIE"}, "ValidationException"),
    bad("5.1", "create_rest_api", {"name": "x", "tags": {f"k{n}": "v" for n in range(51)}}),
    bad("5.7", "create_rest_api", {"name": "x", "tags": {"aws:x": "v"}}),
    gone("5.1", "get_rest_api", {"restApiId": "none"}, "Invalid API identifier specified 000000000000:none"),
    gone("5.1", "delete_rest_api", {"restApiId": "none"}, "Invalid API identifier specified 000000000000:none"),
    gone("5.1", "update_rest_api", {"restApiId": "none"} | patch("replace", "/name", "x"), "Invalid API identifier specified 000000000000:none"),
    bad("5.1", "update_rest_api", {"restApiId": "$api"} | patch("replace", "/colour", "red")),
    taken("0.4", "create_authorizer", {"restApiId": "none", "name": "a", "type": "TOKEN", "authorizerUri": FUNCTION, "identitySource": "method.request.header.A"}, "Unable to complete operation due to concurrent modification. Please try again later."),
    # 5.2 resources and methods
    gone("5.2", "get_resource", {"restApiId": "$api", "resourceId": "none"}, "Invalid Resource identifier specified"),
    gone("5.2", "get_method", GET | {"restApiId": "none"}, "Invalid Resource identifier specified"),
    gone("5.2", "get_method", PUT, "Invalid Method identifier specified"),
    gone("5.2", "get_integration", POST, "Invalid Integration identifier specified"),
    gone("5.2", "get_method_response", GET | {"statusCode": "404"}, "Invalid Response status code specified"),
    gone("5.2", "get_integration_response", GET | {"statusCode": "404"}, "Invalid Response status code specified"),
    gone("5.2", "delete_method", PUT, "Invalid Method identifier specified"),
    gone("5.2", "put_integration", PROXY | {"httpMethod": "PUT"}, "Invalid Method identifier specified"),
    gone("5.2", "put_integration_response", POST | {"statusCode": "200"}, "Invalid Integration identifier specified"),
    gone("5.2", "put_method_response", PUT | {"statusCode": "200"}, "Invalid Method identifier specified"),
    taken("5.2", "create_resource", {"restApiId": "$api", "parentId": "$root", "pathPart": "items"}, "Another resource with the same parent already has this name: items"),
    bad("5.2", "create_resource", {"restApiId": "$api", "parentId": "$root", "pathPart": "a b"}),
    taken("5.2", "put_method", GET | {"authorizationType": "NONE"}, "Method already exists for this resource"),
    taken("5.2", "put_method", GET | {"authorizationType": "NONE", "apiKeyRequired": True}, "Method already exists for this resource"),
    bad("5.2", "put_method", PUT | {"authorizationType": "BASIC"}),
    taken("5.2", "put_method_response", GET | {"statusCode": "200"}, "Response already exists for this resource"),
    bad("5.2", "put_integration", POST | {"type": "AWS_PROXY", "uri": FUNCTION}, "Enumeration value for HttpMethod must be non-empty"),
    bad("5.2", "put_integration", PROXY | {"uri": FUNCTION.replace(":path/", ":")}, "AWS ARN for integration must contain path or action"),
    bad("5.2", "put_integration", PROXY | {"uri": "$api"}, "Invalid ARN specified in the request"),
    bad("5.2", "put_integration", PROXY | {"uri": FUNCTION.replace("lambda:path/2015-03-31/functions", "sqs:path/functions")}, "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."),
    bad("5.2", "put_integration", PROXY | {"timeoutInMillis": 49}, "Timeout should be between 50 ms and 29000 ms"),
    bad("5.2", "put_integration", PROXY | {"timeoutInMillis": 29_001}, "Timeout should be between 50 ms and 29000 ms"),
    taken("5.2", "put_integration_response", GET | {"statusCode": "400"}, "Integration response with selection pattern default already exists"),
    bad("5.2", "put_integration_response", GET | {"statusCode": "200", "responseParameters": {"method.response.header.X": "'x'"}}, "Invalid mapping expression parameter specified: method.response.header.X"),
    bad("5.2", "put_integration_response", GET | {"statusCode": "200", "responseParameters": {HEADER: "*"}}, "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: *]"),
    gone("5.2", "delete_gateway_response", {"restApiId": "$api", "responseType": "DEFAULT_5XX"}, "Gateway response type not defined on api"),
    bad("5.2", "put_rest_api", {"restApiId": "$empty", "body": "{"}),
    gone("5.2", "put_rest_api", {"restApiId": "none", "body": DOCUMENT}, "Invalid API identifier specified 000000000000:none"),
    # 5.3 deployments and stages
    bad("5.3", "create_deployment", {"restApiId": "$empty"}, "The REST API doesn't contain any methods"),
    bad("5.3", "create_deployment", {"restApiId": "$api"}, "No integration defined for method"),
    gone("5.3", "create_deployment", {"restApiId": "none"}, "Invalid API identifier specified 000000000000:none"),
    bad("5.3", "delete_deployment", {"restApiId": "$api", "deploymentId": "$deployment"}, "Active stages pointing to this deployment must be moved or deleted"),
    gone("5.3", "get_deployment", {"restApiId": "$api", "deploymentId": "none"}, "Invalid Deployment identifier specified"),
    taken("5.3", "create_stage", STAGE | {"deploymentId": "$deployment"}, "Stage already exists"),
    bad("5.3", "create_stage", STAGE | {"stageName": "$$default", "deploymentId": "$deployment"}),
    bad("5.3", "create_stage", STAGE | {"stageName": "s" * 129, "deploymentId": "$deployment"}),
    bad("5.3", "create_stage", STAGE | {"stageName": "new", "deploymentId": "none"}),
    gone("5.3", "get_stage", STAGE | {"stageName": "default"}, "Invalid stage identifier specified"),
    bad("5.3", "update_stage", STAGE | patch("replace", "/tags/tag1", "x"), "Invalid method setting path: /tags/tag1. Must be one of: ["),
    bad("5.3", "update_stage", STAGE | patch("replace", "/*/*/logging/loglevel", "INFO"), "CloudWatch Logs role ARN must be set in account settings to enable logging"),
    # 5.5 API keys
    bad("5.5", "create_api_key", {"name": "k", "value": "v" * 19}, "API Key value should be at least 20 characters"),
    bad("5.5", "create_api_key", {"name": "k", "value": "v" * 129}, "API Key value exceeds maximum size of 128 characters"),
    bad("5.5", "create_api_key", {"name": "k" * 1025}),
    taken("5.5", "create_api_key", {"name": "another", "value": "v" * 20}, "API Key already exists"),
    gone("5.5", "get_api_key", {"apiKey": "none"}, "Invalid API Key identifier specified"),
    gone("5.5", "delete_api_key", {"apiKey": "none"}, "Invalid API Key identifier specified"),
    bad("5.5", "update_api_key", {"apiKey": "$key"} | patch("replace", "/value", "w" * 20)),
    # 5.6 usage plans
    gone("5.6", "create_usage_plan", {"name": "x", "apiStages": [{"apiId": "$api", "stage": "none"}]}, "Invalid API Stage {api: $api, stage: none} specified for usageplan"),
    gone("5.6", "create_usage_plan", {"name": "x", "apiStages": [{"apiId": "none", "stage": "s"}]}, "Invalid API Stage {api: none, stage: s} specified for usageplan"),
    bad("5.6", "create_usage_plan", {"name": "x", "quota": {"limit": 10, "period": "DAY", "offset": 1}}),
    bad("5.6", "create_usage_plan", {"name": "x", "quota": {"limit": 10, "period": "WEEK", "offset": 7}}),
    bad("5.6", "create_usage_plan", {"name": "x", "quota": {"limit": 10, "period": "MONTH", "offset": 28}}),
    bad("5.6", "update_usage_plan", PLAN | patch("remove", "/apiStages"), "Invalid API Stage specified"),
    bad("5.6", "update_usage_plan", PLAN | patch("remove", "/apiStages/x"), "Must be one of: [/apiStages, /quota, /throttle, /productCode, /apiStages/"),
    bad("5.6", "delete_usage_plan", PLAN, "Cannot delete Usage Plan $plan because there are API Stages associated with it, including $api:s"),
    taken("5.6", "create_usage_plan_key", PLAN | {"keyId": "$key", "keyType": "API_KEY"}),
    taken("5.6", "create_usage_plan_key", {"usagePlanId": "$other_plan", "keyId": "$key", "keyType": "API_KEY"}),
    gone("5.6", "create_usage_plan_key", PLAN | {"keyId": "none", "keyType": "API_KEY"}, "Invalid API Key identifier specified"),
    gone("5.6", "get_usage_plan_key", PLAN | {"keyId": "none"}),
    gone("5.6", "get_usage_plan", {"usagePlanId": "none"}, "Invalid Usage Plan ID specified"),
    gone("5.6", "delete_usage_plan", {"usagePlanId": "none"}, "Invalid Usage Plan ID specified"),
    # 5.7 tags
    bad("5.7", "tag_resource", {"resourceArn": "arn:aws:apigateway:us-east-2::/restapis/$api", "tags": {"aws:x": "v"}}),
    bad("5.7", "tag_resource", {"resourceArn": "arn:aws:apigateway:us-east-2::/restapis/$api", "tags": {"a;b": "v"}}),
    bad("5.7", "tag_resource", {"resourceArn": "arn:aws:apigateway:us-east-2::/restapis/$api", "tags": {"a": "v,w"}}),
    gone("5.7", "get_tags", {"resourceArn": "arn:aws:apigateway:us-east-2::/restapis/none"}, "Invalid API identifier specified 000000000000:none"),
]


def answer(section: str, operation: str, given: dict, shows: dict | None = None, **more) -> Answer:
    return Answer(section, "apigateway", operation, given, shows or {}, **more)


TAGGED = {"tags": {"a": "b"}}
ARN = "arn:aws:apigateway:us-east-2::"
ANSWERS = [
    answer("0.1", "create_rest_api", {"name": "twin", **TAGGED}, {"name": "twin", "endpointConfiguration": {"types": ["EDGE"]}, "apiKeySource": "HEADER"}, note="a second one of the name; edge"),
    answer("5.1", "create_rest_api", {"name": "twin-$n", **TAGGED, **REGIONAL}, {"endpointConfiguration": {"types": ["REGIONAL"]}, **TAGGED}),
    answer("5.1", "get_rest_api", {"restApiId": "$api"}, {"rootResourceId": "$root", **TAGGED}),
    answer("5.1", "get_rest_apis", {"limit": 1}, holds=("items.0.id", "items.0.tags", "position"), lacks=("items.1",), note="in pages, with tags", by=("boto3",)),
    answer("5.1", "update_rest_api", {"restApiId": "$api"} | patch("add", "/binaryMediaTypes/image~1png"), {"binaryMediaTypes": ["image/png"]}, by=("boto3",)),
    answer("5.1", "update_rest_api", {"restApiId": "$api"} | patch("remove", "/binaryMediaTypes/image~1png"), lacks=("binaryMediaTypes.0",), by=("boto3",), note="taken back"),
    answer("5.2", "get_resources", {"restApiId": "$api", "embed": ["methods"], "limit": 500}, {"items": [{}, {}]}, by=("boto3",)),
    answer("5.2", "put_method", {"restApiId": "$api", "resourceId": "$items", "httpMethod": "$verb", "authorizationType": "NONE"}, {"apiKeyRequired": False}),
    answer("5.2", "put_method_response", {"restApiId": "$api", "resourceId": "$items", "httpMethod": "$verb", "statusCode": "200", "responseParameters": {HEADER: False}}),
    answer("5.2", "update_method_response", {"restApiId": "$api", "resourceId": "$items", "httpMethod": "$verb", "statusCode": "200"} | patch("add", "/responseParameters/method.response.header.X", "false"), {"responseParameters": {HEADER: False, "method.response.header.X": False}}),
    answer("5.2", "put_integration", PROXY | {"resourceId": "$items", "httpMethod": "$verb"}, {"timeoutInMillis": 29_000, "passthroughBehavior": "WHEN_NO_MATCH", "httpMethod": "POST"}, note="whose function is not there"),
    answer("5.2", "put_integration", {"restApiId": "$api", "resourceId": "$items", "httpMethod": "$verb"} | MOCK, {"type": "MOCK"}, note="over another"),
    answer("5.2", "put_integration_response", {"restApiId": "$api", "resourceId": "$items", "httpMethod": "$verb", "statusCode": "200", "responseParameters": {HEADER: "'*'"}}, {"responseParameters": {HEADER: "'*'"}}),
    answer("5.2", "put_integration_response", {"restApiId": "$api", "resourceId": "$items", "httpMethod": "$verb", "statusCode": "200"}, lacks=("responseParameters",), note="over another"),
    answer("5.2", "put_integration", {"restApiId": "$api", "resourceId": "$items", "httpMethod": "$verb"} | MOCK, lacks=("integrationResponses",), note="drops its responses"),
    answer("5.2", "get_integration", {"restApiId": "$api", "resourceId": "$items", "httpMethod": "$verb"}, lacks=("integrationResponses",), note="after that"),
    answer("5.2", "update_method", GET | patch("replace", "/apiKeyRequired", "false"), {"apiKeyRequired": False}),
    answer("0.3", "get_deployment", {"restApiId": "$api", "deploymentId": "$deployment", "embed": ["apisummary"]}, {"apiSummary": {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": True}}}}, note="keeps what was deployed"),
    answer("5.2", "put_gateway_response", {"restApiId": "$api", "responseType": "DEFAULT_4XX", "responseParameters": {"gatewayresponse.header.A": "'a'"}}, {"responseParameters": {"gatewayresponse.header.A": "'a'"}, "defaultResponse": False}),
    answer("5.2", "put_gateway_response", {"restApiId": "$api", "responseType": "DEFAULT_4XX", "statusCode": "418"}, {"statusCode": "418"}, lacks=("responseParameters.gatewayresponse.header.A",), note="over another"),
    answer("5.2", "get_gateway_response", {"restApiId": "$api", "responseType": "DEFAULT_5XX"}, {"defaultResponse": True}, note="never put"),
    answer("5.2", "delete_gateway_response", {"restApiId": "$api", "responseType": "DEFAULT_4XX"}),
    answer("5.3", "get_stage", STAGE, {"deploymentId": "$deployment", **TAGGED}),
    answer("5.3", "update_stage", STAGE | patch("replace", "/*/*/throttling/burstLimit", "7"), {"methodSettings": {"*/*": {"throttlingBurstLimit": 7}}}),
    answer("5.3", "get_stages", {"restApiId": "$api"}, {"item": [{"stageName": "s"}]}),
    answer("5.5", "create_api_key", {"name": "Key"}, {"enabled": False}, note="another of the name; disabled if nothing is said"),
    answer("5.5", "get_api_keys", {"nameQuery": "Key-t"}, {"items": [{"name": "Key-too"}]}, lacks=("items.1", "items.0.value"), note="by the beginning of the name"),
    answer("5.5", "get_api_keys", {"nameQuery": "key"}, lacks=("items.0",), note="by case"),
    answer("5.5", "get_api_key", {"apiKey": "$key"}, {"name": "Key", **TAGGED}, lacks=("value",)),
    answer("5.5", "get_api_key", {"apiKey": "$key", "includeValue": True}, {"value": "v" * 20}),
    answer("5.6", "get_usage_plan", PLAN, {"apiStages": [{"apiId": "$api", "stage": "s"}], **TAGGED}),
    answer("5.6", "get_usage_plans", {"keyId": "$key"}, {"items": [{"id": "$plan"}]}, lacks=("items.0.tags",), note="without tags"),
    answer("5.6", "create_usage_plan", {"name": "p", "throttle": {"rateLimit": 2.0, "burstLimit": 1}}, {"throttle": {"rateLimit": 2.0, "burstLimit": 1}}, note="another of the name; burst below rate"),
    answer("5.6", "update_usage_plan", PLAN | {"patchOperations": [{"op": "replace", "path": p, "value": v} for p, v in (("/throttle/rateLimit", "5"), ("/throttle/burstLimit", "6"), ("/quota/limit", "7"), ("/quota/period", "WEEK"))]}, {"throttle": {"rateLimit": 5.0, "burstLimit": 6}, "quota": {"limit": 7, "period": "WEEK"}}, note="of what it had not"),
    answer("5.6", "update_usage_plan", PLAN | {"patchOperations": [{"op": "remove", "path": "/throttle"}, {"op": "remove", "path": "/quota"}]}, lacks=("throttle", "quota"), note="taken back"),
    answer("5.6", "get_usage_plan", {"usagePlanId": "$left"}, {"apiStages": []}, note="whose stage went with its API"),
    answer("5.6", "get_usage_plan_keys", {"usagePlanId": "$left"}, {"items": []}, note="whose key is gone"),
    answer("5.6", "get_usage_plan_keys", PLAN, {"items": [{"id": "$key", "value": "v" * 20}]}, note="with values"),
    answer("5.6", "get_usage_plan_keys", {"usagePlanId": "none"}, {"items": []}, note="of none"),
    answer("5.7", "get_tags", {"resourceArn": f"{ARN}/apikeys/$key"}, TAGGED),
    answer("5.7", "get_tags", {"resourceArn": f"{ARN}/usageplans/$plan"}, TAGGED),
    answer("5.7", "get_tags", {"resourceArn": f"{ARN}/restapis/$api/stages/s"}, TAGGED),
    answer("5.7", "tag_resource", {"resourceArn": f"{ARN}/usageplans/$plan", "tags": {"lambdeploy:stack": "0+-=._:/Z"}}),
    answer("5.7", "untag_resource", {"resourceArn": f"{ARN}/usageplans/$plan", "tagKeys": ["lambdeploy:stack"]}),
]
