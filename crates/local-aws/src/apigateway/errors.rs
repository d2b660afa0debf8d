//! API Gateway's errors, by the names of its model.

use crate::error::{AwsError, validation_text};
use std::fmt::Display;

pub(crate) fn bad_request(message: impl Display) -> AwsError {
    AwsError::new(400, "BadRequestException", message)
}

pub(crate) fn not_found(message: impl Display) -> AwsError {
    AwsError::new(404, "NotFoundException", message)
}

pub(crate) fn conflict(message: impl Display) -> AwsError {
    AwsError::new(409, "ConflictException", message)
}

/// A quota of the account or the API is used up.
pub(crate) fn limit_exceeded(message: impl Display) -> AwsError {
    AwsError::new(429, "LimitExceededException", message)
}

/// Members that break the model; no failure, no error.
pub(crate) fn refuse(failures: Vec<String>) -> Result<(), AwsError> {
    if failures.is_empty() {
        return Ok(());
    }
    Err(AwsError::new(400, "ValidationException", validation_text(&failures)))
}

/// A mapping expression that can't be read.
pub(crate) fn bad_mapping(expression: impl Display) -> AwsError {
    mapping_error(format!("Invalid mapping expression specified: {expression}"))
}

/// A mapping expression about a parameter that was never declared.
pub(crate) fn undeclared_parameter(parameter: impl Display) -> AwsError {
    mapping_error(format!("Invalid mapping expression parameter specified: {parameter}"))
}

fn mapping_error(error: String) -> AwsError {
    bad_request(format!(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [{error}]"
    ))
}
