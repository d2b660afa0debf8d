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

/// What all functions but `except` have taken out of the account's concurrency: reserved, or else provisioned.
pub(crate) fn reserved_in(lambda: &Lambda, except: &str) -> u32 {
    let others = lambda.functions.values().filter(|f| f.id.name != except);
    others.map(|f| f.reserved_concurrency.unwrap_or_else(|| f.attached.provisioned_in_all())).sum()
}

/// Whether a version or alias can have so much provisioned concurrency.
///
/// # Errors
/// More than the function has reserved, or more than the account can spare.
pub(crate) fn ensure_provisionable(
    call: &mut Call,
    function: &str,
    qualifier: &str,
    requested: u32,
) -> Result<(), AwsError> {
    let most = call.config.concurrency;
    let stay = UNRESERVABLE.min(most);
    let lambda = &call.region_mut().lambda;
    let Some(found) = lambda.functions.get(function) else { return Ok(()) };
    let others = found.attached.provisioned.iter().filter(|(name, _)| *name != qualifier);
    let others: u32 = others.map(|(_, config)| config.requested).sum();
    let unreserved = most.saturating_sub(reserved_in(lambda, function)).saturating_sub(others);
    let left = unreserved.saturating_sub(requested);
    Err(invalid(match found.reserved_concurrency {
        Some(reserved) if others.saturating_add(requested) > reserved => {
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function".to_owned()
        }
        None if requested > unreserved => format!(
            "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{unreserved}]."
        ),
        None if left < stay => format!(
            "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{stay}]."
        ),
        _ => return Ok(()),
    }))
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
    let function = target.find(call)?;
    let provisioned = function.attached.provisioned_in_all();
    if reserved < provisioned {
        // With AWS's own spaces.
        return Err(invalid(format!(
            " ReservedConcurrentExecutions  {reserved} should not be lower than function's total provisioned concurrency [{provisioned}]."
        )));
    }
    function.reserved_concurrency = Some(reserved);
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
