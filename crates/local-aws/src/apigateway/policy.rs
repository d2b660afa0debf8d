//! An API's resource policy: how it is checked, kept, and written back.

use super::errors::bad_request;
use crate::{call::Call, error::AwsError};
use serde_json::Value;

const LONGEST: usize = 8192;

/// The policy as it is kept: JSON text whose short resources (`execute-api:/stage/GET/x`) are full ARNs. "" is none.
pub(crate) fn read(call: &Call<'_>, api: &str, text: &str) -> Result<Option<String>, AwsError> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST {
        return Err(bad_request(format!("The policy is longer than {LONGEST} characters")));
    }
    let mut policy: Value = serde_json::from_str(text).map_err(|_| invalid())?;
    if !policy.get("Statement").is_some_and(|s| s.is_array() || s.is_object()) {
        return Err(invalid());
    }
    let arn = format!("{}/", call.arn("execute-api", api));
    for_each_resource(&mut policy, &|resource| {
        if let Some(rest) = resource.strip_prefix("execute-api:/") {
            *resource = format!("{arn}{rest}");
        }
    });
    shorten_conditions(&mut policy);
    Ok(Some(policy.to_string()))
}

/// A condition's list of one is kept, and read back, as that one.
fn shorten_conditions(policy: &mut Value) {
    let statements = policy["Statement"].as_array_mut().into_iter().flatten();
    let operators = statements.filter_map(|s| s.get_mut("Condition")?.as_object_mut());
    let keys = operators.flat_map(|o| o.values_mut()).filter_map(Value::as_object_mut);
    for value in keys.flat_map(|k| k.values_mut()) {
        if let Value::Array(list) = value
            && let [one] = &list[..]
        {
            *value = one.clone();
        }
    }
}

fn invalid() -> AwsError {
    bad_request(
        "Invalid policy document. Please check the policy syntax and ensure that Principals are valid.",
    )
}

fn for_each_resource(policy: &mut Value, change: &dyn Fn(&mut String)) {
    let statements = match &mut policy["Statement"] {
        Value::Array(all) => all.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for resource in statements.iter_mut().filter_map(|s| s.get_mut("Resource")) {
        match resource {
            Value::String(one) => change(one),
            Value::Array(all) => all.iter_mut().for_each(|r| {
                if let Value::String(r) = r {
                    change(r);
                }
            }),
            _ => {}
        }
    }
}

/// AWS answers a policy as the inside of a JSON string, slashes escaped too: the reader has to unescape it twice.
pub(crate) fn on_the_wire(policy: &str) -> String {
    let quoted = Value::from(policy).to_string();
    quoted[1..quoted.len() - 1].replace('/', "\\/")
}
