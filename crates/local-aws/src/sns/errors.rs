//! The errors of SNS, by their codes.

use crate::error::AwsError;
use std::fmt::Display;

pub(crate) fn invalid(text: impl Display) -> AwsError {
    AwsError::new(400, "InvalidParameter", format!("Invalid parameter: {text}"))
}

pub(crate) fn no_topic() -> AwsError {
    AwsError::new(404, "NotFound", "Topic does not exist")
}

pub(crate) fn no_subscription() -> AwsError {
    AwsError::new(404, "NotFound", "Subscription does not exist")
}

/// Of the calls about tags.
pub(crate) fn no_resource() -> AwsError {
    AwsError::new(404, "ResourceNotFound", "Resource does not exist")
}

pub(crate) fn too_many_tags() -> AwsError {
    AwsError::new(400, "TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")
}
