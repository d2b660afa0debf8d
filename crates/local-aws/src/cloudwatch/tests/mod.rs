#![allow(clippy::unwrap_used)]

mod alarms;
mod metrics;
mod queries;
mod tags;
mod wires;

use crate::{
    LocalAws,
    lambda::metrics::{InvocationRecord, InvocationResult},
    testing::{ACCOUNT, REGION, ok, refused},
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::time::Duration;

async fn done(aws: &LocalAws, operation: &str, input: Value) -> Value {
    ok(aws, "cloudwatch", operation, input).await
}

async fn no(aws: &LocalAws, operation: &str, input: Value) -> (String, String) {
    refused(aws, "cloudwatch", operation, input).await
}

fn merged(of: Value, more: Value) -> Value {
    let (Value::Object(mut of), Value::Object(more)) = (of, more) else { panic!("two objects") };
    of.extend(more);
    Value::Object(of.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
}

fn now(aws: &LocalAws) -> Timestamp {
    aws.shared().clock.now()
}

fn seconds(aws: &LocalAws) -> i64 {
    now(aws).as_second()
}

/// An invocation of `web` that is just over.
fn invocation(aws: &LocalAws, result: InvocationResult) -> InvocationRecord {
    InvocationRecord {
        at: now(aws),
        function: "web".to_owned(),
        qualifier: None,
        executed_version: "$LATEST".to_owned(),
        duration: Duration::from_millis(100),
        init: None,
        memory_size: 128,
        result,
        concurrent: 1,
        provisioned: false,
    }
}

fn invoked(aws: &LocalAws, record: InvocationRecord) {
    aws.shared().world().region(ACCOUNT, REGION).lambda.invocations.add(record);
}

/// `web` was invoked so often, and failed so often of these.
fn invoked_often(aws: &LocalAws, times: usize, failures: usize) {
    for n in 0..times {
        let result = if n < failures { InvocationResult::Failed } else { InvocationResult::Succeeded };
        invoked(aws, invocation(aws, result));
    }
}

/// An alarm of the errors of `web` in a minute.
fn errors_alarm(more: Value) -> Value {
    let usual = json!({
        "AlarmName": "errors",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{ "Name": "FunctionName", "Value": "web" }],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    });
    merged(usual, more)
}

async fn alarm(aws: &LocalAws, name: &str) -> Value {
    let found = done(aws, "DescribeAlarms", json!({ "AlarmNames": [name] })).await;
    found["MetricAlarms"][0].clone()
}

async fn state(aws: &LocalAws, name: &str) -> String {
    alarm(aws, name).await["StateValue"].as_str().unwrap().to_owned()
}
