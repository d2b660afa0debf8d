//! What tags may be, wherever they are. How a service refuses others, it says itself.

use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// So many may one thing have.
pub(crate) const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// A tag, as most services have it in their inputs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub key: String,
    pub value: String,
}

/// Tags, as most services have them in their answers.
pub(crate) fn listed(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// What is wrong with a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongTag {
    /// Keys that start with `aws:`, in whatever case, are AWS's own.
    Reserved,
    Key,
    Value,
}

impl WrongTag {
    /// `None` for a tag that may be.
    pub(crate) fn of(key: &str, value: &str) -> Option<Self> {
        if is_reserved(key) {
            Some(Self::Reserved)
        } else if !(1..=LONGEST_KEY).contains(&key.chars().count()) || !is_legal(key) {
            Some(Self::Key)
        } else if value.chars().count() > LONGEST_VALUE || !is_legal(value) {
            Some(Self::Value)
        } else {
            None
        }
    }
}

pub(crate) fn is_reserved(key: &str) -> bool {
    key.to_ascii_lowercase().starts_with("aws:")
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`: letters, spaces, numbers and a few more.
pub(crate) fn is_legal(text: &str) -> bool {
    let is_space = |c: char| c.is_whitespace() && !c.is_control();
    text.chars().all(|c| c.is_alphanumeric() || is_space(c) || "_.:/=+-@".contains(c))
}

/// `tags` with `new` ones; `None` where they are too many.
pub(crate) fn added(
    tags: &BTreeMap<String, String>,
    new: BTreeMap<String, String>,
) -> Option<BTreeMap<String, String>> {
    let mut all = tags.clone();
    all.extend(new);
    (all.len() <= MOST).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_have_lengths_and_letters_of_their_own() {
        let (longest_key, longest_value) = ("k".repeat(LONGEST_KEY), "v".repeat(LONGEST_VALUE));
        assert_eq!(WrongTag::of(&longest_key, &longest_value), None);
        assert_eq!(WrongTag::of("größe \u{a0}1", ""), None);
        assert_eq!(WrongTag::of("Aws:x", ""), Some(WrongTag::Reserved));
        for key in ["", "a;b", "tab\t", &format!("{longest_key}k")] {
            assert_eq!(WrongTag::of(key, ""), Some(WrongTag::Key), "{key:?}");
        }
        for value in ["a<b", &format!("{longest_value}v")] {
            assert_eq!(WrongTag::of("key", value), Some(WrongTag::Value), "{value:?}");
        }
    }

    #[test]
    fn a_thing_has_fifty() {
        let tags = |from: usize, to: usize| (from..to).map(|n| (n.to_string(), String::new())).collect();
        assert_eq!(added(&tags(0, 30), tags(20, 50)).map(|all| all.len()), Some(MOST));
        assert_eq!(added(&tags(0, 30), tags(20, 51)), None);
    }
}
