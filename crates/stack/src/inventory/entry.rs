//! One thing in the inventory.

use crate::default_names::DefaultNames;

/// One thing of a stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// "role"
    pub kind: String,
    /// In the stack file; empty for what a stack has one of.
    pub key: String,
    /// In AWS.
    pub name: String,
}

impl Entry {
    pub fn new(kind: &str, key: &str, name: &str) -> Self {
        Self { kind: kind.to_owned(), key: key.to_owned(), name: name.to_owned() }
    }

    /// `kind/key=name`, as it stands in a tag.
    pub(crate) fn text(&self, defaults: DefaultNames) -> String {
        let slash = if self.key.is_empty() { "" } else { "/" };
        let id = format!("{}{slash}{}", self.kind, self.key);
        if self.name == defaults.of(&self.kind, &self.key) { id } else { format!("{id}={}", self.name) }
    }

    /// `None`: no entry.
    pub(super) fn read(text: &str, defaults: DefaultNames) -> Option<Self> {
        let (id, name) = text.split_once('=').map_or((text, None), |(id, name)| (id, Some(name)));
        let (kind, key) = id.split_once('/').unwrap_or((id, ""));
        let is_kind = kind.starts_with(|c: char| c.is_ascii_lowercase());
        let name = name.map_or_else(|| defaults.of(kind, key), str::to_owned);
        is_kind.then(|| Self::new(kind, key, &name))
    }
}
