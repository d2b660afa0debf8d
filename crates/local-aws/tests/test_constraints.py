"""The local AWS refuses whatever AWS's own service models refuse, with the code that the service uses for it.

For every operation that it has, every constraint of every member (required, length, range, enum, pattern, how many items) is
broken once, by botocore with its own validation off. Members whose meaning is not emulated are refused as such."""

import json

import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.session import Session
from violations import NoSample, inputs, sample, violations

TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
)
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
OPEN = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}]})
FUNCTION = "arn:aws:lambda:us-east-2:000000000000:function:none"
POLICY_OF_A_FUNCTION = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "lambda:InvokeFunction", "Resource": FUNCTION}]}
)
EXPIRE = {"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}
LOG_GROUP = "arn:aws:logs:us-east-2:000000000000:log-group:none"
REPOSITORY = "arn:aws:ecr:us-east-2:000000000000:repository/none"

CODES = {
    "iam": {"ValidationError", "InvalidInput", "MalformedPolicyDocument"},
    "ecr": {"InvalidParameterException", "InvalidTagParameterException"},
    "logs": {"InvalidParameterException"},
    "lambda": {"ValidationException", "InvalidParameterValueException"},
    "apigateway": {"BadRequestException"},
    "budgets": {"InvalidParameterException"},
    "cloudwatch": {"ValidationError"},
    "sns": {"ValidationError", "InvalidParameter"},
}
# Lists of structures without members: the query protocol writes nothing of them.
UNWRITTEN = {"SimulatePrincipalPolicy.PolicyExclusionList"}
# How many constraints a service's model has for an operation, at least: that of SNS says hardly more than what is required.
SAID = {"sns": 2}
POLICY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
DOLLARS = {"Amount": "1", "Unit": "USD"}
BUDGET = {
    "BudgetName": "none", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": DOLLARS,
    "CostFilters": {"Service": ["AWS Lambda"]}, "CostTypes": {"IncludeTax": True}, "TimePeriod": {"Start": 1_700_000_000},
    "CalculatedSpend": {"ActualSpend": DOLLARS, "ForecastedSpend": DOLLARS}, "HealthStatus": {"Status": "HEALTHY", "StatusReason": "FILTER_INVALID"},
}  # fmt: skip
SUBSCRIBER = {"SubscriptionType": "EMAIL", "Address": "ada@example.com"}
ERRORS = {"Namespace": "AWS/Lambda", "MetricName": "Errors"}
ALARM = ERRORS | {"Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
TOPIC = "arn:aws:sns:us-east-2:000000000000:none"
MINUTES = {"StartTime": 1_700_000_000, "EndTime": 1_700_000_600}
# What an operation needs besides what the model requires, or what the model can't say.
NEEDED = {
    "AssumeRolePolicyDocument": TRUST,
    "PolicyDocument": ALLOW,
    "policyText": OPEN,
    "lifecyclePolicyText": json.dumps({"rules": [EXPIRE]}),
    "PolicyArn": POLICY,
    "ecr.resourceArn": REPOSITORY,
    "logs.resourceArn": LOG_GROUP,
    "Principal": "apigateway.amazonaws.com",
    "Resource": FUNCTION,
    "CreateFunction": {"Runtime": "python3.13", "Handler": "a.b", "Code": {"ZipFile": b"PK"}},
    "UpdateFunctionConfiguration": {"Runtime": "python3.13"},
    "lambda.Policy": POLICY_OF_A_FUNCTION,
    "DescribeLogStreams": {"logGroupName": "none"},
    "FilterLogEvents": {"logGroupName": "none"},
    "GetLogEvents": {"logGroupName": "none"},
    "budgets.Budget": BUDGET,
    "budgets.NewBudget": BUDGET,
    "budgets.Subscribers": [SUBSCRIBER],
    **{f"budgets.{name}": SUBSCRIBER for name in ("Subscriber", "OldSubscriber", "NewSubscriber")},
    "budgets.ResourceARN": "arn:aws:budgets::000000000000:budget/none",
    "cloudwatch.ResourceARN": "arn:aws:cloudwatch:us-east-2:000000000000:alarm:none",
    "sns.TopicArn": TOPIC, "sns.ResourceArn": TOPIC, "sns.SubscriptionArn": f"{TOPIC}:none", "sns.Protocol": "email",
    "Subscribe": {"Endpoint": "ada@example.com"},
    "SetTopicAttributes": {"AttributeName": "DisplayName"},
    "Publish": {"TopicArn": TOPIC},
    "SimulatePrincipalPolicy": {"PolicySourceArn": "arn:aws:iam::000000000000:user/none"},
    "PutMetricAlarm": ALARM,
    "GetMetricData": MINUTES | {"MetricDataQueries": [{"Id": "m", "MetricStat": {"Metric": ERRORS, "Period": 60, "Stat": "Sum"}}]},
    "GetMetricStatistics": MINUTES | {"Period": 60, "Statistics": ["Sum"]},
    "PutMetricData": {"MetricData": [{"MetricName": "a", "Value": 1.0}]},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": POLICY},
    **{name: {"UserName": "none"} for name in ("CreateAccessKey", "ListAccessKeys", "DeleteAccessKey", "GetUser")},
}
# Samples that fit the model, and are refused for what they say.
REFUSED_FOR_MORE = {
    "ListPolicies.Marker", "ListRoles.Marker", "ListUsers.Marker", "DescribeRepositories.nextToken", "ListImages.nextToken", "DescribeImages.nextToken",
    "DescribeLogStreams.logGroupIdentifier", "FilterLogEvents.logGroupIdentifier", "GetLogEvents.logGroupIdentifier", "DescribeLogGroups.nextToken", "FilterLogEvents.nextToken", "DescribeLogStreams.nextToken", "GetLogEvents.nextToken",
    "CreateRepository.encryptionConfiguration", "CreateRepository.imageTagMutabilityExclusionFilters",
    "CreateRole.PermissionsBoundary", "CreateUser.PermissionsBoundary", "PutImageTagMutability.imageTagMutabilityExclusionFilters", "PutImage.imageDigest", "CreateFunction.Runtime", "CreateFunction.ImageConfig",
    "CreateBudget.NotificationsWithSubscribers", "DeleteFunction.Qualifier",
    "CreateTopic.Attributes", "CreateTopic.Tags", "Publish.TargetArn", "ListTopics.NextToken", "ListSubscriptions.NextToken", "ListSubscriptionsByTopic.NextToken", "SimulatePrincipalPolicy.Marker", "SimulatePrincipalPolicy.PolicyInputList",
    *(f"PutMetricAlarm.{name}" for name in ("OKActions", "AlarmActions", "InsufficientDataActions", "TreatMissingData", "EvaluateLowSampleCountPercentile")),
}  # fmt: skip


def client(local_aws, service: str) -> BaseClient:
    config = Config(parameter_validation=False, retries={"max_attempts": 0, "mode": "standard"})
    return Session().create_client(
        service, endpoint_url=local_aws.url, region_name="us-east-2", aws_access_key_id="x", aws_secret_access_key="x", config=config
    )


def base(service: str, operation) -> dict:
    params = sample(operation.input_shape)
    for member in params:
        params[member] = NEEDED.get(f"{service}.{member}", NEEDED.get(member, params[member]))
    return params | NEEDED.get(operation.name, {})


def answer(client: BaseClient, operation: str, params: dict) -> str:
    """The error's code, or `ok`."""
    try:
        client._make_api_call(operation, params)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


def implemented(client: BaseClient, service: str) -> list:
    """The operations that the local AWS has, each with an input that fits."""
    found = []
    for name in client.meta.service_model.operation_names:
        operation = client.meta.service_model.operation_model(name)
        if not operation.input_shape or operation.endpoint:  # A host of its own.
            continue
        try:
            params = base(service, operation)
        except NoSample:
            continue
        if answer(client, name, params) != "NotImplemented":
            found.append((operation, params))
    return found


@pytest.mark.parametrize(("service", "least"), [("iam", 40), ("ecr", 20), ("logs", 14), ("lambda", 20), ("budgets", 16), ("cloudwatch", 15), ("sns", 14)])
def test_every_constraint_holds(local_aws, service, least):
    asked, accepted = 0, []
    aws = client(local_aws, service)
    operations = implemented(aws, service)
    assert len(operations) >= least, [operation.name for operation, _ in operations]
    for operation, params in operations:
        for violation in violations(operation, params):
            if f"{operation.name}.{violation.member}" in UNWRITTEN:
                continue
            try:
                code = answer(aws, operation.name, violation.params)
            except ParamValidationError:
                continue  # botocore can't even write it.
            asked += 1
            if code not in CODES[service] | {"NotImplemented"}:
                accepted.append(f"{operation.name} {violation.member} {violation.constraint}: {code}")
    assert asked > SAID.get(service, 5) * len(operations)
    assert not accepted, "\n".join(accepted)


@pytest.mark.parametrize("service", ["iam", "ecr", "logs", "lambda", "budgets", "cloudwatch", "sns"])
def test_what_fits_is_not_refused_for_its_form(local_aws, service):
    refused = []
    aws = client(local_aws, service)
    for operation, params in implemented(aws, service):
        for fitting in inputs(operation, params):
            code = answer(aws, operation.name, fitting)
            more = [f"{operation.name}.{member}" for member in fitting.keys() - params.keys()]
            if code in CODES[service] and not REFUSED_FOR_MORE.intersection(more):
                refused.append(f"{operation.name} {more}: {code}")
    assert not refused, "\n".join(refused)
