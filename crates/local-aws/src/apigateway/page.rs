//! Lists in pages: `limit`, and a `position` that only the server can read.

use super::{errors::bad_request, input};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    paging,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

const DEFAULT: usize = 25;
const MOST: usize = 500;

/// What every paged list takes.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Paging {
    #[serde(default, deserialize_with = "input::from_text")]
    limit: Option<i64>,
    position: Option<String>,
}

impl Paging {
    /// One page of `items`, which are in the order of their keys. A page starts behind the key that its position
    /// holds, so that deleting between two pages skips nothing.
    pub(crate) fn reply(
        &self,
        call: &Call<'_>,
        items: impl IntoIterator<Item = (String, Value)>,
    ) -> Result<Reply, AwsError> {
        let (items, position) = self.cut(call, items)?;
        let mut body = json!({ "item": items });
        if let Some(position) = position {
            body["position"] = json!(position);
        }
        Ok(Reply::ok(body))
    }

    /// As [`Self::reply`], for answers of another form: the page, and the position of the next one, where there is one.
    pub(crate) fn cut<T>(
        &self,
        call: &Call<'_>,
        items: impl IntoIterator<Item = (String, T)>,
    ) -> Result<(Vec<T>, Option<String>), AwsError> {
        let after = self.position.as_deref().map(read_position).transpose()?;
        let (items, last) = paging::cut(items, after.as_deref(), self.size(call));
        Ok((items, last.map(|last| paging::token(&format!("after {last}")))))
    }

    /// A limit outside the bounds is brought inside them, as AWS does.
    fn size(&self, call: &Call<'_>) -> usize {
        let asked = match self.limit.map(usize::try_from) {
            Some(Ok(limit)) if limit > 0 => limit.min(MOST),
            _ => DEFAULT,
        };
        paging::size(asked, call.config)
    }
}

fn read_position(position: &str) -> Result<String, AwsError> {
    let key = paging::key_of(position).and_then(|text| text.strip_prefix("after ").map(str::to_owned));
    key.ok_or_else(|| bad_request("Invalid position parameter"))
}

/// Whether what was created then is already found by its id.
pub(crate) fn is_found(call: &Call<'_>, created: Timestamp) -> bool {
    let age = Duration::try_from(call.now.duration_since(created)).unwrap_or_default();
    age >= call.delays.read_lag
}

/// Whether a list already shows what was created then.
pub(crate) fn shows(call: &Call<'_>, created: Timestamp) -> bool {
    let age = Duration::try_from(call.now.duration_since(created)).unwrap_or_default();
    age >= call.delays.list_lag
}
