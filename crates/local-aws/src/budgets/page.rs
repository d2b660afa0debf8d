//! The members by which lists are asked for in pages.

use crate::{config::Config, error::AwsError, paging};
use serde::Deserialize;
use serde_json::{Value, json};

const USUAL: usize = 100;

/// Which part of a list is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AskedPage {
    max_results: Option<f64>,
    next_token: Option<String>,
}

impl AskedPage {
    /// This part of `items`, which are sorted by their key, as the output member `name`.
    ///
    /// # Errors
    /// A token that no list gave.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "its shape bounds the number"
    )]
    pub(crate) fn cut(
        &self,
        config: &Config,
        name: &str,
        items: impl Iterator<Item = (String, Value)>,
    ) -> Result<Value, AwsError> {
        let after =
            self.next_token.as_deref().map(|t| paging::key_of(t).ok_or_else(wrong_token)).transpose()?;
        let size = paging::size(self.max_results.map_or(USUAL, |n| n as usize), config);
        let (page, last) = paging::cut(items, after.as_deref(), size);
        let mut output = json!({ name: page });
        if let Some(last) = last {
            output["NextToken"] = json!(paging::token(&last));
        }
        Ok(output)
    }
}

fn wrong_token() -> AwsError {
    AwsError::new(400, "InvalidNextTokenException", "The pagination token is invalid.")
}
