//! From an input as it came, in whichever protocol, to one that can be worked with.

use super::{errors::INVALID, state::CloudWatch};
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
    shape.check(&input, INVALID)?;
    parsed(input)
}

/// CloudWatch in the caller's region.
pub(crate) fn cloudwatch<'a>(call: &'a mut Call<'_>) -> &'a mut CloudWatch {
    &mut call.region_mut().cloudwatch
}
