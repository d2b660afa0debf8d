"""SNS (`docs/aws.md` 7.3)."""

from .rows import Answer, Refusal

ARN = "arn:aws:sns:us-east-2:000000000000"
TAKEN = {"TopicArn": f"{ARN}:taken"}
NONE = {"TopicArn": f"{ARN}:none"}


def make(client) -> dict[str, str]:
    sns = client("sns")
    sns.create_topic(Name="taken", Attributes={"DisplayName": "Taken"}, Tags=[{"Key": "a", "Value": "b"}])
    pending = sns.subscribe(**TAKEN, Protocol="email", Endpoint="ada@example.com", ReturnSubscriptionArn=True)
    return {"pending": pending["SubscriptionArn"]}


def refused(operation: str, given: dict, code: str, words: str = "", status: int = 400) -> Refusal:
    return Refusal("7.3", "sns", operation, given, code, words, status)


INVALID = "InvalidParameter"
NO_TOPIC = ("NotFound", "Topic does not exist", 404)
MAIL = {"Protocol": "email", "Endpoint": "bob@example.com"}

REFUSALS = [
    refused("create_topic", {"Name": "a b"}, INVALID, "Invalid parameter: Topic Name"),
    refused("create_topic", {"Name": "a" * 257}, INVALID, "Invalid parameter: Topic Name"),
    refused("create_topic", {"Name": "taken", "Tags": [{"Key": "a", "Value": "c"}]}, INVALID, "Invalid parameter: Tags Reason: Topic already exists with different tags"),
    refused("create_topic", {"Name": "taken", "Attributes": {"DisplayName": "Other"}}, INVALID, "Invalid parameter: Attributes Reason: Topic already exists with different attributes"),
    refused("get_topic_attributes", NONE, *NO_TOPIC),
    refused("get_topic_attributes", {"TopicArn": "taken"}, INVALID, "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
    refused("set_topic_attributes", TAKEN | {"AttributeName": "Colour", "AttributeValue": "red"}, INVALID, "Invalid parameter: AttributeName"),
    refused("subscribe", NONE | MAIL, *NO_TOPIC),
    refused("subscribe", TAKEN | MAIL | {"Endpoint": "bob"}, INVALID, "Invalid parameter: Email address"),
    refused("subscribe", TAKEN | MAIL | {"Protocol": "pigeon"}, INVALID, "Amazon SNS does not support this protocol string: pigeon"),
    refused("confirm_subscription", TAKEN | {"Token": "0" * 64}, INVALID, "Invalid parameter: Token"),
    refused("list_subscriptions_by_topic", NONE, *NO_TOPIC),
    refused("unsubscribe", {"SubscriptionArn": "$pending"}, INVALID, "Cannot unsubscribe a subscription that is pending confirmation"),
    refused("unsubscribe", {"SubscriptionArn": "PendingConfirmation"}, INVALID, "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"),
    refused("get_subscription_attributes", {"SubscriptionArn": f"{ARN}:taken:none"}, "NotFound", "Subscription does not exist", 404),
    refused("publish", NONE | {"Message": "x"}, *NO_TOPIC),
    refused("publish", TAKEN | {"Message": ""}, INVALID, "Invalid parameter: Empty message"),
    refused("publish", TAKEN | {"Message": "x", "Subject": "s" * 101}, INVALID, "Invalid parameter: Subject"),
    refused("publish", TAKEN | {"Message": "{}", "MessageStructure": "json"}, INVALID, "Message Structure - No default entry in JSON message body"),
    refused("list_tags_for_resource", {"ResourceArn": f"{ARN}:none"}, "ResourceNotFound", "Resource does not exist", 404),
]  # fmt: skip


def answer(operation: str, given: dict, shows: dict | None = None, **more) -> Answer:
    return Answer("7.3", "sns", operation, given, shows or {}, **more)


ANSWERS = [
    answer("create_topic", {"Name": "taken", "Tags": [{"Key": "a", "Value": "b"}]}, {"TopicArn": f"{ARN}:taken"}, note="again"),
    answer("get_topic_attributes", TAKEN, {"Attributes": {"TopicArn": f"{ARN}:taken", "Owner": "000000000000", "DisplayName": "Taken", "SubscriptionsPending": "1", "SubscriptionsConfirmed": "0", "SubscriptionsDeleted": "0"}}, holds=("Attributes.Policy", "Attributes.EffectiveDeliveryPolicy")),
    answer("list_tags_for_resource", {"ResourceArn": f"{ARN}:taken"}, {"Tags": [{"Key": "a", "Value": "b"}]}),
    answer("list_subscriptions_by_topic", TAKEN, {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation", "Owner": "000000000000", "Protocol": "email", "Endpoint": "ada@example.com", "TopicArn": f"{ARN}:taken"}]}),
    answer("get_subscription_attributes", {"SubscriptionArn": "$pending"}, {"Attributes": {"PendingConfirmation": "true", "Endpoint": "ada@example.com"}}),
    answer("subscribe", TAKEN | {"Protocol": "email", "Endpoint": "ada@example.com"}, {"SubscriptionArn": "pending confirmation"}, note="asked again"),
    answer("publish", TAKEN | {"Message": "x", "Subject": "s"}, holds=("MessageId",)),
    answer("create_topic", {"Name": "new-$n"}, {"TopicArn": f"{ARN}:new-$n"}),
    answer("set_topic_attributes", {"TopicArn": f"{ARN}:new-$n", "AttributeName": "DisplayName", "AttributeValue": "New"}),
    answer("unsubscribe", {"SubscriptionArn": f"{ARN}:new-$n:none"}, note="of nobody"),
    answer("delete_topic", {"TopicArn": f"{ARN}:new-$n"}),
    answer("delete_topic", {"TopicArn": f"{ARN}:new-$n"}, note="again"),
]  # fmt: skip
