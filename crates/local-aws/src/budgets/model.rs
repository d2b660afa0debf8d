//! The inputs of AWS Budgets as AWS's model has them: names, what is required, lengths, patterns, words, bounds.

use crate::constraint::{
    self,
    Member::{self, Optional, Required},
    ValueShape::{self, List, Map, Number, OneOf, Structure, Text, Time, Truth, Unread},
};

/// The longest that the model lets a text be that it means to leave unbounded.
const ENDLESS: usize = i32::MAX as usize;

const GENERIC: constraint::Shape =
    constraint::Shape { length: (0, ENDLESS), pattern: Some((".*", one_line)) };

static ACCOUNT: ValueShape = Text(constraint::Shape {
    length: (12, 12),
    pattern: Some((r"\d{12}", |text| text.bytes().all(|b| b.is_ascii_digit()))),
});
static NAME: ValueShape = Text(constraint::Shape {
    length: (1, 100),
    pattern: Some((r"^(?![^:\\]*/action/|(?i).*<script>.*</script>.*)[^:\\]+$", is_name)),
});
static AMOUNT: ValueShape = Text(constraint::Shape {
    length: (1, ENDLESS),
    pattern: Some((r"([0-9]*\.)?[0-9]+", super::amount::is_amount)),
});
static UNIT: ValueShape = Text(constraint::Shape { length: (1, ENDLESS), pattern: Some((".*", one_line)) });
static ADDRESS: ValueShape = Text(constraint::Shape { length: (1, ENDLESS), pattern: None });
static ANY_TEXT: ValueShape = Text(constraint::Shape { length: (0, ENDLESS), pattern: None });
static TOKEN: ValueShape = Text(GENERIC);
static ARN: ValueShape = Text(constraint::Shape { length: (1, 1011), pattern: None });
static TAG_KEY: ValueShape = Text(constraint::Shape { length: (1, 128), pattern: None });
static TAG_VALUE: ValueShape = Text(constraint::Shape { length: (0, 256), pattern: None });
static HUNDRED: ValueShape = Number(1, 100);
static THOUSAND: ValueShape = Number(1, 1000);
static THRESHOLD: ValueShape = Number(0, 15_000_000_000_000);

