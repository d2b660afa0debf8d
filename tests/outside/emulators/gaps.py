"""Where the emulators do otherwise than AWS (`docs/aws.md`, section 16 for moto), as far as lambdeploy
meets it: what the proxy mends, and what the lifecycle here therefore does not prove.

Each row has a function that asks the emulator itself, and is true as long as it still does so: a row that is no longer true has to go."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Callable

import image_archive
from botocore.exceptions import ClientError

MOTO, LOCALSTACK = "moto 5.2.5", "LocalStack 4.4.0"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
REGIONAL = {"endpointConfiguration": {"types": ["REGIONAL"]}}


@dataclass(frozen=True)
class Gap:
    emulator: str
    operation: str
    aws: str
    here: str
    instead: str
    """`mended: …` by the proxy, or `not asked: …` of lambdeploy."""
    is_there: Callable
    """Given `Raw`."""


@dataclass(frozen=True)
class Raw:
    """The emulators themselves: clients, addresses, and what the rows share."""

    client: Callable
    moto: str
    image: str
    role: str
    api: str
    root: str


GAPS: list[Gap] = []


def gap(emulator: str, operation: str, aws: str, here: str, instead: str):
    def add(is_there: Callable) -> Callable:
        GAPS.append(Gap(emulator, operation, aws, here, instead, is_there))
        return is_there

    return add


def make(client: Callable, moto: str) -> Raw:
    """An image, a role, an API with a mocked GET."""
    manifest = image_archive.blobs("gaps")[0]
    repository = client("ecr").create_repository(repositoryName="gaps")["repository"]["repositoryUri"]
    image = client("ecr").put_image(repositoryName="gaps", imageManifest=manifest.decode(), imageTag="1", imageDigest=image_archive.digest(manifest))
    role = client("iam").create_role(RoleName="gaps", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    api = client("apigateway").create_rest_api(name="gaps", **REGIONAL)
    raw = Raw(client, moto, f"{repository}@{image['image']['imageId']['imageDigest']}", role, api["id"], api["rootResourceId"])
    method = {"restApiId": raw.api, "resourceId": raw.root, "httpMethod": "GET"}
    client("apigateway").put_method(authorizationType="NONE", **method)
    client("apigateway").put_integration(type="MOCK", **method)
    return raw


def function(raw: Raw, name: str) -> dict:
    return raw.client("lambda").create_function(FunctionName=name, Role=raw.role, PackageType="Image", Code={"ImageUri": raw.image})


def document(**more) -> bytes:
    get = {"responses": {}, "x-amazon-apigateway-integration": {"type": "mock"}}
    return json.dumps({"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {"/": {"get": get | more.pop("get", {})}}, **more}).encode()


@gap(LOCALSTACK, "GetDeployment(embed=apisummary)", "answers the methods that the deployment holds", "leaves apiSummary out",
     "mended: the draft's methods, which are the deployment's as long as one writer deploys after each import")
def _(raw: Raw) -> bool:
    gateway = raw.client("apigateway")
    made = gateway.create_deployment(restApiId=raw.api)["id"]
    return "apiSummary" not in gateway.get_deployment(restApiId=raw.api, deploymentId=made, embed=["apisummary"])


@gap(LOCALSTACK, "PutRestApi", "takes gateway responses from x-amazon-apigateway-gateway-responses", "leaves them out",
     "mended: each is put by PutGatewayResponse, and what the document has not is deleted")
def _(raw: Raw) -> bool:
    gateway = raw.client("apigateway")
    responses = {"DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.A": "'b'"}}}
    api = gateway.create_rest_api(name="responses", **REGIONAL)["id"]
    gateway.put_rest_api(restApiId=api, mode="overwrite", body=document(**{"x-amazon-apigateway-gateway-responses": responses}))
    return gateway.get_gateway_response(restApiId=api, responseType="DEFAULT_4XX")["defaultResponse"]


@gap(LOCALSTACK, "TagResource", "GetRestApis, GetStages and GetApiKeys show the tag", "they show the tags of the create alone",
     "mended: the proxy remembers what was tagged, and changes what is read")
def _(raw: Raw) -> bool:
    gateway = raw.client("apigateway")
    gateway.tag_resource(resourceArn=f"arn:aws:apigateway:eu-west-1::/restapis/{raw.api}", tags={"new": "tag"})
    return "new" not in gateway.get_rest_api(restApiId=raw.api).get("tags", {})


@gap(LOCALSTACK, "PutRestApi", "takes AWS_IAM from a security scheme of type awsSigv4", "makes the method open",
     "not asked: `auth: iam`")
def _(raw: Raw) -> bool:
    gateway = raw.client("apigateway")
    scheme = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
    api = gateway.create_rest_api(name="signed", **REGIONAL)
    body = document(get={"security": [{"sigv4": []}]}, components={"securitySchemes": {"sigv4": scheme}})
    gateway.put_rest_api(restApiId=api["id"], mode="overwrite", body=body)
    root = gateway.get_resources(restApiId=api["id"])["items"][0]["id"]
    return gateway.get_method(restApiId=api["id"], resourceId=root, httpMethod="GET")["authorizationType"] == "NONE"


@gap(LOCALSTACK, "DeleteUsagePlan", "is refused while a stage is in it", "is accepted", "not asked: whether `destroy` keeps the order")
def _(raw: Raw) -> bool:
    gateway = raw.client("apigateway")
    made = gateway.create_deployment(restApiId=raw.api, stageName="s")["id"]
    plan = gateway.create_usage_plan(name="p", apiStages=[{"apiId": raw.api, "stage": "s"}])["id"]
    return made is not None and accepted(gateway.delete_usage_plan, usagePlanId=plan)


@gap(LOCALSTACK, "GetRestApis(limit)", "answers pages", "answers everything at once", "not asked: paging")
def _(raw: Raw) -> bool:
    raw.client("apigateway").create_rest_api(name="one more", **REGIONAL)
    return len(raw.client("apigateway").get_rest_apis(limit=1)["items"]) > 1


@gap(LOCALSTACK, "CreateRestApi", "is granted once in 3 seconds", "is always granted", "not asked: waiting for a grant")
def _(raw: Raw) -> bool:
    return all(accepted(raw.client("apigateway").create_rest_api, name="again", **REGIONAL) for _ in range(2))


@gap(MOTO, "GetFunction", "ResolvedImageUri is repository@sha256:digest", "has two @ where the image was given by digest",
     "mended: the first of them is taken out")
def _(raw: Raw) -> bool:
    function(raw, "resolved")
    return raw.client("lambda").get_function(FunctionName="resolved")["Code"]["ResolvedImageUri"].count("@") == 2


@gap(MOTO, "GetAccountSettings", "answers the account's limits", "does not know the operation", "mended: the proxy answers a new account's limits")
def _(raw: Raw) -> bool:
    return not accepted(raw.client("lambda").get_account_settings)


@gap(MOTO, "CreateFunction", "refuses a role that is seconds old, then is Pending", "is Active at once",
     "not asked: waiting for the role and for the function")
def _(raw: Raw) -> bool:
    return function(raw, "at-once")["State"] == "Active"


@gap(MOTO, "UpdateFunctionConfiguration", "takes TracingConfig, EphemeralStorage and ImageConfig", "keeps what the create said",
     "not asked: edits of `tracing`, `ephemeral_storage`, `entrypoint`, `command`, `working_directory`")
def _(raw: Raw) -> bool:
    function(raw, "kept")
    new = {"TracingConfig": {"Mode": "Active"}, "EphemeralStorage": {"Size": 1024}, "ImageConfig": {"Command": ["x"]}}
    after = raw.client("lambda").update_function_configuration(FunctionName="kept", **new)
    return not [name for name in ("TracingConfig", "EphemeralStorage") if after[name] == new[name]] and "x" not in str(after.get("ImageConfigResponse"))


@gap(MOTO, "UpdateFunctionCode(Architectures)", "changes the architecture", "keeps it", "not asked: an edit of `architecture`")
def _(raw: Raw) -> bool:
    function(raw, "x86")
    return raw.client("lambda").update_function_code(FunctionName="x86", ImageUri=raw.image, Architectures=["arm64"])["Architectures"] == ["x86_64"]


@gap(MOTO, "AddPermission", "refuses a StatementId that is there", "adds another of that name", "not asked: what a repeated AddPermission does")
def _(raw: Raw) -> bool:
    function(raw, "twice")
    one = {"FunctionName": "twice", "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    return all(accepted(raw.client("lambda").add_permission, **one) for _ in range(2))


@gap(MOTO, "the registry (/v2/)", "takes images", "is not there", "not asked: images by `context:` and `archive:`; PutImage brings them")
def _(raw: Raw) -> bool:
    try:
        urllib.request.urlopen(f"http://{raw.moto}/v2/", timeout=10).close()
    except urllib.error.HTTPError as refused:
        return refused.code not in (200, 401)
    return False


@gap(MOTO, "GetPolicy", "answers the statements of the function, or of the alias that is asked for", "answers those of all its aliases",
     "mended: the others are left out")
def _(raw: Raw) -> bool:
    function(raw, "aliased")
    lambdas = raw.client("lambda")
    version = lambdas.publish_version(FunctionName="aliased")["Version"]
    lambdas.create_alias(FunctionName="aliased", Name="live", FunctionVersion=version)
    one = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    lambdas.add_permission(FunctionName="aliased", Qualifier="live", **one)
    return accepted(lambdas.get_policy, FunctionName="aliased")


@gap(MOTO, "Invoke", "runs the image", "fails", "not asked: the contract (`--no-verify`) and new versions (`--no-smoke`)")
def _(raw: Raw) -> bool:
    function(raw, "runs")
    return not accepted(raw.client("lambda").invoke, FunctionName="runs")


def accepted(operation: Callable, **given) -> bool:
    try:
        operation(**given)
    except ClientError:
        return False
    return True
