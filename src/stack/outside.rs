//! What came from outside the file, by `${NAME}`: never printed.
//!
//! Region, account, profile, stage and sizes are no secrets wherever they come from: they are in every URL and plan.

use super::node::{Node, Value};
use std::collections::BTreeSet;

/// Keys whose values are no secrets.
const SHOWN: [&str; 16] = [
    "region",
    "account",
    "profile",
    "stage",
    "memory",
    "timeout",
    "ephemeral_storage",
    "reserved_concurrency",
    "log_retention",
    "keep",
    "rate",
    "burst",
    "quota",
    "max_age",
    "ttl",
    "status",
];

/// What came from outside a file and is not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Outside(BTreeSet<String>);

impl Outside {
    /// The values of variables that were asked for (`used`), and those of the file that hold one.
    pub(super) fn of(root: &Node, used: BTreeSet<String>) -> Self {
        let (mut hidden, mut shown) = (used, BTreeSet::new());
        collect(root, false, &mut hidden, &mut shown);
        hidden.retain(|value| !shown.contains(value) && !value.is_empty());
        Self(hidden)
    }

    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} values", self.0.len())
    }
}

fn collect(node: &Node, is_shown: bool, hidden: &mut BTreeSet<String>, shown: &mut BTreeSet<String>) {
    match &node.value {
        Value::Scalar(scalar) if scalar.secret() => {
            if is_shown { &mut *shown } else { &mut *hidden }.insert(scalar.text.clone());
        }
        Value::Scalar(_) => {}
        Value::List(items) => items.iter().for_each(|item| collect(item, is_shown, hidden, shown)),
        Value::Map(entries) => entries.iter().for_each(|entry| {
            let is_shown = is_shown || SHOWN.contains(&entry.key.as_str());
            collect(&entry.value, is_shown, hidden, shown);
        }),
    }
}
