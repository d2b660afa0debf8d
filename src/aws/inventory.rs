//! What a stack has that no list would show: kept as a tag on its REST API.
//!
//! Most list calls return no tags, so what left the stack file could not be found again. The REST API's tags come free
//! with GetRestApis; an entry is written before anything it names is created, and taken away after the last of it is gone.

use super::tags::{INVENTORY, Tags};
use serde::Serialize;
use std::{collections::BTreeSet, fmt::Write};

/// A tag value's limit.
const VALUE: usize = 256;

/// The names of one function's resources in AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Names {
    /// The key in `functions:`.
    pub key: String,
    pub function: String,
    /// Empty: the role is somebody else's.
    pub role: String,
    /// Empty: the repository is somebody else's.
    pub repository: String,
}

/// All entries of a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    pub functions: BTreeSet<Names>,
    /// Names of API keys.
    pub keys: BTreeSet<String>,
    /// There is a usage plan.
    pub usage_plan: bool,
}

impl Inventory {
    /// Both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            functions: self.functions.union(&other.functions).cloned().collect(),
            keys: self.keys.union(&other.keys).cloned().collect(),
            usage_plan: self.usage_plan || other.usage_plan,
        }
    }

    /// As tags: entries packed into as many values as they need.
    pub fn to_tags(&self) -> Tags {
        let functions = self.functions.iter().map(|n| {
            format!(
                "f,{},{},{},{}",
                escape(&n.key),
                escape(&n.function),
                escape(&n.role),
                escape(&n.repository)
            )
        });
        let keys = self.keys.iter().map(|k| format!("k,{}", escape(k)));
        let plan = self.usage_plan.then(|| "p".to_owned());
        let mut values: Vec<String> = Vec::new();
        for entry in functions.chain(keys).chain(plan) {
            match values.last_mut().filter(|v| v.len() + 1 + entry.len() <= VALUE) {
                Some(value) => _ = write!(value, ";{entry}"),
                None => values.push(entry),
            }
        }
        values.into_iter().enumerate().map(|(n, value)| (format!("{INVENTORY}:{n}"), value)).collect()
    }

    /// From the tags of a REST API. What is no entry is left out: somebody may have edited the tag by hand.
    pub fn from_tags(tags: &Tags) -> Self {
        let mut inventory = Self::default();
        for (_, value) in tags.iter().filter(|(key, _)| key.starts_with(INVENTORY)) {
            value.split(';').for_each(|entry| inventory.read(entry));
        }
        inventory
    }

    fn read(&mut self, entry: &str) {
        let fields: Vec<String> = entry.split(',').map(unescape).collect();
        match &fields[..] {
            [kind, key, function, role, repository] if kind == "f" => {
                self.functions.insert(Names {
                    key: key.clone(),
                    function: function.clone(),
                    role: role.clone(),
                    repository: repository.clone(),
                });
            }
            [kind, key] if kind == "k" => _ = self.keys.insert(key.clone()),
            [kind] if kind == "p" => self.usage_plan = true,
            _ => {}
        }
    }
}

/// API Gateway's tags hold letters, digits and `+ - = . _ : /` and what lies between; anything else becomes `=XX`.
fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' | b'+' => {
                out.push(byte as char)
            }
            _ => _ = write!(out, "={byte:02X}"),
        }
        out
    })
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        bytes.extend(u8::from_str_radix(hex, 16).ok());
        bytes.extend(rest.bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(n: usize) -> Names {
        Names {
            key: format!("key{n}"),
            function: format!("a-function-of-some-length-{n}"),
            role: "role with,odd=characters@é".to_owned(),
            repository: String::new(),
        }
    }

    #[test]
    fn survives_the_tags_however_many_they_need() {
        let functions: BTreeSet<_> = (0..40).map(names).collect();
        let keys = ["a key".to_owned(), "b".to_owned()].into();
        let inventory = Inventory { functions, keys, usage_plan: true };
        let tags = inventory.to_tags();
        assert!(tags.len() > 1 && tags.values().all(|v| v.len() <= VALUE));
        assert!(tags.values().all(|v| {
            v.bytes().all(|b| b.is_ascii_alphanumeric() || (b'+'..=b'=').contains(&b) || b == b'_')
        }));
        assert_eq!(Inventory::from_tags(&tags), inventory);
    }

    #[test]
    fn takes_no_harm_from_a_tag_edited_by_hand() {
        let tags = Tags::from([(format!("{INVENTORY}:0"), "nonsense;f,a;k,b=2;=;k,c".to_owned())]);
        let inventory = Inventory::from_tags(&tags);
        assert!(inventory.keys.contains("c") && !inventory.usage_plan);
    }
}
