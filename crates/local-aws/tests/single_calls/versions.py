"""Versions and aliases of Lambda functions (`docs/aws.md` 4.7 and 4.8)."""

import image_archive
import registry

from .iam import TRUST
from .rows import Answer, Refusal

ARN = "arn:aws:lambda:us-east-2:000000000000:function"
SOURCE = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceArn": "arn:aws:execute-api:us-east-2:000000000000:abc/*/POST/"}


def make(client) -> dict[str, str]:
    """`versioned` has the versions 1, 2 and 3, of which 3 runs as another role, and the aliases `live` and `own`."""
    ecr, iam, lambdas = client("ecr"), client("iam"), client("lambda")
    repository = ecr.create_repository(repositoryName="versions")["repository"]["repositoryUri"]
    for tag in ("one", "two"):
        registry.put(ecr, "versions", tag, image_archive.blobs(tag))
    roles = [iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"] for name in ("first", "second")]
    made = lambdas.create_function(FunctionName="versioned", Role=roles[0], PackageType="Image", Code={"ImageUri": f"{repository}:one"}, Publish=True)
    lambdas.update_function_code(FunctionName="versioned", ImageUri=f"{repository}:two", Publish=True)
    lambdas.update_function_configuration(FunctionName="versioned", Role=roles[1])
    lambdas.publish_version(FunctionName="versioned")
    lambdas.create_alias(FunctionName="versioned", Name="live", FunctionVersion="1")
    lambdas.add_permission(FunctionName="versioned", Qualifier="live", StatementId="api", **SOURCE)
    return {"versions": repository, "sha": made["CodeSha256"]}


def alias(**given) -> dict:
    return {"FunctionName": "versioned", "Name": "new", "FunctionVersion": "1"} | given


def weights(**given: float) -> dict:
    return {"RoutingConfig": {"AdditionalVersionWeights": {name.removeprefix("v"): weight for name, weight in given.items()}}}


def provisioned(qualifier: str, count: int) -> dict:
    return {"FunctionName": "versioned", "Qualifier": qualifier, "ProvisionedConcurrentExecutions": count}


def of(**given) -> dict:
    return {"FunctionName": "versioned"} | given


BROKEN = "ValidationException"
INVALID = "InvalidParameterValueException"
STALE = ("PreconditionFailedException", "Call the GetFunction/GetAlias API to retrieve the latest Revision Id", 412)
RANGE = "[Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"
KEYS = "[Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]"


def missing(text: str) -> tuple[str, str, int]:
    return ("ResourceNotFoundException", text, 404)


REFUSALS = [
    Refusal("4.7", "lambda", "publish_version", of(CodeSha256="a" * 64), INVALID, f"CodeSHA256 ({'a' * 64}) is different from current CodeSHA256 in $$LATEST ("),
    Refusal("4.7", "lambda", "publish_version", of(RevisionId="old"), *STALE),
    Refusal("4.7", "lambda", "publish_version", of(Description="d" * 257), BROKEN, "description"),
    Refusal("4.7", "lambda", "publish_version", {"FunctionName": "none"}, *missing(f"Function not found: {ARN}:none")),
    Refusal("4.7", "lambda", "get_function", of(Qualifier="9"), *missing(f"Function not found: {ARN}:versioned:9")),
    Refusal("4.7", "lambda", "get_function", of(Qualifier="none"), *missing(f"Function not found: {ARN}:versioned:none")),
    Refusal("4.7", "lambda", "get_function", {"FunctionName": "versioned:1", "Qualifier": "2"}, INVALID, "The derived qualifier from the function name does not match the specified qualifier."),
    Refusal("4.7", "lambda", "delete_function", of(Qualifier="$$LATEST"), INVALID, "$$LATEST version cannot be deleted without deleting the function."),
    Refusal("4.7", "lambda", "delete_function", of(Qualifier="live"), INVALID, "Deletion of aliases is not currently supported."),
    Refusal("4.7", "lambda", "delete_function", of(Qualifier="1"), "ResourceConflictException", "Unable to delete version because the following aliases reference it: [live]", 409),
    Refusal("4.7", "lambda", "delete_function", {"FunctionName": "none", "Qualifier": "1"}, *missing(f"Function not found: {ARN}:none")),
    Refusal("4.7", "lambda", "put_function_concurrency", {"FunctionName": f"{ARN}:versioned:live", "ReservedConcurrentExecutions": 1}, INVALID, "This operation is permitted on Lambda functions only."),
    Refusal("4.7", "lambda", "create_alias", alias(Name="live"), "ResourceConflictException", f"Alias already exists: {ARN}:versioned:live", 409),
    Refusal("4.7", "lambda", "create_alias", alias(FunctionVersion="9"), *missing(f"Function not found: {ARN}:versioned:9")),
    Refusal("4.7", "lambda", "create_alias", alias(FunctionName="none"), *missing(f"Function not found: {ARN}:none:1")),
    Refusal("4.7", "lambda", "create_alias", alias(Name="2024"), BROKEN, "Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$$)([a-zA-Z0-9-_]+)"),
    Refusal("4.7", "lambda", "create_alias", alias(**weights(v2=2.0)), BROKEN, f"Value '{{2=2.0}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: {RANGE}"),
    Refusal("4.7", "lambda", "create_alias", alias(**weights(v2=-1.0)), BROKEN, f"Value '{{2=-1.0}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: {RANGE}"),
    Refusal("4.7", "lambda", "create_alias", alias(**weights(**{"$$LATEST": 0.5})), BROKEN, f"Value '{{$$LATEST=0.5}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: {KEYS}"),
    Refusal("4.7", "lambda", "create_alias", alias(**weights(v1=0.1, v2=0.5)), INVALID, "Number of items in AdditionalVersionWeights cannot be greater than 1"),
    Refusal("4.7", "lambda", "create_alias", alias(**weights(v1=0.5)), INVALID, "Invalid function version 1. Function version 1 is already included in routing configuration."),
    Refusal("4.7", "lambda", "create_alias", alias(**weights(v9=0.5)), *missing(f"Function not found: {ARN}:versioned:9")),
    Refusal("4.7", "lambda", "create_alias", alias(FunctionVersion="$$LATEST", **weights(v1=0.5)), INVALID, "$$LATEST is not supported for an alias pointing to more than 1 version"),
    Refusal("4.7", "lambda", "create_alias", alias(**weights(v3=0.5)), INVALID, "Specified versions must be associated with the same execution role"),
    Refusal("4.7", "lambda", "get_alias", of(Name="none"), *missing(f"Cannot find alias arn: {ARN}:versioned:none")),
    Refusal("4.7", "lambda", "update_alias", of(Name="none"), *missing(f"Alias not found: {ARN}:versioned:none")),
    Refusal("4.7", "lambda", "update_alias", of(Name="live", RevisionId="old"), *STALE),
    Refusal("4.7", "lambda", "update_alias", of(Name="live", FunctionVersion="9"), *missing(f"Function not found: {ARN}:versioned:9")),
    Refusal("4.7", "lambda", "add_permission", of(Qualifier="$$LATEST", StatementId="s", **SOURCE), INVALID, "We currently do not support adding policies for $$LATEST."),
    Refusal("4.7", "lambda", "add_permission", of(Qualifier="none", StatementId="s", **SOURCE), *missing(f"Cannot find alias arn: {ARN}:versioned:none")),
    Refusal("4.7", "lambda", "add_permission", of(Qualifier="42", StatementId="s", **SOURCE), *missing(f"Function not found: {ARN}:versioned:42")),
    Refusal("4.7", "lambda", "add_permission", of(Qualifier="a-$$-b", StatementId="s", **SOURCE), *missing(f"Function not found: {ARN}:versioned:a-$$-b")),
    Refusal("4.7", "lambda", "add_permission", of(Qualifier="live", StatementId="api", **SOURCE), "ResourceConflictException", "The statement id (api) provided already exists.", 409),
    Refusal("4.7", "lambda", "get_policy", of(), *missing("The resource you requested does not exist.")),
    Refusal("4.7", "lambda", "get_policy", of(Qualifier="none"), *missing("The resource you requested does not exist.")),
    Refusal("4.7", "lambda", "remove_permission", of(Qualifier="none", StatementId="api"), *missing(f"Cannot find alias arn: {ARN}:versioned:none")),
    Refusal("4.8", "lambda", "get_provisioned_concurrency_config", of(Qualifier="1"), "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function", 404),
    Refusal("4.8", "lambda", "get_provisioned_concurrency_config", {"FunctionName": "none", "Qualifier": "none"}, *missing(f"Cannot find alias arn: {ARN}:none:none")),
    Refusal("4.8", "lambda", "get_provisioned_concurrency_config", of(Qualifier="9"), *missing(f"Function not found: {ARN}:versioned:9")),
    Refusal("4.8", "lambda", "get_provisioned_concurrency_config", of(Qualifier="$$LATEST"), INVALID, "The function resource provided must be an alias or a published version."),
    Refusal("4.8", "lambda", "list_provisioned_concurrency_configs", {"FunctionName": "none"}, *missing(f"Function not found: {ARN}:none")),
    Refusal("4.8", "lambda", "delete_provisioned_concurrency_config", of(Qualifier="none"), *missing(f"Cannot find alias arn: {ARN}:versioned:none")),
    Refusal("4.8", "lambda", "delete_provisioned_concurrency_config", of(Qualifier="$$LATEST"), INVALID, "The function resource provided must be an alias or a published version."),
    Refusal("4.8", "lambda", "put_provisioned_concurrency_config", provisioned("1", 0), BROKEN, "Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1"),
    Refusal("4.8", "lambda", "put_provisioned_concurrency_config", provisioned("$$LATEST", 1), INVALID, "Provisioned Concurrency Configs cannot be applied to unpublished function versions."),
    Refusal("4.8", "lambda", "put_provisioned_concurrency_config", provisioned("none", 1), *missing(f"Cannot find alias arn: {ARN}:versioned:none")),
    Refusal("4.8", "lambda", "put_provisioned_concurrency_config", provisioned("9", 1), *missing(f"Function not found: {ARN}:versioned:9")),
    Refusal("4.8", "lambda", "put_provisioned_concurrency_config", provisioned("1", 1001), INVALID, "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000]."),
    Refusal("4.8", "lambda", "put_provisioned_concurrency_config", provisioned("1", 901), INVALID, "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."),
    Refusal("4.8", "lambda", "update_function_configuration", of(SnapStart={"ApplyOn": "invalidOption"}), BROKEN, "Value 'invalidOption' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]"),
    Refusal("4.8", "lambda", "update_function_configuration", of(SnapStart={"ApplyOn": "PublishedVersions"}, EphemeralStorage={"Size": 513}), INVALID, "is not supported for SnapStart enabled functions"),
    Refusal("4.7", "lambda", "remove_permission", of(StatementId="api"), *missing("No policy is associated with the given resource.")),
]

NAME = {"FunctionName": "versioned", "Name": "own-$n"}

ANSWERS = [
    Answer("4.7", "lambda", "list_versions_by_function", of(), {"Versions": [{"Version": "$$LATEST", "FunctionArn": f"{ARN}:versioned:$$LATEST"}, {"Version": "1", "FunctionArn": f"{ARN}:versioned:1"}, {"Version": "2"}, {"Version": "3"}]}, lacks=("Versions.0.State",)),
    Answer("4.7", "lambda", "get_function_configuration", of(Qualifier="1"), {"Version": "1", "CodeSha256": "$sha", "State": "Active", "FunctionArn": f"{ARN}:versioned:1"}),
    Answer("4.7", "lambda", "publish_version", of(Description="once more"), {"Version": "3", "Description": "", "State": "Active"}, note="unchanged"),
    Answer("4.7", "lambda", "create_alias", NAME | {"FunctionVersion": "1"} | weights(v2=0.2), {"AliasArn": f"{ARN}:versioned:own-$n", "FunctionVersion": "1", "Description": ""} | weights(v2=0.2)),
    Answer("4.7", "lambda", "get_function", of(Qualifier="own-$n"), {"Configuration": {"Version": "1", "FunctionArn": f"{ARN}:versioned:own-$n"}}, note="by an alias"),
    Answer("4.7", "lambda", "update_alias", NAME | {"Description": "d"}, {"Description": "d", "FunctionVersion": "1"} | weights(v2=0.2), note="what is left out stays"),
    Answer("4.7", "lambda", "update_alias", NAME | weights(), {"FunctionVersion": "1", "Description": "d"}, lacks=("RoutingConfig",), note="cleared"),
    Answer("4.7", "lambda", "update_alias", NAME | {"FunctionVersion": "2"}, {"FunctionVersion": "2"}),
    Answer("4.7", "lambda", "list_aliases", of(FunctionVersion="2"), {"Aliases": [{"Name": "own-$n"}]}, note="of a version"),
    Answer("4.7", "lambda", "get_policy", of(Qualifier="live"), holds=("Policy", "RevisionId"), note="of an alias"),
    Answer("4.7", "lambda", "delete_alias", NAME),
    Answer("4.7", "lambda", "delete_alias", NAME, note="again"),
    Answer("4.7", "lambda", "create_alias", NAME | {"FunctionVersion": "$$LATEST"}, {"FunctionVersion": "$$LATEST"}, note="of the latest"),
    Answer("4.7", "lambda", "delete_alias", NAME, note="of the latest"),
    Answer("4.8", "lambda", "list_provisioned_concurrency_configs", of(), {"ProvisionedConcurrencyConfigs": []}),
    Answer("4.8", "lambda", "delete_provisioned_concurrency_config", of(Qualifier="1"), note="that is not there"),
    Answer("4.7", "lambda", "delete_function", of(Qualifier="9"), note="a version that is not there"),
]
