//! Lambda's errors that several operations have, by the names of its model.

use crate::{constraint::Failures, error::AwsError};
use std::fmt::Display;

/// A parameter that breaks a rule which is not in the model.
pub(crate) fn invalid(message: impl Display) -> AwsError {
    AwsError::new(400, "InvalidParameterValueException", message)
}

pub(crate) fn not_found(message: impl Display) -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", message)
}

/// # Errors
/// `ValidationException` where any member breaks AWS's model.
pub(crate) fn refuse(failures: Failures) -> Result<(), AwsError> {
    failures.finish("ValidationException")
}
