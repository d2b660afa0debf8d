//! `Marker`, `MaxItems`, `IsTruncated`.

use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    paging,
};
use serde_json::{Value, json};

const MARKER: Shape = Shape {
    length: (1, 320),
    pattern: Some((r"[\u0020-\u00FF]+", |t| t.chars().all(|c| (' '..='ÿ').contains(&c)))),
};
const PAGE: usize = 100;

/// Which part of a list is asked for. It is read before what the list is of is looked for, as AWS does.
pub(crate) struct MarkedPage {
    marker: Option<String>,
    size: usize,
}

impl MarkedPage {
    /// # Errors
    /// `Marker` or `MaxItems` that can't be.
    pub(crate) fn of(input: &Value) -> Result<Self, AwsError> {
        let mut members = Members::of(input);
        let marker = members.optional_text("Marker", MARKER).map(str::to_owned);
        let wanted = members.number("MaxItems", 1..=1000);
        members.finish("ValidationError")?;
        Ok(Self { marker, size: wanted.and_then(|n| usize::try_from(n).ok()).unwrap_or(PAGE) })
    }

    /// This part of `items`, which are sorted by their key (a name or ARN), as the output member `name`.
    pub(crate) fn cut(
        &self,
        call: &Call<'_>,
        name: &str,
        items: Vec<(String, Value)>,
    ) -> Result<Reply, AwsError> {
        let after = self.marker.as_deref().map(read_marker).transpose()?;
        let size = paging::size(self.size, call.config);
        let (values, last) = paging::cut(items, after.as_deref(), size);
        let mut output = json!({ name: values, "IsTruncated": last.is_some() });
        if let Some(last) = last {
            output["Marker"] = json!(paging::token(&last));
        }
        Ok(Reply::ok(output))
    }
}

fn read_marker(marker: &str) -> Result<String, AwsError> {
    let invalid = || AwsError::new(400, "ValidationError", format!("Invalid Marker: {marker}"));
    paging::key_of(marker).ok_or_else(invalid)
}
