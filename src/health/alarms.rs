//! The stack's alarms: which of them ring.

use super::look::Look;
use crate::aws::{call, pages};
use anyhow::Result;
use aws_sdk_cloudwatch::Client;
use serde::Serialize;

#[derive(Debug, Serialize)]
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

impl Look<'_> {
    pub(super) async fn alarms(&self) -> Result<Vec<AlarmState>> {
        let client = Client::new(self.aws.cloud.sdk());
        let prefix = format!("lambdeploy-{}-", self.stack.name);
        let all = pages(async |next| {
            let request = client.describe_alarms().alarm_name_prefix(&prefix).set_next_token(next);
            let page = call(&self.run, "DescribeAlarms", || request.clone().send()).await?;
            Ok((page.metric_alarms.unwrap_or_default(), page.next_token))
        });
        let state = |alarm: aws_sdk_cloudwatch::types::MetricAlarm| {
            let at = alarm.state_transitioned_timestamp.or(alarm.state_updated_timestamp);
            let at = at.and_then(|at| jiff::Timestamp::from_second(at.secs()).ok());
            Some(AlarmState {
                name: alarm.alarm_name?,
                state: alarm.state_value.map(|s| s.as_str().to_owned()).unwrap_or_default(),
                reason: alarm.state_reason.unwrap_or_default(),
                since: at.map(|at| at.to_string()),
            })
        };
        Ok(all.await?.into_iter().filter_map(state).collect())
    }
}
