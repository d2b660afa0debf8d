//! From an input as it came, in whichever protocol, to one that can be worked with.

use super::{errors::INVALID, state::CloudWatch};
use crate::{call::Call, constraint::ValueShape, error::AwsError};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The input as what the operation needs of it.
///
/// # Errors
/// It has not the shape of the model.
pub(crate) fn read<T: DeserializeOwned>(mut input: Value, shape: &ValueShape) -> Result<T, AwsError> {
    shape.read_texts(&mut input);
    shape.check(&input, INVALID)?;
    drop_nulls(&mut input);
    serde_json::from_value(input).map_err(|e| AwsError::new(400, "SerializationException", e))
}

/// A member that is null is one that is missing.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// CloudWatch in the caller's region.
pub(crate) fn cloudwatch<'a>(call: &'a mut Call<'_>) -> &'a mut CloudWatch {
    &mut call.region_mut().cloudwatch
}
