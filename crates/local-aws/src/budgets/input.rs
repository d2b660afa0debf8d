//! From an input as it came to one that can be worked with.

use super::{
    errors::no_budget,
    state::{Budget, Budgets},
};
use crate::{
    call::Call,
    constraint::{ValueShape, parsed},
    error::AwsError,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Display;

/// The input as what the operation needs of it.
///
/// # Errors
/// It has not the shape of the model, or is about another account.
pub(crate) fn read<T: DeserializeOwned>(
    call: &Call<'_>,
    input: Value,
    shape: &ValueShape,
) -> Result<T, AwsError> {
    shape.check(&input, "InvalidParameterException")?;
    if let Some(account) = input["AccountId"].as_str() {
        own(call, account)?;
    }
    parsed(input)
}

/// # Errors
/// The account is not the caller's.
pub(crate) fn own(call: &Call<'_>, account: &str) -> Result<(), AwsError> {
    if account == call.account {
        return Ok(());
    }
    let text = "You are not authorized to use this operation with the given parameters.";
    Err(call.words.access_denied(text.to_owned()))
}

/// The budgets of the caller's account.
pub(crate) fn budgets<'a>(call: &'a mut Call<'_>) -> &'a mut Budgets {
    &mut call.account_mut().budgets
}

/// `failed` is what can't be done without it: "Unable to delete notification".
///
/// # Errors
/// There is no such budget.
pub(crate) fn budget<'a>(
    call: &'a mut Call<'_>,
    name: &str,
    failed: impl Display,
) -> Result<&'a mut Budget, AwsError> {
    budgets(call).0.get_mut(name).ok_or_else(|| no_budget(failed))
}
