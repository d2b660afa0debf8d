//! What all parts of a policy document have in common.

use serde_json::Value;
use std::collections::BTreeMap;

/// Condition keys in lower case, each with its values.
pub(crate) type Context = BTreeMap<String, Vec<String>>;

/// Policy variables (`${aws:username}`) exist since 2012-10-17; before, and without `Version`, they are plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Plain,
    WithVariables,
}

impl Language {
    pub(crate) fn of(document: &Value) -> Self {
        if document["Version"] == "2012-10-17" { Self::WithVariables } else { Self::Plain }
    }
}

/// A list, or one thing that stands for a list of one.
pub(crate) fn one_or_more(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

pub(crate) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    one_or_more(value).filter_map(Value::as_str)
}
