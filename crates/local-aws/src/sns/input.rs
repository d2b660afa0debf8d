//! From an input as it came to one that can be worked with, and from an ARN to what it names.

use super::{
    errors::{invalid, no_topic},
    state::{Sns, Topic},
};
use crate::{
    call::Call,
    constraint::{ValueShape, parsed},
    error::AwsError,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The input as what the operation needs of it.
///
/// # Errors
/// It has not the shape of the model.
pub(crate) fn read<T: DeserializeOwned>(mut input: Value, shape: &ValueShape) -> Result<T, AwsError> {
    shape.read_texts(&mut input);
    shape.check(&input, "ValidationError")?;
    parsed(input)
}

/// SNS in the caller's region.
pub(crate) fn sns<'a>(call: &'a mut Call<'_>) -> &'a mut Sns {
    let now = call.now;
    let sns = &mut call.region_mut().sns;
    sns.forget_silent(now);
    sns
}

/// The last part of an ARN of SNS, as member `name` of an input has it.
///
/// # Errors
/// It is no ARN.
pub(crate) fn resource<'a>(arn: &'a str, name: &str) -> Result<&'a str, AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "sns", _, _, resource] => Ok(resource),
        [_, _, _, _, _, _] => Err(invalid(name)),
        _ => {
            Err(invalid(format!("{name} Reason: An ARN must have at least 6 elements, not {}", parts.len())))
        }
    }
}

/// The topic of an ARN.
///
/// # Errors
/// It names none.
pub(crate) fn topic<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Topic, AwsError> {
    let name = resource(arn, "TopicArn")?;
    if arn != call.arn("sns", name) {
        return Err(no_topic());
    }
    sns(call).topics.get_mut(name).ok_or_else(no_topic)
}
