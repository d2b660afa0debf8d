//! The inputs of CloudWatch as AWS's model has them: names, what is required, lengths, patterns, words, bounds.

use crate::constraint::{
    Member::{self, Optional, Required},
    Shape,
    ValueShape::{self, Double, List, Number, OneOf, Structure, Text, Time, Truth, Unread},
};

const fn text(least: usize, most: usize) -> ValueShape {
    Text(Shape { length: (least, most), pattern: None })
}

fn is_namespace(text: &str) -> bool {
    let mut rest = text.chars();
    rest.next().is_some_and(|first| first != ':')
        && !rest.any(|c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'))
}

const MANY: usize = usize::MAX;

static ANY_TEXT: ValueShape = text(0, MANY);
static ALARM: ValueShape = text(1, 255);
static NAME: ValueShape = text(1, 255);
static DESCRIPTION: ValueShape = text(0, 1024);
static LINE: ValueShape = text(1, 1024);
static NAMESPACE: ValueShape = Text(Shape { length: (1, 255), pattern: Some(("[^:].*", is_namespace)) });
static EXPRESSION: ValueShape = text(1, 2048);
static POSITIVE: ValueShape = Number(1, i32::MAX as i64);
static ANY_NUMBER: ValueShape = Number(i32::MIN as i64, i32::MAX as i64);
static HUNDRED: ValueShape = Number(1, 100);
static DIMENSION: ValueShape = Structure(&[Required("Name", &NAME), Required("Value", &LINE)]);
static DIMENSIONS: ValueShape = List(&DIMENSION, 0, 30);
static DIMENSION_FILTER: ValueShape = Structure(&[Required("Name", &NAME), Optional("Value", &LINE)]);
static DIMENSION_FILTERS: ValueShape = List(&DIMENSION_FILTER, 0, 10);
static UNIT: ValueShape = OneOf(&[
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
]);
static STATISTIC: ValueShape = OneOf(&["SampleCount", "Average", "Sum", "Minimum", "Maximum"]);
static STATISTICS: ValueShape = List(&STATISTIC, 1, 5);
static EXTENDED: ValueShape = List(&ANY_TEXT, 1, 10);
static METRIC: ValueShape = Structure(&[
    Optional("Namespace", &NAMESPACE),
    Optional("MetricName", &NAME),
    Optional("Dimensions", &DIMENSIONS),
]);
static METRIC_STAT: ValueShape = Structure(&[
    Required("Metric", &METRIC),
    Required("Period", &POSITIVE),
    Required("Stat", &ANY_TEXT),
    Optional("Unit", &UNIT),
]);
static QUERY: ValueShape = Structure(&[
    Required("Id", &NAME),
    Optional("MetricStat", &METRIC_STAT),
    Optional("Expression", &EXPRESSION),
    Optional("Label", &ANY_TEXT),
    Optional("ReturnData", &Truth),
    Optional("Period", &POSITIVE),
    Optional("AccountId", &NAME),
]);
static QUERIES: ValueShape = List(&QUERY, 0, MANY);
static LABELS: ValueShape = Structure(&[Optional("Timezone", &ANY_TEXT)]);
static SCAN: ValueShape = OneOf(&["TimestampDescending", "TimestampAscending"]);

static ACTIONS: ValueShape = List(&LINE, 0, 5);
static OPERATOR: ValueShape = OneOf(&[
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
]);
static TAG_KEY: ValueShape = text(1, 128);
static TAG_VALUE: ValueShape = text(0, 256);
static TAG: ValueShape = Structure(&[Required("Key", &TAG_KEY), Required("Value", &TAG_VALUE)]);
static TAGS: ValueShape = List(&TAG, 0, MANY);
static TAG_KEYS: ValueShape = List(&TAG_KEY, 0, MANY);
static WARM_UP_MINUTES: ValueShape = Number(1, 2880);
static WARM_UP: ValueShape = Structure(&[
    Required("WarmUpPeriodDurationInMinutes", &WARM_UP_MINUTES),
    Optional("OnlyStartEvaluatingAfterWarmUpPeriodEnds", &Truth),
]);
static TIMEZONE: ValueShape = text(1, 50);
static WALL_CLOCK: ValueShape = Structure(&[Optional("Timezone", &TIMEZONE)]);
static SLIDING: ValueShape = Structure(&[]);
static WINDOW: ValueShape =
    Structure(&[Optional("WallClockWindow", &WALL_CLOCK), Optional("SlidingWindow", &SLIDING)]);
static INTERVAL: ValueShape = Number(10, 3600);
static QUERY_TEXT: ValueShape = text(1, 10_000);
static DAY: ValueShape = Number(0, 86_400);
static PROMQL: ValueShape = Structure(&[
    Required("Query", &QUERY_TEXT),
    Optional("PendingPeriod", &DAY),
    Optional("RecoveryPeriod", &DAY),
]);
static CRITERIA: ValueShape = Structure(&[Optional("PromQLCriteria", &PROMQL)]);
static PROPAGATED: ValueShape = List(&TAG_KEY, 1, 50);
static PROPAGATION: ValueShape = Structure(&[
    Required("Enabled", &Truth),
    Optional("IncludedTagKeys", &PROPAGATED),
    Optional("ExcludedTagKeys", &PROPAGATED),
]);
static ACTION_CONFIGURATION: ValueShape = Structure(&[Optional("AlarmTagsPropagation", &PROPAGATION)]);
static ALARM_NAMES: ValueShape = List(&ALARM, 0, 100);
static ALARM_TYPE: ValueShape = OneOf(&["CompositeAlarm", "MetricAlarm", "LogAlarm"]);
static ALARM_TYPES: ValueShape = List(&ALARM_TYPE, 0, MANY);
static STATE: ValueShape = OneOf(&["OK", "ALARM", "INSUFFICIENT_DATA"]);
static REASON: ValueShape = text(0, 1023);
static REASON_DATA: ValueShape = text(0, 4000);
static HISTORY_TYPE: ValueShape = OneOf(&[
    "ConfigurationUpdate",
    "StateUpdate",
    "Action",
    "AlarmContributorStateUpdate",
    "AlarmContributorAction",
]);
static CONTRIBUTOR: ValueShape = text(1, 16);
static RECENTLY: ValueShape = OneOf(&["PT3H"]);
static VALUES: ValueShape = List(&Double, 0, MANY);
static STATISTIC_SET: ValueShape = Structure(&[
    Required("SampleCount", &Double),
    Required("Sum", &Double),
    Required("Minimum", &Double),
    Required("Maximum", &Double),
]);
static DATUM: ValueShape = Structure(&[
    Required("MetricName", &NAME),
    Optional("Dimensions", &DIMENSIONS),
    Optional("Timestamp", &Time),
    Optional("Value", &Double),
    Optional("StatisticValues", &STATISTIC_SET),
    Optional("Values", &VALUES),
    Optional("Counts", &VALUES),
    Optional("Unit", &UNIT),
    Optional("StorageResolution", &POSITIVE),
]);
static DATA: ValueShape = List(&DATUM, 0, MANY);

const TOKEN: Member = Optional("NextToken", &ANY_TEXT);
const RECORDS: Member = Optional("MaxRecords", &HUNDRED);
const RESOURCE: Member = Required("ResourceARN", &LINE);
const SCAN_BY: Member = Optional("ScanBy", &SCAN);

pub(crate) static GET_METRIC_DATA: ValueShape = Structure(&[
    Required("MetricDataQueries", &QUERIES),
    Required("StartTime", &Time),
    Required("EndTime", &Time),
    TOKEN,
    SCAN_BY,
    Optional("MaxDatapoints", &ANY_NUMBER),
    Optional("LabelOptions", &LABELS),
]);
pub(crate) static GET_METRIC_STATISTICS: ValueShape = Structure(&[
    Required("Namespace", &NAMESPACE),
    Required("MetricName", &NAME),
    Optional("Dimensions", &DIMENSIONS),
    Required("StartTime", &Time),
    Required("EndTime", &Time),
    Required("Period", &POSITIVE),
    Optional("Statistics", &STATISTICS),
    Optional("ExtendedStatistics", &EXTENDED),
    Optional("Unit", &UNIT),
]);
pub(crate) static LIST_METRICS: ValueShape = Structure(&[
    Optional("Namespace", &NAMESPACE),
    Optional("MetricName", &NAME),
    Optional("Dimensions", &DIMENSION_FILTERS),
    TOKEN,
    Optional("RecentlyActive", &RECENTLY),
    Optional("IncludeLinkedAccounts", &Truth),
    Optional("OwningAccount", &NAME),
]);
pub(crate) static PUT_METRIC_DATA: ValueShape = Structure(&[
    Required("Namespace", &NAMESPACE),
    Optional("MetricData", &DATA),
    Optional("EntityMetricData", &Unread),
    Optional("StrictEntityValidation", &Truth),
]);
pub(crate) static PUT_METRIC_ALARM: ValueShape = Structure(&[
    Required("AlarmName", &ALARM),
    Optional("AlarmDescription", &DESCRIPTION),
    Optional("ActionsEnabled", &Truth),
    Optional("OKActions", &ACTIONS),
    Optional("AlarmActions", &ACTIONS),
    Optional("InsufficientDataActions", &ACTIONS),
    Optional("MetricName", &NAME),
    Optional("Namespace", &NAMESPACE),
    Optional("Statistic", &STATISTIC),
    Optional("ExtendedStatistic", &ANY_TEXT),
    Optional("Dimensions", &DIMENSIONS),
    Optional("Period", &POSITIVE),
    Optional("Unit", &UNIT),
    Optional("EvaluationPeriods", &POSITIVE),
    Optional("DatapointsToAlarm", &POSITIVE),
    Optional("Threshold", &Double),
    Optional("ComparisonOperator", &OPERATOR),
    Optional("TreatMissingData", &NAME),
    Optional("EvaluateLowSampleCountPercentile", &NAME),
    Optional("Metrics", &QUERIES),
    Optional("Tags", &TAGS),
    Optional("ThresholdMetricId", &NAME),
    Optional("EvaluationWindow", &WINDOW),
    Optional("WarmUpConfiguration", &WARM_UP),
    Optional("EvaluationCriteria", &CRITERIA),
    Optional("EvaluationInterval", &INTERVAL),
    Optional("ActionConfiguration", &ACTION_CONFIGURATION),
]);
pub(crate) static DESCRIBE_ALARMS: ValueShape = Structure(&[
    Optional("AlarmNames", &ALARM_NAMES),
    Optional("AlarmNamePrefix", &ALARM),
    Optional("AlarmTypes", &ALARM_TYPES),
    Optional("ChildrenOfAlarmName", &ALARM),
    Optional("ParentsOfAlarmName", &ALARM),
    Optional("StateValue", &STATE),
    Optional("ActionPrefix", &LINE),
    RECORDS,
    TOKEN,
]);
pub(crate) static DESCRIBE_ALARMS_FOR_METRIC: ValueShape = Structure(&[
    Required("MetricName", &NAME),
    Required("Namespace", &NAMESPACE),
    Optional("Statistic", &STATISTIC),
    Optional("ExtendedStatistic", &ANY_TEXT),
    Optional("Dimensions", &DIMENSIONS),
    Optional("Period", &POSITIVE),
    Optional("Unit", &UNIT),
]);
pub(crate) static NAMED_ALARMS: ValueShape = Structure(&[Required("AlarmNames", &ALARM_NAMES)]);
pub(crate) static SET_ALARM_STATE: ValueShape = Structure(&[
    Required("AlarmName", &ALARM),
    Required("StateValue", &STATE),
    Required("StateReason", &REASON),
    Optional("StateReasonData", &REASON_DATA),
]);
pub(crate) static DESCRIBE_ALARM_HISTORY: ValueShape = Structure(&[
    Optional("AlarmName", &ALARM),
    Optional("AlarmContributorId", &CONTRIBUTOR),
    Optional("AlarmTypes", &ALARM_TYPES),
    Optional("HistoryItemType", &HISTORY_TYPE),
    Optional("StartDate", &Time),
    Optional("EndDate", &Time),
    RECORDS,
    TOKEN,
    SCAN_BY,
]);
pub(crate) static TAG_RESOURCE: ValueShape = Structure(&[RESOURCE, Required("Tags", &TAGS)]);
pub(crate) static UNTAG_RESOURCE: ValueShape = Structure(&[RESOURCE, Required("TagKeys", &TAG_KEYS)]);
pub(crate) static LIST_TAGS: ValueShape = Structure(&[RESOURCE]);
