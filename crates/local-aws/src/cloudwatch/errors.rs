//! The errors of CloudWatch, by their codes in the query protocol.

use crate::error::AwsError;
use std::fmt::Display;

/// The code of an input that is none.
pub(crate) const INVALID: &str = "ValidationError";

pub(crate) fn invalid(text: impl Display) -> AwsError {
    AwsError::new(400, INVALID, text)
}

pub(crate) fn wrong_value(text: impl Display) -> AwsError {
    AwsError::new(400, "InvalidParameterValue", text)
}

pub(crate) fn missing(name: &str) -> AwsError {
    AwsError::new(400, "MissingParameter", format!("The parameter {name} is required."))
}

/// Parameters that go together with no meaning.
pub(crate) fn combination(text: impl Display) -> AwsError {
    AwsError::new(400, "InvalidParameterCombination", text)
}

pub(crate) fn no_alarm(names: &str) -> AwsError {
    AwsError::new(404, "ResourceNotFound", format!("Unable to find alarm(s): {names}"))
}

pub(crate) fn no_resource() -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", "The resource does not exist.")
}

pub(crate) fn limit_exceeded(text: impl Display) -> AwsError {
    AwsError::new(400, "LimitExceeded", text)
}

pub(crate) fn wrong_token() -> AwsError {
    AwsError::new(400, "InvalidNextToken", "The next token is invalid.")
}

/// What the shape of an error is called in AWS's model.
pub(crate) fn shape(code: &str) -> &str {
    match code {
        "ValidationError" => "ValidationException",
        "LimitExceeded" => "LimitExceededFault",
        "InvalidFormat" => "InvalidFormatFault",
        "InvalidParameterValue" => "InvalidParameterValueException",
        "InvalidParameterCombination" => "InvalidParameterCombinationException",
        "MissingParameter" => "MissingRequiredParameterException",
        "InternalServiceError" => "InternalServiceFault",
        other => other,
    }
}
