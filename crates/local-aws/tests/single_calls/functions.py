"""Lambda (`docs/aws.md` 4), with what section 3.3 says about its images."""

import json

import image_archive
import registry

from .iam import NOBODY, TRUST
from .rows import Answer, Refusal

ARN = "arn:aws:lambda:us-east-2:000000000000:function"
API = "arn:aws:execute-api:us-east-2:000000000000:abc/*/POST/"
ZIP = "PK\x03\x04"


def make(client) -> dict[str, str]:
    """`taken` and `bare` run an image; `zip` does not. `no-pass` and `no-ecr` are users' keys."""
    ecr, iam, lambdas = client("ecr"), client("iam"), client("lambda")
    repository = ecr.create_repository(repositoryName="app")["repository"]["repositoryUri"]
    ecr.create_repository(repositoryName="closed")
    one = image_archive.blobs("one")
    registry.put(ecr, "app", "one", one)
    registry.put(ecr, "closed", "one", one)
    registry.put(ecr, "app", "zstd", zstd(one))
    ecr.put_image(repositoryName="app", imageManifest=image_archive.index(one[0]), imageTag="index", imageManifestMediaType=image_archive.INDEX)
    role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    nobody = iam.create_role(RoleName="runs-nothing", AssumeRolePolicyDocument=NOBODY)["Role"]["Arn"]
    for name in ("taken", "bare"):
        lambdas.create_function(FunctionName=name, Role=role, PackageType="Image", Code={"ImageUri": f"{repository}:one"}, Environment={"Variables": {"KEPT": "1"}})
    lambdas.create_function(FunctionName="zip", Role=role, Runtime="python3.12", Handler="a.b", Code={"ZipFile": ZIP.encode()})
    lambdas.add_permission(FunctionName="taken", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com", SourceArn=API)
    return {
        "role": role,
        "nobody": nobody,
        "app": repository,
        "closed": repository.removesuffix("app") + "closed",
        "digits": image_archive.digest(one[0])[7:],
        "no_pass": user(iam, "no-pass", "lambda:*", "ecr:*"),
        "no_ecr": user(iam, "no-ecr", "lambda:*", "iam:PassRole"),
    }


def user(iam, name: str, *actions: str) -> str:
    """An access key that may do just that."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    return iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]


def zstd(image: tuple[bytes, bytes, bytes]) -> tuple[bytes, bytes, bytes]:
    """An image that says its layer is compressed by zstd."""
    manifest = json.loads(image[0])
    manifest["layers"][0]["mediaType"] = manifest["layers"][0]["mediaType"].replace("gzip", "zstd")
    return json.dumps(manifest).encode(), *image[1:]


def created(**given) -> dict:
    """What makes a function, with changes."""
    return {"FunctionName": "new", "Role": "$role", "PackageType": "Image", "Code": {"ImageUri": "$app:one"}} | given


def statement(sid: str) -> dict:
    return {"FunctionName": "taken", "StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceArn": API}


def variables(**given: str) -> dict:
    return created(Environment={"Variables": given})


NOT_ASSUMED = ("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")
NO_FUNCTION = ("ResourceNotFoundException", f"Function not found: {ARN}:none", 404)
BROKEN = "ValidationException"
INVALID = "InvalidParameterValueException"

REFUSALS = [
    Refusal("4.1", "lambda", "create_function", created(FunctionName="taken"), "ResourceConflictException", "Function already exist: taken", 409),
    Refusal("2.2", "lambda", "create_function", created(Role="arn:aws:iam::000000000000:role/none"), *NOT_ASSUMED),
    Refusal("2.2", "lambda", "create_function", created(Role="$nobody"), *NOT_ASSUMED),
    Refusal("4.1", "lambda", "create_function", created(Role="runs"), BROKEN, "role"),
    Refusal("4.1", "lambda", "create_function", {k: v for k, v in created().items() if k != "Role"}, BROKEN, "Value null at 'role' failed to satisfy constraint: Member must not be null"),
    Refusal("4.1", "lambda", "create_function", created(), "AccessDeniedException", "is not authorized to perform: iam:PassRole on resource: $role", 403, caller="no_pass"),
    Refusal("3.2", "lambda", "create_function", created(Code={"ImageUri": "$closed:one"}), "AccessDeniedException", "Lambda does not have permission to access the ECR image. Check the ECR permissions.", 403, caller="no_ecr"),
    Refusal("3.3", "lambda", "create_function", created(Code={"ImageUri": "public.ecr.aws/lambda/python:3.13"}), INVALID, "Source image public.ecr.aws/lambda/python:3.13 is not valid. Provide a valid source image."),
    Refusal("4.1", "lambda", "create_function", created(Code={"ImageUri": "$app:none"}), INVALID, "Source image $app:none does not exist. Provide a valid source image."),
    Refusal("3.3", "lambda", "create_function", created(Code={"ImageUri": "$app:index"}), INVALID, "The image manifest, config or layer media type for the source image $app:index is not supported."),
    Refusal("4.1", "lambda", "create_function", created(Runtime="python3.12"), INVALID),
    Refusal("4.1", "lambda", "create_function", created(Handler="a.b"), INVALID),
    Refusal("4.1", "lambda", "create_function", created(FunctionName="a.b"), BROKEN, "functionName"),
    Refusal("4.1", "lambda", "create_function", created(FunctionName="f" * 65), INVALID, "64"),
    Refusal("18", "lambda", "create_function", created(Timeout=1801), BROKEN, "timeout"),
    Refusal("4.1", "lambda", "create_function", created(Timeout=0), BROKEN, "timeout"),
    Refusal("4.1", "lambda", "create_function", created(MemorySize=127), BROKEN, "memorySize"),
    Refusal("4.1", "lambda", "create_function", created(MemorySize=10_241), INVALID, "less than or equal to 10240"),
    Refusal("4.1", "lambda", "create_function", created(EphemeralStorage={"Size": 511}), BROKEN, "ephemeralStorage"),
    Refusal("4.1", "lambda", "create_function", created(EphemeralStorage={"Size": 10_241}), BROKEN, "ephemeralStorage"),
    Refusal("4.1", "lambda", "create_function", created(Description="d" * 257), BROKEN, "description"),
    Refusal("4.1", "lambda", "create_function", variables(A="one letter"), BROKEN, "[a-zA-Z]([a-zA-Z0-9_])+"),
    Refusal("4.1", "lambda", "create_function", variables(AWS_REGION="x"), INVALID, "AWS_REGION"),
    Refusal("4.1", "lambda", "create_function", variables(AWS_LAMBDA_FUNCTION_NAME="x"), INVALID, "AWS_LAMBDA_FUNCTION_NAME"),
    Refusal("4.1", "lambda", "create_function", variables(_HANDLER="x"), BROKEN, "[a-zA-Z]([a-zA-Z0-9_])+"),
    Refusal("4.1", "lambda", "create_function", variables(LONG="v" * 4096), INVALID, "exceeded the 4KB limit. String measured"),
    Refusal("4.1", "lambda", "create_function", created(Architectures=["x86_64", "arm64"]), BROKEN, "architectures"),
    Refusal("4.1", "lambda", "create_function", created(Architectures=["sparc"]), BROKEN, "architectures"),
    Refusal("4.1", "lambda", "create_function", created(ImageConfig={"WorkingDirectory": "/" * 1001}), BROKEN, "imageConfig.workingDirectory"),
    Refusal("4.1", "lambda", "create_function", created(ImageConfig={"Command": ["c"] * 1501}), BROKEN, "imageConfig.command"),
    Refusal("4.1", "lambda", "create_function", created(ImageConfig={"EntryPoint": ["e"] * 1501}), BROKEN, "imageConfig.entryPoint"),
    Refusal("4.1", "lambda", "create_function", created(Tags={f"k{n}": "v" for n in range(51)}), INVALID),
    Refusal("4.3", "lambda", "get_function", {"FunctionName": "none"}, *NO_FUNCTION),
    Refusal("4.3", "lambda", "get_function_configuration", {"FunctionName": "none"}, *NO_FUNCTION),
    Refusal("4.5", "lambda", "delete_function", {"FunctionName": "none"}, *NO_FUNCTION),
    Refusal("4.3", "lambda", "update_function_configuration", {"FunctionName": "none", "Timeout": 3}, *NO_FUNCTION),
    Refusal("4.3", "lambda", "update_function_configuration", {"FunctionName": "taken", "RevisionId": "00000000-0000-0000-0000-000000000000"}, "PreconditionFailedException", "", 412),
    Refusal("4.3", "lambda", "update_function_configuration", {"FunctionName": "taken", "Role": "$nobody"}, *NOT_ASSUMED),
    Refusal("4.3", "lambda", "update_function_configuration", {"FunctionName": "taken", "MemorySize": 10_241}, INVALID, "less than or equal to 10240"),
    Refusal("4.3", "lambda", "update_function_configuration", {"FunctionName": "taken", "Environment": {"Variables": {"LONG": "v" * 4096}}}, INVALID, "exceeded the 4KB limit. String measured"),
    Refusal("4.3", "lambda", "update_function_code", {"FunctionName": "none", "ImageUri": "$app:one"}, *NO_FUNCTION),
    Refusal("4.3", "lambda", "update_function_code", {"FunctionName": "zip", "ImageUri": "$app:one"}, INVALID, "Please don't provide ImageUri when updating a function with packageType Zip."),
    Refusal("4.3", "lambda", "update_function_code", {"FunctionName": "taken"}, INVALID, "Please provide ImageUri when updating a function with packageType Image."),
    Refusal("4.3", "lambda", "update_function_code", {"FunctionName": "taken", "ImageUri": "$app:none"}, INVALID, "Source image $app:none does not exist. Provide a valid source image."),
    Refusal("4.3", "lambda", "update_function_code", {"FunctionName": "taken", "ImageUri": "$app:index"}, INVALID, "The image manifest, config or layer media type for the source image $app:index is not supported."),
    Refusal("4.3", "lambda", "update_function_code", {"FunctionName": "taken", "ImageUri": "$app:one", "RevisionId": "00000000-0000-0000-0000-000000000000"}, "PreconditionFailedException", "", 412),
    Refusal("4.3", "lambda", "tag_resource", {"Resource": f"{ARN}:none", "Tags": {"a": "b"}}, *NO_FUNCTION),
    Refusal("4.3", "lambda", "list_tags", {"Resource": f"{ARN}:none"}, *NO_FUNCTION),
    Refusal("4.3", "lambda", "put_function_concurrency", {"FunctionName": "taken", "ReservedConcurrentExecutions": 901}, INVALID, "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."),
    Refusal("4.4", "lambda", "add_permission", statement("api"), "ResourceConflictException", "The statement id (api) provided already exists. Please provide a new statement id, or remove the existing statement.", 409),
    Refusal("4.4", "lambda", "add_permission", statement("a.b"), BROKEN, "statementId"),
    Refusal("4.4", "lambda", "add_permission", statement("s" * 101), BROKEN, "statementId"),
    Refusal("4.4", "lambda", "add_permission", statement("new") | {"FunctionName": "none"}, *NO_FUNCTION),
    Refusal("4.4", "lambda", "get_policy", {"FunctionName": "bare"}, "ResourceNotFoundException", "The resource you requested does not exist.", 404),
    Refusal("4.4", "lambda", "get_policy", {"FunctionName": "none"}, "ResourceNotFoundException", "The resource you requested does not exist.", 404),
    Refusal("4.4", "lambda", "remove_permission", {"FunctionName": "taken", "StatementId": "none"}, "ResourceNotFoundException", "Statement none is not found in resource policy.", 404),
    Refusal("4.4", "lambda", "remove_permission", {"FunctionName": "bare", "StatementId": "none"}, "ResourceNotFoundException", "No policy is associated with the given resource.", 404),
    Refusal("4.4", "lambda", "remove_permission", {"FunctionName": "none", "StatementId": "none"}, "ResourceNotFoundException", f"No policy found for: {ARN}:none", 404),
]

POLICY = {"Sid": "api", "Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "lambda:InvokeFunction",
          "Resource": f"{ARN}:taken", "Condition": {"ArnLike": {"AWS:SourceArn": API}}}
NAME = {"FunctionName": "new-$n"}

ANSWERS = [
    Answer("4.1", "lambda", "create_function", created(**NAME, Tags={"a": "b"}, ImageConfig={"Command": ["c"]}), {"State": "Pending", "StateReasonCode": "Creating", "Timeout": 3, "MemorySize": 128, "Architectures": ["x86_64"], "EphemeralStorage": {"Size": 512}, "PackageType": "Image", "ImageConfigResponse": {"ImageConfig": {"Command": ["c"]}}}, lacks=("LastUpdateStatus", "Runtime", "Handler")),
    Answer("3.4", "lambda", "get_function", NAME, {"Code": {"RepositoryType": "ECR", "ImageUri": "$app:one", "ResolvedImageUri": "$app@sha256:$digits"}, "Configuration": {"CodeSha256": "$digits", "State": "Active", "LastUpdateStatus": "Successful"}, "Tags": {"a": "b"}}),
    Answer("4.3", "lambda", "update_function_configuration", NAME | {"Environment": {"Variables": {"ONE": "1", "TWO": "2"}}}, {"Environment": {"Variables": {"ONE": "1", "TWO": "2"}}, "LastUpdateStatus": "InProgress", "LastUpdateStatusReasonCode": "Creating"}),
    Answer("4.3", "lambda", "update_function_configuration", NAME | {"Environment": {"Variables": {"TWO": "3"}}}, {"Environment": {"Variables": {"TWO": "3"}}}, lacks=("Environment.Variables.ONE",), note="the environment as a whole"),
    Answer("4.3", "lambda", "update_function_configuration", NAME | {"Timeout": 4}, {"Environment": {"Variables": {"TWO": "3"}}, "ImageConfigResponse": {"ImageConfig": {"Command": ["c"]}}}, note="what is left out stays"),
    Answer("4.3", "lambda", "update_function_configuration", NAME | {"ImageConfig": {}, "Environment": {"Variables": {}}}, lacks=("ImageConfigResponse", "Environment.Variables.TWO"), note="cleared"),
    Answer("4.3", "lambda", "update_function_code", NAME | {"ImageUri": "$app:one", "DryRun": True}, {"CodeSha256": "$digits"}, note="tried out"),
    Answer("4.3", "lambda", "update_function_code", NAME | {"ImageUri": "$app:one", "Architectures": ["arm64"]}, {"Architectures": ["arm64"]}, note="the same digest"),
    Answer("4.3", "lambda", "update_function_code", NAME | {"ImageUri": "$app@sha256:$digits"}, {"Architectures": ["arm64"]}, note="by digest"),
    Answer("3.4", "lambda", "get_function", NAME, {"Code": {"ImageUri": "$app@sha256:$digits", "ResolvedImageUri": "$app@sha256:$digits"}}, note="by digest"),
    Answer("4.3", "lambda", "put_function_concurrency", NAME | {"ReservedConcurrentExecutions": 3}, {"ReservedConcurrentExecutions": 3}),
    Answer("4.3", "lambda", "delete_function_concurrency", NAME),
    Answer("4.3", "lambda", "get_function_concurrency", NAME, lacks=("ReservedConcurrentExecutions",), note="none"),
    Answer("4.5", "lambda", "delete_function", NAME),
    Answer("4.3", "lambda", "list_functions", {}, {"Functions": [{"FunctionName": "bare"}]}, lacks=("Functions.0.State", "Functions.0.LastUpdateStatus", "Functions.0.Tags")),
    Answer("4.4", "lambda", "get_policy", {"FunctionName": "taken"}, {"Policy": json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": [POLICY]}, separators=(",", ":"))}),
    Answer("4.3", "lambda", "tag_resource", {"Resource": f"{ARN}:taken", "Tags": {"a": "b"}}),
    Answer("4.3", "lambda", "tag_resource", {"Resource": f"{ARN}:taken", "Tags": {"a": "b"}}, note="again"),
    Answer("4.3", "lambda", "list_tags", {"Resource": f"{ARN}:taken"}, {"Tags": {"a": "b"}}),
    Answer("3.3", "lambda", "create_function", created(FunctionName="zstd-$n", Code={"ImageUri": "$app:zstd"}), {"State": "Pending"}, note="with a layer by zstd is accepted"),
    Answer("3.3", "lambda", "get_function_configuration", {"FunctionName": "zstd-$n"}, {"State": "Failed", "StateReasonCode": "InvalidImage"}, note="with a layer by zstd"),
    Answer("4.2", "lambda", "delete_function", {"FunctionName": "zstd-$n"}, note="that failed"),
]
