//! The routing configuration of an alias: what a request says of it, and whether AWS takes it.

use super::{
    alias::Routing,
    errors::{invalid, not_found},
    function::{Function, LATEST},
};
use crate::{
    constraint::{Failures, matches},
    error::AwsError,
};
use serde_json::Value;
use std::collections::BTreeMap;

const PLACE: &str = "routingConfig.additionalVersionWeights";
const NUMBER: &str = "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]";
const WEIGHT: &str = "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]";

/// The weights of a request, by version; `None` where it has no routing configuration. An empty one clears it.
///
/// # Errors
/// `SerializationException` where they are no numbers by name; what breaks AWS's model goes into `failures`.
pub(crate) fn weights(
    input: &Value,
    failures: &mut Failures,
) -> Result<Option<BTreeMap<String, f64>>, AwsError> {
    let config = &input["RoutingConfig"];
    if config.is_null() {
        return Ok(None);
    }
    let wrong = |e| AwsError::new(400, "SerializationException", e);
    let weights: Option<BTreeMap<String, f64>> =
        serde_json::from_value(config["AdditionalVersionWeights"].clone()).map_err(wrong)?;
    let weights = weights.unwrap_or_default();
    let pairs: Vec<String> =
        weights.iter().map(|(version, weight)| format!("{version}={weight:?}")).collect();
    let shown = format!("{{{}}}", pairs.join(", "));
    if !weights.keys().all(|v| v.len() <= 1024 && matches("[0-9]+", v)) {
        failures.fail(PLACE, &shown, NUMBER);
    }
    if !weights.values().all(|weight| (0.0..=1.0).contains(weight)) {
        failures.fail(PLACE, &shown, WEIGHT);
    }
    Ok(Some(weights))
}

/// Whether an alias of this function can route so.
///
/// # Errors
/// A version that is not there, more than one besides the first, the first once more, `$LATEST` beside another, or two
/// versions of different roles.
pub(crate) fn ensure(function: &Function, route: &Routing) -> Result<(), AwsError> {
    let first = version(function, &route.version)?;
    if route.weights.len() > 1 {
        return Err(invalid("Number of items in AdditionalVersionWeights cannot be greater than 1"));
    }
    let Some(second) = route.weights.keys().next() else { return Ok(()) };
    let named = &route.version;
    if second == named {
        return Err(invalid(format!(
            "Invalid function version {named}. Function version {named} is already included in routing configuration."
        )));
    }
    if named == LATEST {
        return Err(invalid("$LATEST is not supported for an alias pointing to more than 1 version"));
    }
    // They need the same dead-letter queue as well: here no function has one.
    if version(function, second)?.settings.role != first.settings.role {
        return Err(invalid("Specified versions must be associated with the same execution role"));
    }
    Ok(())
}

fn version<'a>(function: &'a Function, version: &str) -> Result<&'a Function, AwsError> {
    let missing = || not_found(format!("Function not found: {}:{version}", function.id.arn));
    function.version(version).ok_or_else(missing)
}
