//! The errors of CloudWatch Logs, by the names of its model.

use crate::error::AwsError;

pub(crate) fn not_found(what: &str) -> AwsError {
    AwsError::new(400, "ResourceNotFoundException", format!("The specified {what} does not exist."))
}

pub(crate) fn exists(what: &str) -> AwsError {
    AwsError::new(400, "ResourceAlreadyExistsException", format!("The specified {what} already exists"))
}

pub(crate) fn invalid(text: impl std::fmt::Display) -> AwsError {
    AwsError::new(400, "InvalidParameterException", text)
}
