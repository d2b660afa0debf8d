//! A way into a JSON document: `$.items[0].name`.

use serde_json::Value;
use std::fmt;

/// `$`, then steps: `.name`, `['any name']`, `[0]`. No wildcards, filters or slices: it leads to one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    text: String,
    steps: Vec<PathStep>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PathStep {
    Name(String),
    Index(usize),
}

impl JsonPath {
    /// `None` if `text` is no such path.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = step(rest)?;
            steps.push(step);
            rest = after;
        }
        Some(Self { text: text.to_owned(), steps })
    }

    /// Where it leads; `None` if there is nothing.
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(document, |value, step| match step {
            PathStep::Name(name) => value.as_object()?.get(name),
            PathStep::Index(index) => value.as_array()?.get(*index),
        })
    }
}

fn step(text: &str) -> Option<(PathStep, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-$@".contains(c));
        return plain.then(|| (PathStep::Name(name.to_owned()), rest));
    }
    if let Some(rest) = text.strip_prefix("['") {
        let (name, rest) = rest.split_once("']")?;
        return (!name.is_empty()).then(|| (PathStep::Name(name.to_owned()), rest));
    }
    let (index, rest) = text.strip_prefix('[')?.split_once(']')?;
    let digits = !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit());
    Some((PathStep::Index(digits.then(|| index.parse().ok()).flatten()?), rest))
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn it_leads_to_one_value() {
        let document = json!({ "items": [{ "name": "a" }, { "a.b": true }] });
        let found = |path: &str| JsonPath::parse(path).unwrap().find(&document).cloned();
        assert_eq!(found("$"), Some(document.clone()));
        assert_eq!(found("$.items[0].name"), Some(json!("a")));
        assert_eq!(found("$['items'][1]['a.b']"), Some(json!(true)));
        assert_eq!(found("$.items[2]"), None);
        assert_eq!(found("$.items.name"), None);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "items", "$items", "$.", "$..a", "$[", "$[a]", "$['a", "$.a[*]", "$[-1]", "$.a b"] {
            assert_eq!(JsonPath::parse(text), None, "{text}");
        }
    }
}
