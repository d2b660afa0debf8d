"""CloudWatch Logs (`docs/aws.md` 6)."""

from .rows import Answer, Refusal

ARN = "arn:aws:logs:us-east-2:000000000000:log-group"


def make(client) -> dict[str, str]:
    logs = client("logs")
    logs.create_log_group(logGroupName="taken", tags={"a": "b"})
    logs.create_log_group(logGroupName="taken-too")
    logs.create_log_stream(logGroupName="taken", logStreamName="s")
    return {}


REFUSALS = [
    Refusal("6", "logs", "create_log_group", {"logGroupName": "taken"}, "ResourceAlreadyExistsException", "The specified log group already exists"),
    Refusal("6", "logs", "create_log_group", {"logGroupName": "a b"}, "InvalidParameterException"),
    Refusal("6", "logs", "create_log_group", {"logGroupName": "g" * 513}, "InvalidParameterException"),
    Refusal("6", "logs", "delete_log_group", {"logGroupName": "none"}, "ResourceNotFoundException", "The specified log group does not exist."),
    Refusal("6", "logs", "put_retention_policy", {"logGroupName": "taken", "retentionInDays": 2}, "InvalidParameterException"),
    Refusal("16", "logs", "put_retention_policy", {"logGroupName": "taken", "retentionInDays": 13}, "InvalidParameterException"),
    Refusal("6", "logs", "put_retention_policy", {"logGroupName": "none", "retentionInDays": 1}, "ResourceNotFoundException", "The specified log group does not exist."),
    Refusal("6", "logs", "filter_log_events", {"logGroupName": "none"}, "ResourceNotFoundException", "The specified log group does not exist."),
    Refusal("6", "logs", "describe_log_streams", {"logGroupName": "none"}, "ResourceNotFoundException", "The specified log group does not exist."),
    Refusal("6", "logs", "list_tags_for_resource", {"resourceArn": f"{ARN}:none"}, "ResourceNotFoundException"),
    Refusal("6", "logs", "tag_resource", {"resourceArn": f"{ARN}:none", "tags": {"a": "b"}}, "ResourceNotFoundException"),
]

ANSWERS = [
    *(Answer("6", "logs", "put_retention_policy", {"logGroupName": "taken-too", "retentionInDays": days}, note=str(days), by=("boto3",))
      for days in (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)),
    Answer("6", "logs", "put_retention_policy", {"logGroupName": "taken-too", "retentionInDays": 30}),
    Answer("6", "logs", "describe_log_groups", {"logGroupNamePrefix": "taken"}, {"logGroups": [{"logGroupName": "taken", "arn": f"{ARN}:taken:*"}, {"logGroupName": "taken-too", "retentionInDays": 30}]}, lacks=("logGroups.0.tags", "logGroups.0.retentionInDays"), note="a prefix, without tags"),
    Answer("6", "logs", "list_tags_for_resource", {"resourceArn": f"{ARN}:taken"}, {"tags": {"a": "b"}}),
    Answer("6", "logs", "filter_log_events", {"logGroupName": "taken"}, {"events": []}, lacks=("nextToken",)),
]
