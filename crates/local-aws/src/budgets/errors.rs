//! The errors of AWS Budgets, by the names of its model. What AWS says in them: `docs/aws.md` 7.1.

use crate::error::AwsError;
use std::fmt::Display;

pub(crate) fn invalid(text: impl Display) -> AwsError {
    AwsError::new(400, "InvalidParameterException", text)
}

/// What a budget that is made or changed can't be.
pub(crate) fn unfit(why: impl Display) -> AwsError {
    invalid(format!("Unable to create/update budget - {why}"))
}

/// `failed` is what could not be done: "Unable to delete notification".
pub(crate) fn no_budget(failed: impl Display) -> AwsError {
    not_found(format!("{failed} - the budget doesn't exist."))
}

/// As [`no_budget`], where the budget is there and its notification is not.
pub(crate) fn no_notification(failed: impl Display) -> AwsError {
    not_found(format!("{failed} - the notification doesn't exist."))
}

pub(crate) fn not_found(text: impl Display) -> AwsError {
    AwsError::new(400, "NotFoundException", text)
}

pub(crate) fn duplicate(text: impl Display) -> AwsError {
    AwsError::new(400, "DuplicateRecordException", text)
}

/// Too many notifications or subscribers.
pub(crate) fn too_many(text: impl Display) -> AwsError {
    AwsError::new(400, "CreationLimitExceededException", text)
}

/// Too many budgets or tags.
pub(crate) fn over_quota(text: impl Display) -> AwsError {
    AwsError::new(400, "ServiceQuotaExceededException", text)
}
