//! Alarms tell topics, and topics tell addresses.

use super::{TOPIC, confirm_last, mails, subscribed};
use crate::{
    LocalAws,
    testing::{instant, ok},
};
use serde_json::{Value, json};
use std::time::Duration;

async fn alarm(aws: &LocalAws, more: &[(&str, Value)]) {
    let mut alarm = json!({
        "AlarmName": "orders", "Namespace": "Shop", "MetricName": "Failed", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching", "AlarmActions": [TOPIC], "OKActions": [TOPIC],
    });
    for (name, value) in more {
        alarm[*name] = value.clone();
    }
    ok(aws, "cloudwatch", "PutMetricAlarm", alarm).await;
}

async fn fails(aws: &LocalAws) {
    let data = json!({ "Namespace": "Shop", "MetricData": [{ "MetricName": "Failed", "Value": 3 }] });
    ok(aws, "cloudwatch", "PutMetricData", data).await;
}

async fn subjects(aws: &LocalAws) -> Vec<String> {
    mails(aws).await.iter().map(|m| m["subject"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn an_alarm_sends_its_mail_without_being_asked_for() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    confirm_last(&aws).await;
    alarm(&aws, &[]).await;
    assert_eq!(subjects(&aws).await.len(), 2, "that it is OK");
    fails(&aws).await;
    let all = mails(&aws).await;
    let last = all.last().unwrap();
    assert_eq!(last["subject"], "ALARM: \"orders\" in us-east-2");
    let body = last["body"].as_str().unwrap();
    assert!(
        body.contains("Threshold Crossed: 1 out of the last 1 datapoint [3.0 (")
            && body.contains("OK -> ALARM"),
        "{body}"
    );
    assert_eq!(mails(&aws).await.len(), 3, "once");
    tokio::time::advance(Duration::from_mins(10)).await;
    assert_eq!(subjects(&aws).await.last().unwrap(), "OK: \"orders\" in us-east-2");
    let history =
        ok(&aws, "cloudwatch", "DescribeAlarmHistory", json!({ "HistoryItemType": "Action" })).await;
    let items = history["AlarmHistoryItems"].as_array().unwrap();
    assert!(
        items.iter().all(|i| i["HistorySummary"] == format!("Successfully executed action {TOPIC}")),
        "{items:?}"
    );
    assert_eq!(items.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn actions_that_are_off_or_lead_nowhere_tell_nobody() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    confirm_last(&aws).await;
    alarm(&aws, &[("ActionsEnabled", json!(false))]).await;
    fails(&aws).await;
    assert_eq!(subjects(&aws).await.len(), 1);
    let gone = json!([format!("{TOPIC}-2")]);
    alarm(&aws, &[("AlarmName", json!("other")), ("AlarmActions", gone)]).await;
    let history = json!({ "AlarmName": "other", "HistoryItemType": "Action" });
    let history = ok(&aws, "cloudwatch", "DescribeAlarmHistory", history).await;
    let told = history["AlarmHistoryItems"][0]["HistorySummary"].as_str().unwrap();
    assert!(told.starts_with("Failed to execute action"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_topic_whose_policy_forbids_it_is_told_nothing() {
    let aws = instant();
    subscribed(&aws, "ada").await;
    confirm_last(&aws).await;
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "Service": "budgets.amazonaws.com" }, "Action": "SNS:Publish", "Resource": TOPIC }] });
    let set = json!({ "TopicArn": TOPIC, "AttributeName": "Policy", "AttributeValue": policy.to_string() });
    ok(&aws, "sns", "SetTopicAttributes", set).await;
    alarm(&aws, &[]).await;
    fails(&aws).await;
    assert_eq!(subjects(&aws).await.len(), 1);
}
