//! A JSON object before it is printed: the counterpart of [`StyledText`].
//!
//! The [`super::sink`] hides the secrets in it; only what is marked is printed as it is.

use super::text::StyledText;
use serde_json::Value;

/// Keys and what stands there, in this order.
#[derive(Default)]
pub(super) struct Object(pub(super) Vec<(String, Part)>);

pub(super) enum Part {
    /// May repeat a secret.
    Any(Value),
    /// Of no use with a part of it hidden.
    Exact(Value),
    /// As the text says of each of its pieces.
    Words(StyledText),
}

impl Object {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A line of its own.
    pub(super) fn event(name: &str) -> Self {
        Self::new().any("event", name)
    }

    fn with(mut self, key: &str, part: Part) -> Self {
        self.0.push((key.to_owned(), part));
        self
    }

    pub(super) fn any(self, key: &str, value: impl Into<Value>) -> Self {
        self.with(key, Part::Any(value.into()))
    }

    pub(super) fn exact(self, key: &str, value: impl Into<Value>) -> Self {
        self.with(key, Part::Exact(value.into()))
    }

    pub(super) fn words(self, key: &str, text: StyledText) -> Self {
        self.with(key, Part::Words(text))
    }

    /// Both; of a key that both have, the later value counts.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

/// What an event is as JSON.
impl From<Value> for Object {
    fn from(value: Value) -> Self {
        let Value::Object(map) = value else { return Self::new() };
        Self(map.into_iter().map(|(key, value)| (key, Part::Any(value))).collect())
    }
}
