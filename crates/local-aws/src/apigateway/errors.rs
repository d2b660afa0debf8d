//! API Gateway's errors, by the names of its model.

use crate::{constraint::Failures, error::AwsError};
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

/// # Errors
/// `ValidationException` where any member breaks AWS's model.
pub(crate) fn refuse(failures: Failures) -> Result<(), AwsError> {
    failures.finish("ValidationException")
}

/// As [`refuse`], for a single check.
pub(crate) fn refuse_by(check: impl FnOnce(&mut Failures)) -> Result<(), AwsError> {
    let mut failures = Failures::default();
    check(&mut failures);
    refuse(failures)
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
