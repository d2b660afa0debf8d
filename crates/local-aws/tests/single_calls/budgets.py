"""AWS Budgets (`docs/aws.md` 7.1)."""

from .rows import Answer, Refusal

ACCOUNT = {"AccountId": "000000000000"}
TAKEN = ACCOUNT | {"BudgetName": "taken"}
ARN = "arn:aws:budgets::000000000000:budget"


def monthly(name: str, **more) -> dict:
    return {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "100", "Unit": "USD"}} | more


def above(percent: float, **more) -> dict:
    return {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": percent} | more


def mail(name: str) -> dict:
    return {"SubscriptionType": "EMAIL", "Address": f"{name}@example.com"}


def topic(name: str) -> dict:
    return {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:us-east-1:000000000000:{name}"}


def make(client) -> dict[str, str]:
    """`taken`: of 80 percent two are told; `full`: ten notifications, of which the first (1 percent) tells as many as there can be."""
    budgets = client("budgets")
    tags = [{"Key": "a", "Value": "b"}]
    alerts = [{"Notification": above(80.0), "Subscribers": [mail("ada"), topic("alerts")]}]
    budgets.create_budget(**ACCOUNT, Budget=monthly("taken"), NotificationsWithSubscribers=alerts, ResourceTags=tags)
    all_told = [topic("alerts"), *(mail(f"m{n}") for n in range(10))]
    alerts = [{"Notification": above(n), "Subscribers": all_told if n == 1 else [mail("ada")]} for n in range(1, 11)]
    budgets.create_budget(**ACCOUNT, Budget=monthly("full"), NotificationsWithSubscribers=alerts)
    budgets.create_budget(**ACCOUNT, Budget=monthly("daily", TimeUnit="DAILY"))
    return {}


def refused(operation: str, given: dict, code: str, words: str = "") -> Refusal:
    return Refusal("7.1", "budgets", operation, given, code, words)


def unfit(more: dict, words: str) -> Refusal:
    given = ACCOUNT | {"Budget": {name: value for name, value in monthly("new", **more).items() if value is not None}}
    return refused("create_budget", given, INVALID, f"Unable to create/update budget - {words}")


INVALID, GONE, DUPLICATE, TOO_MANY, DENIED = (
    "InvalidParameterException", "NotFoundException", "DuplicateRecordException", "CreationLimitExceededException", "AccessDeniedException",
)  # fmt: skip
OF_80 = TAKEN | {"Notification": above(80.0)}
NONE = ACCOUNT | {"BudgetName": "none"}
FULL = ACCOUNT | {"BudgetName": "full"}
FORECAST = above(100.0, NotificationType="FORECASTED")
DIMENSIONS = "PurchaseType, UsageTypeGroup, Service, Operation, UsageType, BillingEntity, CostCategory, LinkedAccount, TagKeyValue, LegalEntityName, InvoicingEntity, AZ, Region, InstanceType"

REFUSALS = [
    refused("create_budget", ACCOUNT | {"Budget": monthly("taken")}, DUPLICATE, "Error creating budget: taken - the budget already exists."),
    refused("create_budget", ACCOUNT | {"Budget": monthly("a:b")}, INVALID, "budgetName"),
    refused("create_budget", ACCOUNT | {"Budget": monthly("a\\b")}, INVALID, "budgetName"),
    refused("create_budget", ACCOUNT | {"Budget": monthly("a/action/b")}, INVALID, "budgetName"),
    refused("create_budget", ACCOUNT | {"Budget": monthly("b" * 101)}, INVALID, "less than or equal to 100"),
    refused("create_budget", {"AccountId": "111122223333", "Budget": monthly("new")}, DENIED),
    unfit({"BudgetLimit": None}, "please provide one of the followings: Budget Limit/ Planned Budget Limit/ Auto Adjust Data"),
    unfit({"BudgetLimit": {"Amount": "100", "Unit": "EUR"}}, "EUR is not in the supported unit set: [USD]"),
    unfit({"CostFilters": {"user:Project": ["web"]}}, f"user:Project is not in the supported in cost budget dimension set: [{DIMENSIONS}]"),
    unfit({"TimePeriod": {"End": 3_706_473_601}}, "end time should not be after timestamp 3706473600"),
    refused("describe_budget", NONE, GONE, "Unable to get budget: none - the budget doesn't exist."),
    refused("delete_budget", NONE, GONE, "Unable to delete budget: none - the budget doesn't exist. Try creating it first. "),
    refused("update_budget", ACCOUNT | {"NewBudget": monthly("none")}, GONE),
    refused("describe_budgets", {"AccountId": "111122223333"}, DENIED),
    refused("describe_budgets", ACCOUNT | {"MaxResults": 1001}, INVALID, "less than or equal to 1000"),
    refused("describe_notifications_for_budget", TAKEN | {"MaxResults": 101}, INVALID, "less than or equal to 100"),
    refused("create_notification", NONE | {"Notification": above(80.0), "Subscribers": [mail("ada")]}, GONE, "Unable to create notification - the budget doesn't exist."),
    refused("create_notification", OF_80 | {"Subscribers": [mail("bob")]}, DUPLICATE),
    refused("create_notification", FULL | {"Notification": above(99.0), "Subscribers": [mail("ada")]}, TOO_MANY),
    refused("create_notification", TAKEN | {"Notification": above(99.0), "Subscribers": [topic("one"), topic("two")]}, TOO_MANY, "one notification can only have 1 subscribers with type of SNS"),
    refused("create_notification", TAKEN | {"Notification": above(99.0), "Subscribers": []}, INVALID),
    refused("create_notification", ACCOUNT | {"BudgetName": "daily", "Notification": FORECAST, "Subscribers": [mail("ada")]}, INVALID),
    refused("delete_notification", NONE | {"Notification": above(80.0)}, GONE, "Unable to delete notification - the budget doesn't exist."),
    refused("delete_notification", TAKEN | {"Notification": above(81.0)}, GONE),
    refused("update_notification", TAKEN | {"OldNotification": above(81.0), "NewNotification": above(82.0)}, GONE),
    refused("create_subscriber", OF_80 | {"Subscriber": mail("ada")}, DUPLICATE),
    refused("create_subscriber", OF_80 | {"Subscriber": topic("two")}, TOO_MANY, "one notification can only have 1 subscribers with type of SNS"),
    refused("create_subscriber", FULL | {"Notification": above(1.0), "Subscriber": mail("more")}, TOO_MANY),
    refused("update_subscriber", OF_80 | {"OldSubscriber": mail("bob"), "NewSubscriber": mail("eve")}, GONE),
    refused("delete_subscriber", OF_80 | {"Subscriber": mail("bob")}, GONE),
    refused("tag_resource", {"ResourceARN": f"{ARN}/none", "ResourceTags": [{"Key": "a", "Value": "b"}]}, GONE),
    refused("list_tags_for_resource", {"ResourceARN": f"{ARN}/none"}, GONE),
]


def answer(operation: str, given: dict, shows: dict | None = None, **more) -> Answer:
    return Answer("7.1", "budgets", operation, given, shows or {}, **more)


COST_TYPES = {f"Include{kind}": True for kind in ("Credit", "Discount", "OtherSubscription", "Recurring", "Refund", "Subscription", "Support", "Tax", "Upfront")}
NEW = ACCOUNT | {"BudgetName": "new-$n"}

ANSWERS = [
    answer("describe_budget", TAKEN, {"Budget": {"BudgetLimit": {"Amount": "100.0", "Unit": "USD"}, "CalculatedSpend": {"ActualSpend": {"Amount": "0.0", "Unit": "USD"}}, "CostTypes": COST_TYPES | {"UseAmortized": False, "UseBlended": False}}}, lacks=("Budget.ResourceTags", "Budget.PlannedBudgetLimits"), holds=("Budget.TimePeriod.Start", "Budget.TimePeriod.End", "Budget.LastUpdatedTime")),
    answer("describe_notifications_for_budget", TAKEN, {"Notifications": [above(80.0, ThresholdType="PERCENTAGE", NotificationState="OK")]}, lacks=("NextToken",)),
    answer("describe_subscribers_for_notification", OF_80, {"Subscribers": [mail("ada"), topic("alerts")]}),
    answer("list_tags_for_resource", {"ResourceARN": f"{ARN}/taken"}, {"ResourceTags": [{"Key": "a", "Value": "b"}]}),
    answer("describe_budgets", ACCOUNT | {"MaxResults": 1}, {"Budgets": [{"BudgetName": "daily"}]}, holds=("NextToken",), by=("boto3",)),
    answer("create_budget", ACCOUNT | {"Budget": monthly("new-$n"), "NotificationsWithSubscribers": [{"Notification": FORECAST, "Subscribers": [mail("ada")]}]}),
    answer("update_budget", ACCOUNT | {"NewBudget": monthly("new-$n", TimeUnit="QUARTERLY", BudgetLimit={"Amount": "7.50", "Unit": "USD"})}),
    answer("describe_budget", NEW, {"Budget": {"TimeUnit": "QUARTERLY", "BudgetLimit": {"Amount": "7.5"}}}, note="updated"),
    answer("describe_notifications_for_budget", NEW, {"Notifications": [FORECAST]}, note="that an update keeps"),
    answer("delete_subscriber", NEW | {"Notification": FORECAST, "Subscriber": mail("ada")}),
    answer("describe_notifications_for_budget", NEW, lacks=("Notifications.0",), note="gone with its last subscriber"),
    answer("delete_budget", NEW),
]
