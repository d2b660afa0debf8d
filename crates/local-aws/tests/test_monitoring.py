"""What is called is measured, watched and paid: one stage, its metrics, an alarm with its mail, a budget with its mail."""

import json
import re
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
SHOP = [{"Name": "ApiName", "Value": "shop"}]


def mails(aws) -> list[dict]:
    with _OPENER.open(f"{aws.url}/_local/mail", timeout=5) as answer:
        return json.load(answer)


def visit(link: str) -> str:
    with _OPENER.open(link, timeout=5) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def shop(local_aws) -> str:
    """The URL of a stage whose `/fine` answers 200 and whose `/broken` 500."""
    gateway = local_aws.client("apigateway")
    api = gateway.create_rest_api(name="shop", endpointConfiguration={"types": ["REGIONAL"]})
    for path, status in (("fine", "200"), ("broken", "500")):
        resource = gateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart=path)["id"]
        method = {"restApiId": api["id"], "resourceId": resource, "httpMethod": "GET"}
        gateway.put_method(authorizationType="NONE", **method)
        gateway.put_method_response(statusCode=status, **method)
        gateway.put_integration(type="MOCK", requestTemplates={"application/json": json.dumps({"statusCode": int(status)})}, **method)
        gateway.put_integration_response(statusCode=status, **method)
    gateway.create_deployment(restApiId=api["id"], stageName="default")
    return f"{local_aws.url}/_aws/execute-api/{api['id']}/default"


def call(url: str, times: int) -> None:
    for _ in range(times):
        try:
            _OPENER.open(url, timeout=5).close()
        except urllib.error.HTTPError:
            pass


def test_two_hundred_calls_of_which_twenty_fail(local_aws, shop):
    cloudwatch, sns, budgets = (local_aws.client(service) for service in ("cloudwatch", "sns", "budgets"))
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@example.com")
    assert visit(mails(local_aws)[-1]["link"]).startswith("Subscription confirmed!")
    cloudwatch.put_metric_alarm(
        AlarmName="5xx", Namespace="AWS/ApiGateway", MetricName="5XXError", Dimensions=SHOP, Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=10, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching", AlarmActions=[topic],
    )  # fmt: skip
    limit = {"Amount": "0.001", "Unit": "USD"}
    half = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 50.0}
    budgets.create_budget(
        AccountId="000000000000",
        Budget={"BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit},
        NotificationsWithSubscribers=[{"Notification": half, "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "ada@example.com"}]}],
    )
    assert visit(mails(local_aws)[-1]["link"]).startswith("Confirmed: ada@example.com")
    call(f"{shop}/fine", 180)
    call(f"{shop}/broken", 20)
    now = datetime.now(UTC)

    def query(name: str, metric: str, stat: str) -> dict:
        return {"Id": name, "MetricStat": {"Metric": {"Namespace": "AWS/ApiGateway", "MetricName": metric, "Dimensions": SHOP}, "Period": 3600, "Stat": stat}}

    queries = [query("calls", "Count", "Sum"), query("failed", "5XXError", "Sum"), query("slow", "Latency", "p95"), {"Id": "rate", "Expression": "100 * failed / calls"}]
    found = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=now - timedelta(hours=2), EndTime=now + timedelta(hours=1))
    sums = {result["Id"]: sum(result["Values"]) for result in found["MetricDataResults"]}
    assert (sums["calls"], sums["failed"]) == (200.0, 20.0)
    assert all(stamp.tzinfo for result in found["MetricDataResults"] for stamp in result["Timestamps"])
    [alarm] = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM", alarm["StateReason"]
    subjects = [mail["subject"] for mail in mails(local_aws)[2:]]
    assert sorted(subjects) == ['ALARM: "5xx" in us-east-2', "AWS Budgets: monthly has exceeded your alert threshold"]
    spend = budgets.describe_budget(AccountId="000000000000", BudgetName="monthly")["Budget"]["CalculatedSpend"]["ActualSpend"]
    assert float(spend["Amount"]) == pytest.approx(200 * 0.0000035)


def test_large_data_come_compressed(local_aws):
    cloudwatch = local_aws.client("cloudwatch")
    data = [{"MetricName": f"metric-with-a-long-name-{n:04}", "Value": 1.0, "Unit": "Count"} for n in range(500)]
    cloudwatch.put_metric_data(Namespace="Large", MetricData=data)
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="Large")
    assert sum(len(page["Metrics"]) for page in pages) == 500


def test_a_stage_writes_its_access_log(local_aws, shop):
    iam, gateway, logs = (local_aws.client(service) for service in ("iam", "apigateway", "logs"))
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="logs", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
    gateway.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}])
    logs.create_log_group(logGroupName="calls")
    settings = {"destinationArn": "arn:aws:logs:us-east-2:000000000000:log-group:calls", "format": "$context.requestId $context.httpMethod $context.status"}
    api = re.search(r"execute-api/(\w+)/", shop)[1]
    patches = [{"op": "replace", "path": f"/accessLogSettings/{name}", "value": value} for name, value in settings.items()]
    assert gateway.update_stage(restApiId=api, stageName="default", patchOperations=patches)["accessLogSettings"] == settings
    call(f"{shop}/broken", 1)
    time.sleep(0.1)
    [event] = logs.filter_log_events(logGroupName="calls")["events"]
    assert event["message"].endswith(" GET 500")
