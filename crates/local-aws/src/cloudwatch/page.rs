//! Lists in pages.

use super::errors::wrong_token;
use crate::{config::Config, error::AwsError, paging};
use serde_json::{Value, json};

/// This part of `items`, which are sorted by their keys, as the output member `name`.
///
/// # Errors
/// A token that no list gave.
pub(crate) fn cut(
    config: &Config,
    token: Option<&str>,
    size: usize,
    name: &str,
    items: impl Iterator<Item = (String, Value)>,
) -> Result<Value, AwsError> {
    let after = token.map(|token| paging::key_of(token).ok_or_else(wrong_token)).transpose()?;
    let (page, last) = paging::cut(items, after.as_deref(), paging::size(size, config));
    let mut output = json!({ name: page });
    if let Some(last) = last {
        output["NextToken"] = json!(paging::token(&last));
    }
    Ok(output)
}