fn one_line(text: &str) -> bool {
    !text.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

fn is_name(text: &str) -> bool {
    let script =
        text.to_lowercase().split_once("<script>").is_some_and(|(_, rest)| rest.contains("</script>"));
    !text.is_empty() && !text.contains([':', '\\']) && !text.contains("/action/") && !script
}

static SPEND: ValueShape = Structure(&[Required("Amount", &AMOUNT), Required("Unit", &UNIT)]);
static CALCULATED: ValueShape =
    Structure(&[Required("ActualSpend", &SPEND), Optional("ForecastedSpend", &SPEND)]);
static PERIOD: ValueShape = Structure(&[Optional("Start", &Time), Optional("End", &Time)]);
static FILTER_VALUES: ValueShape = List(&ANY_TEXT, 0, usize::MAX);
static FILTERS: ValueShape = Map(GENERIC, &FILTER_VALUES);
static COST_TYPES: ValueShape = Structure(&[
    Optional("IncludeTax", &Truth),
    Optional("IncludeSubscription", &Truth),
    Optional("UseBlended", &Truth),
    Optional("IncludeRefund", &Truth),
    Optional("IncludeCredit", &Truth),
    Optional("IncludeUpfront", &Truth),
    Optional("IncludeRecurring", &Truth),
    Optional("IncludeOtherSubscription", &Truth),
    Optional("IncludeSupport", &Truth),
    Optional("IncludeDiscount", &Truth),
    Optional("UseAmortized", &Truth),
]);
static TIME_UNIT: ValueShape = OneOf(&["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"]);
static BUDGET_TYPE: ValueShape = OneOf(&[
    "USAGE",
    "COST",
    "RI_UTILIZATION",
    "RI_COVERAGE",
    "SAVINGS_PLANS_UTILIZATION",
    "SAVINGS_PLANS_COVERAGE",
]);
static HEALTH_STATUS: ValueShape = OneOf(&["HEALTHY", "UNHEALTHY"]);
static HEALTH_REASON: ValueShape = OneOf(&[
    "BILLING_VIEW_NO_ACCESS",
    "BILLING_VIEW_UNHEALTHY",
    "FILTER_INVALID",
    "MULTI_YEAR_HISTORICAL_DATA_DISABLED",
]);
static HEALTH: ValueShape = Structure(&[
    Optional("Status", &HEALTH_STATUS),
    Optional("StatusReason", &HEALTH_REASON),
    Optional("LastUpdatedTime", &Time),
]);
static BUDGET: ValueShape = Structure(&[
    Required("BudgetName", &NAME),
    Optional("BudgetLimit", &SPEND),
    Optional("PlannedBudgetLimits", &Unread),
    Optional("CostFilters", &FILTERS),
    Optional("CostTypes", &COST_TYPES),
    Required("TimeUnit", &TIME_UNIT),
    Optional("TimePeriod", &PERIOD),
    Optional("CalculatedSpend", &CALCULATED),
    Required("BudgetType", &BUDGET_TYPE),
    Optional("LastUpdatedTime", &Time),
    Optional("AutoAdjustData", &Unread),
    Optional("FilterExpression", &Unread),
    Optional("Metrics", &Unread),
    Optional("BillingViewArn", &Unread),
    Optional("HealthStatus", &HEALTH),
]);

static NOTIFICATION_TYPE: ValueShape = OneOf(&["ACTUAL", "FORECASTED"]);
static OPERATOR: ValueShape = OneOf(&["GREATER_THAN", "LESS_THAN", "EQUAL_TO"]);
static THRESHOLD_TYPE: ValueShape = OneOf(&["PERCENTAGE", "ABSOLUTE_VALUE"]);
static NOTIFICATION_STATE: ValueShape = OneOf(&["OK", "ALARM"]);
static NOTIFICATION: ValueShape = Structure(&[
    Required("NotificationType", &NOTIFICATION_TYPE),
    Required("ComparisonOperator", &OPERATOR),
    Required("Threshold", &THRESHOLD),
    Optional("ThresholdType", &THRESHOLD_TYPE),
    Optional("NotificationState", &NOTIFICATION_STATE),
]);
static SUBSCRIPTION_TYPE: ValueShape = OneOf(&["SNS", "EMAIL"]);
static SUBSCRIBER: ValueShape =
    Structure(&[Required("SubscriptionType", &SUBSCRIPTION_TYPE), Required("Address", &ADDRESS)]);
static SUBSCRIBERS: ValueShape = List(&SUBSCRIBER, 1, 11);
static ALERT: ValueShape =
    Structure(&[Required("Notification", &NOTIFICATION), Required("Subscribers", &SUBSCRIBERS)]);
static ALERTS: ValueShape = List(&ALERT, 0, 10);
static TAG: ValueShape = Structure(&[Required("Key", &TAG_KEY), Required("Value", &TAG_VALUE)]);
static TAGS: ValueShape = List(&TAG, 0, 200);
static TAG_KEYS: ValueShape = List(&TAG_KEY, 0, 200);

const IN_ACCOUNT: Member = Required("AccountId", &ACCOUNT);
const OF_BUDGET: Member = Required("BudgetName", &NAME);
const OF_NOTIFICATION: Member = Required("Notification", &NOTIFICATION);
const OF_SUBSCRIBER: Member = Required("Subscriber", &SUBSCRIBER);
const AFTER: Member = Optional("NextToken", &TOKEN);
const AT_MOST: Member = Optional("MaxResults", &HUNDRED);
const OF_RESOURCE: Member = Required("ResourceARN", &ARN);
const WITH_FILTER: Member = Optional("ShowFilterExpression", &Truth);

pub(crate) static CREATE_BUDGET: ValueShape = Structure(&[
    IN_ACCOUNT,
    Required("Budget", &BUDGET),
    Optional("NotificationsWithSubscribers", &ALERTS),
    Optional("ResourceTags", &TAGS),
]);
pub(crate) static DESCRIBE_BUDGET: ValueShape = Structure(&[IN_ACCOUNT, OF_BUDGET, WITH_FILTER]);
pub(crate) static DESCRIBE_BUDGETS: ValueShape =
    Structure(&[IN_ACCOUNT, Optional("MaxResults", &THOUSAND), AFTER, WITH_FILTER]);
pub(crate) static UPDATE_BUDGET: ValueShape = Structure(&[IN_ACCOUNT, Required("NewBudget", &BUDGET)]);
pub(crate) static DELETE_BUDGET: ValueShape = Structure(&[IN_ACCOUNT, OF_BUDGET]);
pub(crate) static CREATE_NOTIFICATION: ValueShape =
    Structure(&[IN_ACCOUNT, OF_BUDGET, OF_NOTIFICATION, Required("Subscribers", &SUBSCRIBERS)]);
pub(crate) static DESCRIBE_NOTIFICATIONS: ValueShape = Structure(&[IN_ACCOUNT, OF_BUDGET, AT_MOST, AFTER]);
pub(crate) static UPDATE_NOTIFICATION: ValueShape = Structure(&[
    IN_ACCOUNT,
    OF_BUDGET,
    Required("OldNotification", &NOTIFICATION),
    Required("NewNotification", &NOTIFICATION),
]);
pub(crate) static DELETE_NOTIFICATION: ValueShape = Structure(&[IN_ACCOUNT, OF_BUDGET, OF_NOTIFICATION]);
pub(crate) static CREATE_SUBSCRIBER: ValueShape =
    Structure(&[IN_ACCOUNT, OF_BUDGET, OF_NOTIFICATION, OF_SUBSCRIBER]);
pub(crate) static DESCRIBE_SUBSCRIBERS: ValueShape =
    Structure(&[IN_ACCOUNT, OF_BUDGET, OF_NOTIFICATION, AT_MOST, AFTER]);
pub(crate) static UPDATE_SUBSCRIBER: ValueShape = Structure(&[
    IN_ACCOUNT,
    OF_BUDGET,
    OF_NOTIFICATION,
    Required("OldSubscriber", &SUBSCRIBER),
    Required("NewSubscriber", &SUBSCRIBER),
]);
pub(crate) static DELETE_SUBSCRIBER: ValueShape =
    Structure(&[IN_ACCOUNT, OF_BUDGET, OF_NOTIFICATION, OF_SUBSCRIBER]);
pub(crate) static TAG_RESOURCE: ValueShape = Structure(&[OF_RESOURCE, Required("ResourceTags", &TAGS)]);
pub(crate) static UNTAG_RESOURCE: ValueShape =
    Structure(&[OF_RESOURCE, Required("ResourceTagKeys", &TAG_KEYS)]);
pub(crate) static LIST_TAGS: ValueShape = Structure(&[OF_RESOURCE]);
