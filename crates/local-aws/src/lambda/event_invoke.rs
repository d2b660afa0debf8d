//! How events that nobody waits for are tried again.

use super::{
    attached::EventInvoke,
    errors::{not_found, refuse},
    name::FunctionRef,
    read::max_items,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
};
use serde_json::{Value, json};
use std::time::Duration;

impl EventInvoke {
    fn shown(&self, arn: &str) -> Value {
        let mut shown = json!({
            "LastModified": self.modified.as_second(),
            "FunctionArn": format!("{arn}:$LATEST"),
            "DestinationConfig": { "OnSuccess": {}, "OnFailure": {} },
        });
        if let Some(retries) = self.retries {
            shown["MaximumRetryAttempts"] = json!(retries);
        }
        if let Some(age) = self.age {
            shown["MaximumEventAgeInSeconds"] = json!(age.as_secs());
        }
        shown
    }
}

fn target(call: &Call, input: &Value) -> Result<FunctionRef, AwsError> {
    let target = FunctionRef::of(call, input)?;
    target.ensure_function()?;
    Ok(target)
}

/// What is left out is as by default again.
pub(crate) fn put(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let (retries, age) = (input["MaximumRetryAttempts"].as_i64(), input["MaximumEventAgeInSeconds"].as_i64());
    let mut failures = Failures::default();
    failures.range("maximumRetryAttempts", retries, 0..=2);
    failures.range("maximumEventAgeInSeconds", age, 60..=21_600);
    refuse(failures)?;
    let destinations = input["DestinationConfig"].as_object();
    if destinations.into_iter().flat_map(|d| d.values()).any(|d| d["Destination"].is_string()) {
        return Err(AwsError::not_implemented("destinations of events"));
    }
    let config = EventInvoke {
        retries: retries.and_then(|n| usize::try_from(n).ok()),
        age: age.and_then(|n| u64::try_from(n).ok()).map(Duration::from_secs),
        modified: call.now,
    };
    let shown = config.shown(&target.arn);
    target.find(call)?.attached.event_invoke = Some(config);
    Ok(Reply::ok(shown))
}

fn missing(target: &FunctionRef) -> AwsError {
    not_found(format!("The function {}:$LATEST doesn't have an EventInvokeConfig", target.arn))
}

pub(crate) fn get(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let config = target.find(call)?.attached.event_invoke.as_ref();
    config.map(|c| Reply::ok(c.shown(&target.arn))).ok_or_else(|| missing(&target))
}

pub(crate) fn delete(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let gone = target.find(call)?.attached.event_invoke.take();
    gone.map(|_| Reply::no_content()).ok_or_else(|| missing(&target))
}

pub(crate) fn list(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let mut failures = Failures::default();
    max_items(&input, 50, &mut failures);
    refuse(failures)?;
    let config = target.find(call)?.attached.event_invoke.as_ref().map(|c| c.shown(&target.arn));
    Ok(Reply::ok(json!({ "FunctionEventInvokeConfigs": Vec::from_iter(config) })))
}
