//! What came of a call of the live URL.

use super::{channel::Channel, object::Object, text::StyledText};
use crate::outside::http::Response;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// One request and its answer.
pub(crate) struct Called<'a> {
    pub method: &'a str,
    pub url: &'a str,
    /// The name of the key that was sent.
    pub key: Option<&'a str>,
    pub answer: &'a Response,
    /// From the first byte sent to the last byte read, with the connection.
    pub took: Duration,
}

impl Called<'_> {
    /// What was asked and how it was answered beside the result, which is the body alone.
    pub(super) fn text(&self, with_body: bool) -> Vec<(Channel, StyledText)> {
        let body = if with_body { self.body() } else { StyledText::new() };
        let result = if self.is_text() { Channel::Result } else { Channel::Remark };
        vec![(Channel::Progress, self.head()), (result, body)]
    }

    pub(super) fn json(&self) -> Object {
        let headers: Map<String, Value> =
            self.answer.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let call = json!({
            "method": self.method,
            "key": self.key,
            "status": self.answer.status,
            "milliseconds": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
            "headers": headers,
            "body": self.value().unwrap_or_else(|| self.answer.text().into()),
        });
        Object::new().exact("url", self.url).any("call", call)
    }

    fn head(&self) -> StyledText {
        let key = self.key.map(|name| format!(" with the key {name}")).unwrap_or_default();
        let status = format!("{} in {} ms", self.answer.status, self.took.as_millis());
        let asked =
            StyledText::new().exact(format!("{} {}", self.method, self.url)).plain(format!("{key}\n"));
        let painted = if self.answer.status < 400 { asked.green(status) } else { asked.red(status) };
        self.answer.headers.iter().fold(painted, |text, (name, value)| text.dim(format!("\n{name}: {value}")))
    }

    fn body(&self) -> StyledText {
        let body = &self.answer.body;
        if let Some(value) = self.value() {
            return serde_json::to_string_pretty(&value).unwrap_or_default().into();
        }
        match std::str::from_utf8(body) {
            Ok(text) => text.into(),
            Err(_) => format!("{} bytes that are no text: --out FILE keeps them", body.len()).into(),
        }
    }

    fn value(&self) -> Option<Value> {
        serde_json::from_slice(&self.answer.body).ok()
    }

    fn is_text(&self) -> bool {
        std::str::from_utf8(&self.answer.body).is_ok()
    }
}
