//! Lists in pages of a hundred.

use super::errors::invalid;
use crate::{config::Config, error::AwsError, paging};
use serde_json::{Value, json};

const SIZE: usize = 100;

/// This part of `items`, which are sorted by their keys, as the output member `name`.
///
/// # Errors
/// A token that no list gave.
pub(crate) fn cut(
    config: &Config,
    token: Option<&str>,
    name: &str,
    items: impl Iterator<Item = (String, Value)>,
) -> Result<Value, AwsError> {
    let wrong = || invalid("NextToken Reason: the token is none that a list gave");
    let after = token.map(|token| paging::key_of(token).ok_or_else(wrong)).transpose()?;
    let (page, last) = paging::cut(items, after.as_deref(), paging::size(SIZE, config));
    let mut output = json!({ name: page });
    if let Some(last) = last {
        output["NextToken"] = json!(paging::token(&last));
    }
    Ok(output)
}
