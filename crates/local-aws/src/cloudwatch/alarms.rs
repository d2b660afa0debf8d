//! Alarms themselves: made or changed, shown, deleted.

use super::{
    alarm::{Alarm, AlarmState, WarmUp},
    definition,
    errors::{combination, limit_exceeded, no_alarm},
    evaluation::{self, full_minute},
    history::{HistoryItem, HistoryKind, add},
    input::{cloudwatch, read},
    metric::Metric,
    model, page, tags,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    tags::Tag,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How many a region of an account has at most.
const MOST: usize = 5000;
const USUAL: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedAlarms {
    #[serde(default)]
    alarm_names: Vec<String>,
    alarm_name_prefix: Option<String>,
    #[serde(default)]
    alarm_types: Vec<String>,
    children_of_alarm_name: Option<String>,
    parents_of_alarm_name: Option<String>,
    state_value: Option<String>,
    action_prefix: Option<String>,
    max_records: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NamedAlarms {
    pub alarm_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AlarmsOfMetric {
    #[serde(flatten)]
    metric: Metric,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    period: Option<i64>,
    unit: Option<String>,
}

/// Makes an alarm, or replaces all that an alarm is but its state and its tags.
pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut asked: Map<String, Value> = read(input, &model::PUT_METRIC_ALARM)?;
    let tags: Vec<Tag> =
        asked.remove("Tags").map(serde_json::from_value).transpose().unwrap_or_default().unwrap_or_default();
    let rule = definition::rule(call, &asked)?;
    let definition = definition::filled(asked);
    let name = definition["AlarmName"].as_str().unwrap_or_default().to_owned();
    evaluation::catch_up_of(call);
    let (now, cloudwatch) = (call.now, cloudwatch(call));
    let former = cloudwatch.alarms.get(&name);
    if former.is_none() && cloudwatch.alarms.len() >= MOST {
        return Err(limit_exceeded(format!("The maximum of {MOST} alarms is reached.")));
    }
    let warm = match former.map(|former| former.warm) {
        // What is over does not start again.
        Some(Some(former)) if former.until <= now => Some(former),
        _ => WarmUp::of(&definition, now),
    };
    let alarm = Alarm {
        rule,
        warm,
        updated: now,
        evaluated: former.map_or_else(|| full_minute(now), |former| former.evaluated),
        state: former.map_or_else(|| AlarmState::new(now), |former| former.state.clone()),
        tags: match former {
            Some(former) => former.tags.clone(),
            None => tags::merged(&BTreeMap::new(), tags)?,
        },
        definition,
    };
    let what = if former.is_some() { "updated" } else { "created" };
    add(&mut cloudwatch.history, configured(&name, what, &alarm));
    cloudwatch.alarms.insert(name, alarm);
    Ok(Reply::Empty { status: 200 })
}

fn configured(name: &str, what: &str, alarm: &Alarm) -> HistoryItem {
    HistoryItem {
        alarm: name.to_owned(),
        at: alarm.updated,
        kind: HistoryKind::ConfigurationUpdate,
        summary: format!("Alarm \"{name}\" {what}"),
        data: json!({ "version": "1.0", "type": if what == "created" { "Create" } else { "Update" } }),
    }
}

pub(crate) fn describe(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: ListedAlarms = read(input, &model::DESCRIBE_ALARMS)?;
    asked.known()?;
    evaluation::catch_up_of(call);
    let arn = |name: &str| call.arn("cloudwatch", &format!("alarm:{name}"));
    let arns: BTreeMap<String, String> = call
        .world
        .accounts
        .get(&call.account)
        .and_then(|a| a.regions.get(&call.region))
        .map_or_else(BTreeMap::new, |r| {
            r.cloudwatch.alarms.keys().map(|name| (name.clone(), arn(name))).collect()
        });
    let config = call.config;
    let alarms = cloudwatch(call).alarms.iter().filter(|(name, alarm)| asked.wants(name, alarm));
    let shown = alarms.map(|(name, alarm)| (name.clone(), alarm.shown(&arns[name])));
    let size = asked.max_records.unwrap_or(USUAL.max(asked.alarm_names.len()));
    let mut output = page::cut(config, asked.next_token.as_deref(), size, "MetricAlarms", shown)?;
    output["CompositeAlarms"] = json!([]);
    Ok(Reply::ok(output))
}

impl ListedAlarms {
    fn known(&self) -> Result<(), AwsError> {
        if self.children_of_alarm_name.is_some() || self.parents_of_alarm_name.is_some() {
            return Err(AwsError::not_implemented("DescribeAlarms by composite alarms"));
        }
        if !self.alarm_names.is_empty() && self.alarm_name_prefix.is_some() {
            return Err(combination("AlarmNames and AlarmNamePrefix can't both be specified."));
        }
        Ok(())
    }

    fn wants(&self, name: &String, alarm: &Alarm) -> bool {
        let prefixed =
            |prefix: &String| alarm.actions(alarm.state.value).iter().any(|a| a.starts_with(prefix));
        (self.alarm_names.is_empty() || self.alarm_names.contains(name))
            && self.alarm_name_prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
            && (self.alarm_types.is_empty() || self.alarm_types.iter().any(|kind| kind == "MetricAlarm"))
            && self.state_value.as_ref().is_none_or(|state| state == alarm.state.value.word())
            && self.action_prefix.as_ref().is_none_or(prefixed)
    }
}

/// The alarms that watch a metric by itself, not those that calculate with it.
pub(crate) fn describe_of_metric(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: AlarmsOfMetric = read(input, &model::DESCRIBE_ALARMS_FOR_METRIC)?;
    evaluation::catch_up_of(call);
    let prefix = call.arn("cloudwatch", "alarm:");
    let alarms = cloudwatch(call).alarms.iter().filter(|(_, alarm)| asked.wants(alarm));
    let shown: Vec<Value> = alarms.map(|(name, alarm)| alarm.shown(&format!("{prefix}{name}"))).collect();
    Ok(Reply::ok(json!({ "MetricAlarms": shown })))
}

impl AlarmsOfMetric {
    fn wants(&self, alarm: &Alarm) -> bool {
        let has =
            |name: &str, wanted: Option<Value>| wanted.is_none_or(|w| alarm.definition.get(name) == Some(&w));
        let metric = serde_json::from_value::<Metric>(Value::Object(alarm.definition.clone()));
        metric.is_ok_and(|metric| metric == self.metric)
            && has("Statistic", self.statistic.as_ref().map(|s| json!(s)))
            && has("ExtendedStatistic", self.extended_statistic.as_ref().map(|s| json!(s)))
            && has("Period", self.period.map(|p| json!(p)))
            && has("Unit", self.unit.as_ref().map(|u| json!(u)))
    }
}

/// The right names are deleted also where others are wrong.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedAlarms { alarm_names } = read(input, &model::NAMED_ALARMS)?;
    evaluation::catch_up_of(call);
    let alarms = &mut cloudwatch(call).alarms;
    let unknown: Vec<String> = alarm_names.into_iter().filter(|name| alarms.remove(name).is_none()).collect();
    if unknown.is_empty() { Ok(Reply::Empty { status: 200 }) } else { Err(no_alarm(&unknown.join(", "))) }
}
