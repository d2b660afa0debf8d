//! Reserved concurrency.

use super::{
    errors::{invalid, refuse},
    name::{FunctionRef, functions_only},
    state::Lambda,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
};
use serde_json::{Value, json};

/// How many of an account's concurrent executions no function can reserve for itself.
const UNRESERVABLE: u32 = 100;

/// What all functions but `except` have reserved.
pub(crate) fn reserved_in(lambda: &Lambda, except: &str) -> u32 {
    let others = lambda.functions.values().filter(|f| f.id.name != except);
    others.filter_map(|f| f.reserved_concurrency).sum()
}

/// These operations are about a function as a whole.
fn target(call: &Call, input: &Value) -> Result<FunctionRef, AwsError> {
    let target = FunctionRef::to_change(call, input)?;
    if target.qualifier.is_none() {
        return Ok(target);
    }
    Err(functions_only())
}

pub(crate) fn put_function_concurrency(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let asked = input["ReservedConcurrentExecutions"].as_i64();
    let mut failures = Failures::default();
    failures.required("reservedConcurrentExecutions", asked.as_ref());
    failures.range("reservedConcurrentExecutions", asked, 0..=i64::MAX);
    refuse(failures)?;
    if target.find(call).is_err() {
        let latest = FunctionRef { qualifier: Some("$LATEST".to_owned()), ..target };
        return Err(latest.not_found());
    }
    let most = call.config.concurrency;
    let stay = UNRESERVABLE.min(most);
    let reserved = reserved_in(&call.region_mut().lambda, &target.name);
    let available = most.saturating_sub(reserved).saturating_sub(stay);
    let reserved = asked.and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= available).ok_or_else(|| {
        invalid(format!(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{stay}]."
        ))
    })?;
    target.find(call)?.reserved_concurrency = Some(reserved);
    Ok(Reply::ok(json!({ "ReservedConcurrentExecutions": reserved })))
}

pub(crate) fn get_function_concurrency(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let reserved = target(call, &input)?.find(call)?.reserved_concurrency;
    Ok(Reply::ok(reserved.map_or_else(|| json!({}), |n| json!({ "ReservedConcurrentExecutions": n }))))
}

pub(crate) fn delete_function_concurrency(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    target(call, &input)?.find(call)?.reserved_concurrency = None;
    Ok(Reply::no_content())
}
