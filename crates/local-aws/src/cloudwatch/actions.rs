//! What alarms do on coming into a state: topics are told.

use super::{
    alarm::{Alarm, AlarmState, StateValue},
    history::{HistoryItem, HistoryKind, add},
    verdict::{long_time, number},
};
use crate::{
    sns::{mails::Message, publish},
    stable_id,
    world::World,
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// An alarm came from one state into another.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    pub at: Timestamp,
    /// In its new state.
    pub alarm: Alarm,
    pub before: AlarmState,
}

/// Tells everybody who is to be told.
pub(crate) fn carry_out(world: &mut World, account: &str, region: &str, turn: Turn) {
    if !turn.alarm.actions_enabled() {
        return;
    }
    for topic in turn.alarm.actions(turn.alarm.state.value) {
        let told = publish::by_service(
            world,
            (account, region),
            turn.at,
            publish::CLOUDWATCH,
            &turn.message(account, region, &topic),
        );
        let (summary, state) = match &told {
            Ok(()) => (format!("Successfully executed action {topic}"), "Succeeded"),
            Err(error) => {
                (format!("Failed to execute action {topic}. Received error: \"{}\"", error.message), "Failed")
            }
        };
        let item = HistoryItem {
            alarm: turn.name().to_owned(),
            at: turn.at,
            kind: HistoryKind::Action,
            summary,
            data: json!({ "actionState": state, "notificationResource": topic }),
        };
        add(&mut world.region(account, region).cloudwatch.history, item);
    }
}

impl Turn {
    fn name(&self) -> &str {
        self.text("AlarmName").unwrap_or_default()
    }

    fn text(&self, member: &str) -> Option<&str> {
        self.alarm.definition.get(member).and_then(Value::as_str)
    }

    /// What a topic is told. Mails get it in words, and mails of JSON as AWS's document.
    fn message(&self, account: &str, region: &str, topic: &str) -> Message {
        let state = self.alarm.state.value.word();
        Message {
            id: stable_id::uuid(&[self.name(), state, &self.at.to_string(), topic]),
            topic: topic.to_owned(),
            subject: Some(cut(format!("{state}: \"{}\" in {region}", self.name()))),
            text: self.words(account, region),
            document: Some(self.document(account, region).to_string()),
        }
    }

    fn words(&self, account: &str, region: &str) -> String {
        let (state, rule) = (&self.alarm.state, &self.alarm.rule);
        let entered = match state.value {
            StateValue::Alarm => "ALARM",
            StateValue::Ok => "OK",
            StateValue::InsufficientData => "INSUFFICIENT_DATA",
        };
        format!(
            "You are receiving this email because your Amazon CloudWatch Alarm \"{name}\" in the {region} region has entered the {entered} state, because \"{reason}\" at \"{at}\".\n\n\
             Alarm Details:\n- Name: {name}\n- Description: {description}\n- State Change: {before} -> {entered}\n- Reason for State Change: {reason}\n- Timestamp: {at}\n- AWS Account: {account}\n- Alarm Arn: arn:aws:cloudwatch:{region}:{account}:alarm:{name}\n\n\
             Threshold:\n- The alarm is in the ALARM state when the metric is {comparison} {threshold} for at least {datapoints} of the last {periods} period(s) of {period} seconds.\n\n\
             Monitored Metric:\n{metric}",
            name = self.name(),
            reason = state.reason,
            at = self.at.strftime("%A %d %B, %Y %H:%M:%S UTC"),
            description = self.text("AlarmDescription").unwrap_or_default(),
            before = self.before.value.word(),
            comparison = self.text("ComparisonOperator").unwrap_or_default(),
            threshold = number(rule.threshold),
            datapoints = rule.datapoints_to_alarm,
            periods = rule.evaluation_periods,
            period = rule.period,
            metric = self.metric(),
        )
    }

    fn metric(&self) -> String {
        let Some(name) = self.text("MetricName") else {
            return "- MetricExpression\n".to_owned();
        };
        let dimensions = self.alarm.definition.get("Dimensions").and_then(Value::as_array);
        let dimensions: Vec<String> = dimensions
            .into_iter()
            .flatten()
            .map(|d| {
                format!(
                    "[{} = {}]",
                    d["Name"].as_str().unwrap_or_default(),
                    d["Value"].as_str().unwrap_or_default()
                )
            })
            .collect();
        format!(
            "- MetricNamespace: {}\n- MetricName: {name}\n- Dimensions: {}\n- Period: {} seconds\n- Statistic: {}\n",
            self.text("Namespace").unwrap_or_default(),
            dimensions.join(" "),
            self.alarm.rule.period,
            self.text("Statistic").or(self.text("ExtendedStatistic")).unwrap_or_default(),
        )
    }

    fn document(&self, account: &str, region: &str) -> Value {
        let definition = &self.alarm.definition;
        let mut trigger = definition.clone();
        trigger.retain(|name, _| {
            [
                "MetricName",
                "Namespace",
                "Statistic",
                "ExtendedStatistic",
                "Dimensions",
                "Period",
                "EvaluationPeriods",
                "DatapointsToAlarm",
                "ComparisonOperator",
                "Threshold",
                "TreatMissingData",
                "Metrics",
            ]
            .contains(&name.as_str())
        });
        json!({
            "AlarmName": self.name(),
            "AlarmDescription": definition.get("AlarmDescription"),
            "AWSAccountId": account,
            "AlarmConfigurationUpdatedTimestamp": long_time(self.alarm.updated),
            "NewStateValue": self.alarm.state.value,
            "NewStateReason": self.alarm.state.reason,
            "StateChangeTime": long_time(self.at),
            "Region": region,
            "AlarmArn": format!("arn:aws:cloudwatch:{region}:{account}:alarm:{}", self.name()),
            "OldStateValue": self.before.value,
            "OKActions": definition.get("OKActions"),
            "AlarmActions": definition.get("AlarmActions"),
            "InsufficientDataActions": definition.get("InsufficientDataActions"),
            "Trigger": trigger,
        })
    }
}

/// Subjects have a hundred characters at most.
fn cut(subject: String) -> String {
    if subject.chars().count() <= 100 {
        return subject;
    }
    subject.chars().take(97).collect::<String>() + "..."
}
