"""Every list comes in pages, by AWS's own paginators: one item a page gives what one large page gives, in the same order, with nothing
twice and nothing lost."""

import json

import pytest

TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
)
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
THREE = ["first", "second", "third"]
ACCOUNT = {"AccountId": "000000000000"}
MONTHLY = {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "1", "Unit": "USD"}}
MAILS = [{"SubscriptionType": "EMAIL", "Address": f"{name}@example.com"} for name in THREE]
ABOVE = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN"}

ALARM = {"Namespace": "a", "MetricName": "b", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}


@pytest.fixture(scope="module")
def client(local_aws):
    return local_aws.client


@pytest.fixture(scope="module")
def given(client) -> dict[str, dict]:
    """Three of everything; for each list operation what it needs to name."""
    iam, logs, gateway, budgets = (client(service) for service in ("iam", "logs", "apigateway", "budgets"))
    for name in THREE:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.create_user(UserName=name)
        policy = iam.create_policy(PolicyName=name, PolicyDocument=ALLOW)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="first", PolicyArn=policy)
        iam.attach_user_policy(UserName="first", PolicyArn=policy)
        iam.put_role_policy(RoleName="first", PolicyName=name, PolicyDocument=ALLOW)
        iam.put_user_policy(UserName="first", PolicyName=name, PolicyDocument=ALLOW)
        iam.tag_role(RoleName="first", Tags=[{"Key": name, "Value": "x"}])
        iam.tag_user(UserName="first", Tags=[{"Key": name, "Value": "x"}])
        client("ecr").create_repository(repositoryName=name)
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName="first", logStreamName=name)
        alerts = [{"Notification": ABOVE | {"Threshold": n}, "Subscribers": MAILS} for n in (50, 80, 100)]
        budgets.create_budget(**ACCOUNT, Budget=MONTHLY | {"BudgetName": name}, NotificationsWithSubscribers=alerts)
        client("cloudwatch").put_metric_alarm(AlarmName=name, **ALARM)
    now = logs.describe_log_groups()["logGroups"][0]["creationTime"]
    logs.put_log_events(logGroupName="first", logStreamName="first", logEvents=[{"timestamp": now + n, "message": text} for n, text in enumerate(THREE)])
    role = iam.get_role(RoleName="first")["Role"]["Arn"]
    for name in THREE:
        client("lambda").create_function(FunctionName=name, Role=role, Runtime="python3.13", Handler="a.b", Code={"ZipFile": b"PK"})
    for n, name in enumerate(THREE):
        client("lambda").update_function_configuration(FunctionName="first", Timeout=n + 4)
        client("lambda").publish_version(FunctionName="first")
        client("lambda").create_alias(FunctionName="first", Name=name, FunctionVersion="1")
        client("lambda").put_provisioned_concurrency_config(FunctionName="first", Qualifier=str(n + 1), ProvisionedConcurrentExecutions=1)
    api = [gateway.create_rest_api(name=name)["id"] for name in THREE][0]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    plan = [gateway.create_usage_plan(name=name)["id"] for name in THREE][0]
    for name in THREE:
        gateway.create_resource(restApiId=api, parentId=root, pathPart=name)
        gateway.create_deployment(restApiId=api, description=name)
        key = gateway.create_api_key(name=name, enabled=True)["id"]
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    first = {"role": {"RoleName": "first"}, "user": {"UserName": "first"}, "api": {"restApiId": api}}
    budget = ACCOUNT | {"BudgetName": "first"}
    told = {"account": ACCOUNT, "budget": budget, "notification": budget | {"Notification": ABOVE | {"Threshold": 80}}}
    return first | told | {"plan": {"usagePlanId": plan}, "group": {"logGroupName": "first"}, "function": {"FunctionName": "first"}, "none": {}}


@pytest.mark.parametrize(
    ("service", "operation", "named", "items"),
    [
        ("iam", "list_roles", "none", "Roles"),
        ("iam", "list_users", "none", "Users"),
        ("iam", "list_policies", "none", "Policies"),
        ("iam", "list_attached_role_policies", "role", "AttachedPolicies"),
        ("iam", "list_attached_user_policies", "user", "AttachedPolicies"),
        ("iam", "list_role_policies", "role", "PolicyNames"),
        ("iam", "list_user_policies", "user", "PolicyNames"),
        ("iam", "list_user_tags", "user", "Tags"),
        ("iam", "list_role_tags", "role", "Tags"),
        ("ecr", "describe_repositories", "none", "repositories"),
        ("logs", "describe_log_groups", "none", "logGroups"),
        ("logs", "describe_log_streams", "group", "logStreams"),
        ("logs", "filter_log_events", "group", "events"),
        ("lambda", "list_functions", "none", "Functions"),
        ("lambda", "list_versions_by_function", "function", "Versions"),
        ("lambda", "list_aliases", "function", "Aliases"),
        ("lambda", "list_provisioned_concurrency_configs", "function", "ProvisionedConcurrencyConfigs"),
        ("budgets", "describe_budgets", "account", "Budgets"),
        ("budgets", "describe_notifications_for_budget", "budget", "Notifications"),
        ("budgets", "describe_subscribers_for_notification", "notification", "Subscribers"),
        ("cloudwatch", "describe_alarms", "none", "MetricAlarms"),
        ("cloudwatch", "describe_alarm_history", "none", "AlarmHistoryItems"),
        ("apigateway", "get_rest_apis", "none", "items"),
        ("apigateway", "get_resources", "api", "items"),
        ("apigateway", "get_deployments", "api", "items"),
        ("apigateway", "get_api_keys", "none", "items"),
        ("apigateway", "get_usage_plans", "none", "items"),
        ("apigateway", "get_usage_plan_keys", "plan", "items"),
    ],
)
def test_pages_are_the_whole(client, given, service, operation, named, items):
    paginator = client(service).get_paginator(operation)
    pages = list(paginator.paginate(**given[named], PaginationConfig={"PageSize": 1}))
    assert all(len(page[items]) <= 1 for page in pages)
    one_by_one = [item for page in pages for item in page[items]]
    whole = getattr(client(service), operation)(**given[named])[items]
    assert one_by_one == whole
    assert len(whole) >= len(THREE)
