//! Pages of lists. A token is the key of the last item that was given, so it outlives changes in between.

use super::{constraint::invalid, input::Input};
use crate::{config::Config, error::AwsError, paging};

const DEFAULT: usize = 100;
const MAX: usize = 1000;

pub(crate) struct Page {
    after: Option<String>,
    limit: usize,
}

impl Page {
    pub(crate) fn of(input: &Input, config: &Config) -> Result<Self, AwsError> {
        let asked = match input.0["maxResults"].as_i64() {
            None => DEFAULT,
            Some(n) => usize::try_from(n)
                .ok()
                .filter(|n| (1..=MAX).contains(n))
                .ok_or_else(|| invalid("maxResults", format!("must be between 1 and {MAX}")))?,
        };
        let after = input.optional("nextToken").map(decode).transpose()?;
        Ok(Self { after, limit: paging::size(asked, config) })
    }

    /// The page's items, and the token of the next page where there is one. `items` come in the order of their keys.
    pub(crate) fn cut<T>(&self, items: impl Iterator<Item = (String, T)>) -> (Vec<T>, Option<String>) {
        let (page, last) = paging::cut(items, self.after.as_deref(), self.limit);
        (page, last.map(|key| paging::token(&key)))
    }
}

/// Paging makes no sense where the items are named.
pub(crate) fn refuse_with_names(input: &Input, names: &str) -> Result<(), AwsError> {
    let paging = ["maxResults", "nextToken"].into_iter().find(|m| input.has(m));
    match paging.filter(|_| input.has(names)) {
        Some(member) => Err(invalid(member, format!("must not be used together with {names}"))),
        None => Ok(()),
    }
}

fn decode(token: &str) -> Result<String, AwsError> {
    paging::key_of(token).ok_or_else(|| invalid("nextToken", "Invalid next token"))
}
