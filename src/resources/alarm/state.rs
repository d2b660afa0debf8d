//! How an alarm stands.

use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct AlarmState {
    /// In AWS.
    pub name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// AWS's own words.
    pub reason: String,
    /// UTC.
    pub since: Option<String>,
}

impl AlarmState {
    pub(crate) fn of(alarm: &MetricAlarm) -> Self {
        let at = alarm.state_transitioned_timestamp.or(alarm.state_updated_timestamp);
        let at = at.and_then(|at| jiff::Timestamp::from_second(at.secs()).ok());
        Self {
            name: alarm.alarm_name().unwrap_or_default().to_owned(),
            state: alarm.state_value().map(|s| s.as_str().to_owned()).unwrap_or_default(),
            reason: alarm.state_reason().unwrap_or_default().to_owned(),
            since: at.map(|at| at.to_string()),
        }
    }

    /// One that was just made: nothing is known yet.
    pub(crate) fn new(name: &str) -> Self {
        let state = StateValue::InsufficientData.as_str().to_owned();
        Self { name: name.to_owned(), state, reason: String::new(), since: None }
    }

    pub(crate) fn rings(&self) -> bool {
        self.state == StateValue::Alarm.as_str()
    }
}
