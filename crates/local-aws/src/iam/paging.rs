//! `Marker`, `MaxItems`, `IsTruncated`.

use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const MARKER: Shape = Shape {
    length: (1, 320),
    pattern: Some((r"[\u0020-\u00FF]+", |t| t.chars().all(|c| (' '..='ÿ').contains(&c)))),
};
const PAGE: usize = 100;

/// Which part of a list is asked for. It is read before what the list is of is looked for, as AWS does.
pub(crate) struct Page {
    marker: Option<String>,
    size: usize,
}

impl Page {
    /// # Errors
    /// `Marker` or `MaxItems` that can't be.
    pub(crate) fn of(input: &Value) -> Result<Self, AwsError> {
        let mut members = Members::of(input);
        let marker = members.optional_text("Marker", MARKER).map(str::to_owned);
        let wanted = members.number("MaxItems", 1..=1000);
        members.finish("ValidationError")?;
        Ok(Self { marker, size: wanted.map_or(PAGE, |n| n.unsigned_abs() as usize) })
    }

    /// This part of `items`, which are sorted by their key (a name or ARN), as the output member `name`.
    pub(crate) fn cut(
        &self,
        call: &Call<'_>,
        name: &str,
        items: Vec<(String, Value)>,
    ) -> Result<Reply, AwsError> {
        let after = self.marker.as_deref().map(read_marker).transpose()?;
        let size = self.size.min(call.config.page_size.unwrap_or(usize::MAX)).max(1);
        let mut rest = items.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|a| key > a));
        let page: Vec<(String, Value)> = rest.by_ref().take(size).collect();
        let truncated = rest.next().is_some();
        let last = page.last().map(|(key, _)| key.clone());
        let values: Vec<Value> = page.into_iter().map(|(_, value)| value).collect();
        let mut output = json!({ name: values, "IsTruncated": truncated });
        if let (true, Some(last)) = (truncated, last) {
            output["Marker"] = json!(URL_SAFE_NO_PAD.encode(last));
        }
        Ok(Reply::ok(output))
    }
}

fn read_marker(marker: &str) -> Result<String, AwsError> {
    let bytes = URL_SAFE_NO_PAD.decode(marker).ok();
    bytes
        .and_then(|b| String::from_utf8(b).ok())
        .ok_or_else(|| AwsError::new(400, "ValidationError", format!("Invalid Marker: {marker}")))
}
