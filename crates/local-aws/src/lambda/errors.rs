//! Lambda's errors that several operations have, by the names of its model.

use crate::error::AwsError;
use std::fmt::Display;

/// A parameter that breaks a rule which is not in the model.
pub(crate) fn invalid(message: impl Display) -> AwsError {
    AwsError::new(400, "InvalidParameterValueException", message)
}

pub(crate) fn not_found(message: impl Display) -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", message)
}
