//! CloudWatch: metrics of what Lambda and API Gateway did, and alarms that watch them.
//!
//! | files | what they hold |
//! |---|---|
//! | [`state`], [`alarm`], [`history`], [`metric`], [`sample`] | the state |
//! | [`sources`], `sources_of_aws` | where samples come from |
//! | `statistic`, `series` | one number of many samples, and such numbers in time |
//! | `math`, `query`, `answers` | expressions, what can be asked, and what it comes to |
//! | `definition`, `verdict`, [`evaluation`], `actions` | what an alarm watches, what it decides, when, and whom it tells |
//! | `alarms`, `switches`, `describe_history`, `tags`, `get_metric_data`, … | the operations |
//! | `model`, `input`, `page`, `errors`, `permissions` | what the operations share |

mod actions;
pub(crate) mod alarm;
mod alarms;
mod answers;
mod definition;
mod describe_history;
mod errors;
pub(crate) mod evaluation;
mod get_metric_data;
mod get_metric_statistics;
pub(crate) mod history;
mod input;
mod list_metrics;
mod math;
pub(crate) mod metric;
mod model;
mod page;
mod permissions;
mod put_metric_data;
mod query;
pub(crate) mod sample;
mod series;
pub(crate) mod sources;
mod sources_of_aws;
pub(crate) mod state;
mod statistic;
mod switches;
mod tags;
mod verdict;

#[cfg(test)]
mod tests;

use crate::{
    error_words::ErrorWords,
    permission::Permission,
    request_quotas::RequestQuota,
    service::{Operation, Protocol, Service},
};
use serde_json::Value;

pub(crate) static SERVICE: Service = Service {
    name: "cloudwatch",
    signing_name: "monitoring",
    protocol: Protocol::Several {
        namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
        error_shape: errors::shape,
    },
    body_limit: 1024 * 1024,
    operations: OPERATIONS,
    permissions: permissions::needed,
    permission_to_tag: |_, _, alarm| Permission::new("cloudwatch:TagResource", alarm),
    tags_of: |account, region, arn| account.regions.get(region)?.cloudwatch.tags_of(arn),
    request_quotas,
    words: ErrorWords { internal: ("InternalServiceError", "Internal service error"), ..ErrorWords::QUERY },
};

/// CloudWatch's own quotas (User Guide, "CloudWatch service quotas").
fn request_quotas(operation: &'static str, _: &Value) -> Vec<RequestQuota> {
    let a_second = match operation {
        "DescribeAlarms" => 9.0,
        "DeleteAlarms"
        | "DescribeAlarmHistory"
        | "DescribeAlarmsForMetric"
        | "DisableAlarmActions"
        | "EnableAlarmActions"
        | "PutMetricAlarm"
        | "SetAlarmState" => 3.0,
        "GetMetricData" | "PutMetricData" => 500.0,
        "GetMetricStatistics" => 400.0,
        "ListMetrics" => 25.0,
        _ => return Vec::new(),
    };
    vec![RequestQuota::a_second(operation, a_second)]
}

const OPERATIONS: &[Operation] = &[
    Operation::named("GetMetricData", get_metric_data::get),
    Operation::named("GetMetricStatistics", get_metric_statistics::get),
    Operation::named("ListMetrics", list_metrics::list),
    Operation::named("PutMetricData", put_metric_data::put),
    Operation::named("PutMetricAlarm", alarms::put),
    Operation::named("DescribeAlarms", alarms::describe),
    Operation::named("DescribeAlarmsForMetric", alarms::describe_of_metric),
    Operation::named("DeleteAlarms", alarms::delete),
    Operation::named("SetAlarmState", switches::set_state),
    Operation::named("EnableAlarmActions", switches::enable),
    Operation::named("DisableAlarmActions", switches::disable),
    Operation::named("DescribeAlarmHistory", describe_history::describe),
    Operation::named("TagResource", tags::tag),
    Operation::named("UntagResource", tags::untag),
    Operation::named("ListTagsForResource", tags::list),
];
