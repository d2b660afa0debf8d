"""CloudWatch (`docs/aws.md` 7.2)."""

from .rows import Answer, Refusal

ARN = "arn:aws:cloudwatch:us-east-2:000000000000:alarm"
ERRORS = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": "web"}]}
RULE = {"EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}


def alarm(name: str, **more) -> dict:
    return {"AlarmName": name, "Statistic": "Sum", "Period": 60, "TreatMissingData": "notBreaching"} | ERRORS | RULE | more


def without(given: dict, *names: str) -> dict:
    return {name: value for name, value in given.items() if name not in names}


def query(name: str, **more) -> dict:
    return {"Id": name, "MetricStat": {"Metric": ERRORS, "Period": 60, "Stat": "Sum"}} | more


HOUR = {"StartTime": "2026-11-29T00:00:00Z", "EndTime": "2026-11-29T01:00:00Z"}


def make(client) -> dict[str, str]:
    client("cloudwatch").put_metric_alarm(**alarm("taken", Tags=[{"Key": "a", "Value": "b"}]))
    client("cloudwatch").put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Orders", "Value": 3.0, "Unit": "Count"}])
    return {}


def refused(operation: str, given: dict, code: str, words: str = "", status: int = 400) -> Refusal:
    return Refusal("7.2", "cloudwatch", operation, given, code, words, status)


INVALID, COMBINATION, VALUE, MISSING = "ValidationError", "InvalidParameterCombination", "InvalidParameterValue", "MissingParameter"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:alerts"
OF_METRIC = ("MetricName", "Namespace", "Dimensions", "Period", "Statistic")

REFUSALS = [
    refused("put_metric_alarm", alarm("a" * 256), INVALID, "less than or equal to 255"),
    refused("put_metric_alarm", alarm("new", Period=45), INVALID, "Period must be 10, 20, 30 or a multiple of 60"),
    refused("put_metric_alarm", alarm("new", Period=300, EvaluationPeriods=289), INVALID, "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."),
    refused("put_metric_alarm", alarm("new", DatapointsToAlarm=2), INVALID),
    refused("put_metric_alarm", alarm("new", ExtendedStatistic="p95"), COMBINATION),
    refused("put_metric_alarm", without(alarm("new", ExtendedStatistic="p0"), "Statistic"), INVALID, "p0"),
    refused("put_metric_alarm", alarm("new", TreatMissingData="never"), INVALID),
    refused("put_metric_alarm", alarm("new", AlarmActions=["ada@example.com"]), INVALID, "Invalid arn syntax: ada@example.com"),
    refused("put_metric_alarm", alarm("new", AlarmActions=[TOPIC]), INVALID, "Invalid region eu-west-1 specified. Only us-east-2 is supported."),
    refused("put_metric_alarm", alarm("new", Metrics=[query("m")]), COMBINATION),
    refused("put_metric_alarm", without(alarm("new"), *OF_METRIC), INVALID, "Exactly one element of the metrics list should return data."),
    refused("put_metric_alarm", without(alarm("new", Metrics=[query("a"), query("b")]), *OF_METRIC), INVALID, "Exactly one element of the metrics list should return data."),
    refused("describe_alarms", {"MaxRecords": 101}, INVALID, "less than or equal to 100"),
    refused("describe_alarms", {"AlarmNames": ["a"], "AlarmNamePrefix": "a"}, COMBINATION),
    refused("describe_alarms", {"NextToken": "!"}, "InvalidNextToken"),
    refused("delete_alarms", {"AlarmNames": ["none"]}, "ResourceNotFound", status=404),
    refused("delete_alarms", {"AlarmNames": ["a"] * 101}, INVALID, "less than or equal to 100"),
    refused("set_alarm_state", {"AlarmName": "none", "StateValue": "OK", "StateReason": ""}, "ResourceNotFound", status=404),
    refused("set_alarm_state", {"AlarmName": "taken", "StateValue": "OK", "StateReason": "", "StateReasonData": "{"}, "InvalidFormat"),
    refused("set_alarm_state", {"AlarmName": "taken", "StateValue": "GONE", "StateReason": ""}, INVALID, "[OK, ALARM, INSUFFICIENT_DATA]"),
    refused("list_tags_for_resource", {"ResourceARN": f"{ARN}:none"}, "ResourceNotFoundException", status=404),
    refused("tag_resource", {"ResourceARN": f"{ARN}:taken", "Tags": [{"Key": "aws:x", "Value": ""}]}, VALUE),
    refused("get_metric_data", HOUR | {"MetricDataQueries": [query("A")]}, INVALID),
    refused("get_metric_data", HOUR | {"MetricDataQueries": [query("a"), query("a")]}, INVALID, "The values for parameter id in MetricDataQueries are not unique."),
    refused("get_metric_data", HOUR | {"MetricDataQueries": [{"Id": "e", "Expression": "m1 + 1"}]}, INVALID, "Error in expression 'e'"),
    refused("get_metric_data", HOUR | {"EndTime": HOUR["StartTime"], "MetricDataQueries": [query("a")]}, INVALID, "The parameter StartTime must be less than the parameter EndTime."),
    refused("get_metric_statistics", ERRORS | HOUR | {"Period": 1, "Statistics": ["Sum"]}, COMBINATION, "which exceeds the limit of 1440"),
    refused("get_metric_statistics", ERRORS | HOUR | {"Period": 61, "Statistics": ["Sum"]}, VALUE),
    refused("put_metric_data", {"Namespace": "Shop"}, MISSING, "The parameter MetricData is required."),
    refused("put_metric_data", {"Namespace": "Shop", "MetricData": [{"MetricName": "Orders"}]}, MISSING, "MetricData.member.1.Value"),
    refused("put_metric_data", {"Namespace": "AWS/Lambda", "MetricData": [{"MetricName": "Errors", "Value": 1.0}]}, VALUE),
]  # fmt: skip


def answer(operation: str, given: dict, shows: dict | None = None, **more) -> Answer:
    return Answer("7.2", "cloudwatch", operation, given, shows or {}, **more)


NOT_SET = ("DatapointsToAlarm", "AlarmDescription", "Tags", "Unit", "ExtendedStatistic", "Metrics", "WarmUpConfiguration")

ANSWERS = [
    answer("describe_alarms", {"AlarmNames": ["taken", "none"]}, {"MetricAlarms": [without(alarm("taken"), "Tags") | {"AlarmArn": f"{ARN}:taken", "ActionsEnabled": True, "StateValue": "OK", "OKActions": [], "AlarmActions": [], "InsufficientDataActions": []}], "CompositeAlarms": []}, lacks=tuple(f"MetricAlarms.0.{name}" for name in NOT_SET), holds=("MetricAlarms.0.StateUpdatedTimestamp", "MetricAlarms.0.StateTransitionedTimestamp", "MetricAlarms.0.AlarmConfigurationUpdatedTimestamp"), note="what is not set is not told", by=("boto3",)),
    answer("list_tags_for_resource", {"ResourceARN": f"{ARN}:taken"}, {"Tags": [{"Key": "a", "Value": "b"}]}),
    answer("put_metric_alarm", alarm("new-$n", Threshold=2.5, Metrics=[])),
    answer("put_metric_alarm", alarm("new-$n", Threshold=3.5, AlarmDescription="twice"), note="again"),
    answer("describe_alarms", {"AlarmNamePrefix": "new-$n"}, {"MetricAlarms": [{"Threshold": 3.5, "AlarmDescription": "twice"}]}, note="changed"),
    answer("put_metric_alarm", without(alarm("math-$n", Metrics=[query("m", ReturnData=False), {"Id": "e", "Expression": "FILL(m, 0)"}]), *OF_METRIC)),
    answer("describe_alarms", {"AlarmNames": ["math-$n"]}, {"MetricAlarms": [{"Metrics": [{"Id": "m", "ReturnData": False}, {"Id": "e", "ReturnData": True}]}]}, lacks=("MetricAlarms.0.MetricName", "MetricAlarms.0.Period"), note="of an expression"),
    answer("disable_alarm_actions", {"AlarmNames": ["new-$n", "none"]}),
    answer("describe_alarms", {"AlarmNames": ["new-$n"]}, {"MetricAlarms": [{"ActionsEnabled": False}]}, note="switched off"),
    answer("delete_alarms", {"AlarmNames": ["new-$n", "math-$n"]}),
    answer("get_metric_data", HOUR | {"MetricDataQueries": [query("m")]}, {"MetricDataResults": [{"Id": "m", "Label": "Errors", "Values": [], "StatusCode": "Complete"}]}, by=("boto3",)),
    answer("list_metrics", {"Namespace": "Shop"}, {"Metrics": [{"Namespace": "Shop", "MetricName": "Orders", "Dimensions": []}]}),
]  # fmt: skip
