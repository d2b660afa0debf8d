//! When an alarm goes off, and whom it tells: all that one call sets.

use super::metrics;
use aws_sdk_cloudwatch::types::MetricAlarm;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Rule {
    pub description: String,
    /// What it goes by, in words, by its id in the expression.
    pub metrics: BTreeMap<String, String>,
    /// `GreaterThanThreshold`
    pub comparison: String,
    pub threshold: f64,
    /// How many are looked at.
    pub periods: i32,
    /// How many of them have to be too high.
    pub breaching_periods: i32,
    /// `notBreaching`
    pub missing_data: String,
    /// Minutes.
    pub warm_up: Option<i32>,
    /// Whether anybody is told at all.
    pub actions_enabled: bool,
    /// By the state that it comes into.
    pub tells: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Rule {
    pub(super) fn of(alarm: &MetricAlarm) -> Self {
        let periods = alarm.evaluation_periods.unwrap_or_default();
        Self {
            description: alarm.alarm_description().unwrap_or_default().to_owned(),
            metrics: metrics::of(alarm),
            comparison: alarm.comparison_operator().map(|it| it.as_str().to_owned()).unwrap_or_default(),
            threshold: alarm.threshold.unwrap_or_default(),
            periods,
            breaching_periods: alarm.datapoints_to_alarm.unwrap_or(periods),
            missing_data: alarm.treat_missing_data().unwrap_or("missing").to_owned(),
            warm_up: alarm.warm_up_configuration().and_then(|it| it.warm_up_period_duration_in_minutes),
            actions_enabled: alarm.actions_enabled.unwrap_or(true),
            tells: tells(alarm.alarm_actions(), alarm.ok_actions(), alarm.insufficient_data_actions()),
        }
    }
}

/// Whom it tells, by state; states of which nobody is told are left out.
pub(super) fn tells(
    alarm: &[String],
    ok: &[String],
    no_data: &[String],
) -> BTreeMap<&'static str, BTreeSet<String>> {
    let all = [("ALARM", alarm), ("OK", ok), ("INSUFFICIENT_DATA", no_data)];
    let told = all.into_iter().filter(|(_, topics)| !topics.is_empty());
    told.map(|(state, topics)| (state, topics.iter().cloned().collect())).collect()
}
