//! The file as a tree in which every key and every value knows its place.

use super::place::Place;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub value: Value,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value. Keys of one mapping differ.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub key: String,
    pub key_place: Place,
    pub value: Node,
}

/// A single value, as it is spelled: `1.10` stays `1.10`.
#[derive(Clone, PartialEq)]
pub(crate) struct Scalar {
    pub text: String,
    pub kind: Kind,
    pub origin: Origin,
}

/// What YAML takes a scalar for. Whatever is in quotes is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Flag,
    Number,
    Text,
}

/// Where a scalar's text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// All of it is written in the file.
    File,
    /// It holds `${…}`, and every one took the default that the file gives.
    Default,
    /// Some of it comes from outside the file: a secret.
    Outside,
    /// It holds a `${…}` that nothing answers; which, where, and why that matters.
    Unset(Vec<Unset>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unset {
    pub name: String,
    pub place: Place,
    /// The message of `${NAME:?message}`.
    pub message: Option<String>,
}

impl Scalar {
    /// Whether `${…}` is in it: its kind is then whatever its text can be read as.
    pub(crate) fn refers(&self) -> bool {
        self.origin != Origin::File
    }

    pub(crate) fn secret(&self) -> bool {
        matches!(self.origin, Origin::Outside | Origin::Unset(_))
    }

    pub(crate) fn unset(&self) -> bool {
        matches!(self.origin, Origin::Unset(_))
    }
}

impl std::fmt::Debug for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = if self.secret() { "***" } else { &self.text };
        f.debug_struct("Scalar").field("text", &text).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Node {
    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.kind == Kind::Null)
    }

    /// The entries of a mapping; none for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// A scalar that says something; `None`: nothing is written, or it is unset.
    pub(crate) fn given(&self) -> Option<&Scalar> {
        self.scalar().filter(|scalar| scalar.kind != Kind::Null && !scalar.unset())
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// What it is, in a sentence: "expected a list, found …".
    pub(crate) fn found(&self) -> &'static str {
        match &self.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Scalar(scalar) => match scalar.kind {
                Kind::Null => "nothing",
                Kind::Flag => "true or false",
                Kind::Number => "a number",
                Kind::Text => "text",
            },
        }
    }
}
