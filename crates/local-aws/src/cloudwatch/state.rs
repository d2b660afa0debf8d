//! CloudWatch in one region of an account, as data.

use super::{alarm::Alarm, history::HistoryItem, metric::Metric, sample::Samples};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct CloudWatch {
    /// By name.
    pub alarms: BTreeMap<String, Alarm>,
    /// What PutMetricData brought.
    #[serde(skip)]
    pub custom: BTreeMap<Metric, Samples>,
    /// What happened to alarms, oldest first.
    #[serde(skip)]
    pub history: Vec<HistoryItem>,
}

impl CloudWatch {
    /// The tags of the alarm that an ARN names.
    pub(crate) fn tags_of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        Some(self.alarms.get(alarm_name(arn)?)?.tags.clone())
    }
}

/// The name in the ARN of an alarm.
pub(crate) fn alarm_name(arn: &str) -> Option<&str> {
    arn.splitn(6, ':').nth(5)?.strip_prefix("alarm:")
}
