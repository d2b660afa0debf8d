//! What a stack file may hold, in words of data. One table of shapes ([`super::sections`]) drives the check of a file
//! and the JSON Schema, so that an editor and the program cannot disagree.

use super::{
    node::{Kind, Node, Value},
    rule::Rule,
    unit::Unit,
};

/// AWS's integers: no whole number may be more.
pub(crate) const MOST: u64 = i32::MAX as u64;

/// What one value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Text(&'static Rule),
    Whole {
        min: u64,
        max: u64,
    },
    /// A number that may have a fraction; not negative.
    Decimal,
    Flag,
    Choice(&'static [&'static str]),
    /// Items differ, unless the shape of them says otherwise.
    List {
        of: &'static Shape,
        min: usize,
        max: usize,
    },
    Map {
        keys: &'static Rule,
        of: &'static Shape,
        min: usize,
        max: usize,
    },
    Fields(&'static Fields),
    /// One for text, one for a list or a mapping.
    Either(&'static [Shape]),
    /// Or nothing.
    Nullable(&'static Shape),
}

/// A mapping with known keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) fields: &'static [Field],
    /// Exactly one of these must be there.
    pub(crate) one_of: &'static [&'static str],
    /// All of these or none.
    pub(crate) together: &'static [&'static str],
}

/// A known key.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "these are marks on a key")]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// For the schema, which a test makes.
    #[cfg_attr(not(test), expect(dead_code))]
    pub(crate) about: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    /// Needed by every command, so a variable in it must be set for every command.
    pub(crate) needed: bool,
    /// Needed by few commands, though what it is in is needed by all.
    pub(crate) spared: bool,
    /// Its value is no secret, also when it comes from outside the file: it is in every URL or plan.
    pub(crate) shown: bool,
    /// Why nothing from outside the file may stand below this key.
    pub(crate) closed: Option<&'static str>,
    /// What its number counts.
    pub(crate) unit: Option<Unit>,
    #[cfg_attr(not(test), expect(dead_code))]
    pub(crate) default: DefaultValue,
}

/// What holds when a key is left out, for the schema.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(test), expect(dead_code))]
pub(crate) enum DefaultValue {
    /// Nothing, or what `about` says.
    None,
    Whole(u32),
    Flag(bool),
    Text(&'static str),
    /// An empty text, list or mapping.
    Empty,
}

impl Fields {
    pub(crate) const fn new(fields: &'static [Field]) -> Self {
        Self { fields, one_of: &[], together: &[] }
    }

    pub(crate) const fn one_of(self, one_of: &'static [&'static str]) -> Self {
        Self { one_of, ..self }
    }

    pub(crate) const fn together(self, together: &'static [&'static str]) -> Self {
        Self { together, ..self }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.fields.iter().map(|field| field.name)
    }
}

impl Field {
    pub(crate) const fn new(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self {
            name,
            about,
            shape,
            required: false,
            needed: false,
            spared: false,
            shown: false,
            closed: None,
            unit: None,
            default: DefaultValue::None,
        }
    }

    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(crate) const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    pub(crate) const fn spared(self) -> Self {
        Self { spared: true, ..self }
    }

    pub(crate) const fn shown(self) -> Self {
        Self { shown: true, ..self }
    }

    pub(crate) const fn closed(self, why: &'static str) -> Self {
        Self { closed: Some(why), ..self }
    }

    pub(crate) const fn in_unit(self, unit: Unit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    pub(crate) const fn or(self, default: DefaultValue) -> Self {
        Self { default, ..self }
    }

    pub(crate) const fn or_empty(self) -> Self {
        self.or(DefaultValue::Empty)
    }
}

impl Shape {
    /// However many items.
    pub(crate) const fn list(of: &'static Self) -> Self {
        Self::List { of, min: 0, max: usize::MAX }
    }

    /// However many entries.
    pub(crate) const fn map(keys: &'static Rule, of: &'static Self) -> Self {
        Self::Map { keys, of, min: 0, max: usize::MAX }
    }

    /// The same list or mapping with at least one of its items.
    pub(crate) const fn not_empty(self) -> Self {
        match self {
            Self::List { of, max, .. } => Self::List { of, min: 1, max },
            Self::Map { keys, of, max, .. } => Self::Map { keys, of, min: 1, max },
            other => other,
        }
    }

    /// The same list or mapping with up to `max` items.
    pub(crate) const fn at_most(self, max: usize) -> Self {
        match self {
            Self::List { of, min, .. } => Self::List { of, min, max },
            Self::Map { keys, of, min, .. } => Self::Map { keys, of, min, max },
            other => other,
        }
    }

    /// A whole number that only its type bounds.
    pub(crate) const fn whole_from(min: u64) -> Self {
        Self::Whole { min, max: MOST }
    }

    /// Whether a list may hold one item twice: the words of a command line.
    pub(crate) fn repeats(&self) -> bool {
        matches!(self, Self::Text(Rule { pattern: None, .. }))
    }

    /// A single value, which has no shape below it.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Whole { .. } | Self::Decimal | Self::Flag | Self::Choice(_))
    }

    /// The same, or one of several shapes of which one is.
    pub(crate) fn may_be_scalar(&self) -> bool {
        match self {
            Self::Either(shapes) => shapes.iter().any(Self::is_scalar),
            other => other.is_scalar(),
        }
    }

    /// Whether `node` is of its kind, whatever is wrong with it besides.
    pub(crate) fn takes(&self, node: &Node) -> bool {
        match self {
            Self::List { .. } => node.is_null() || matches!(node.value, Value::List(_)),
            Self::Map { .. } | Self::Fields(_) => node.is_null() || matches!(node.value, Value::Map(_)),
            _ => node.scalar().is_some_and(|scalar| scalar.kind == Kind::Text),
        }
    }

    /// Completes "expected …".
    pub(crate) fn expected(&self) -> String {
        match self {
            Self::Text(rule) => rule.expected.to_owned(),
            Self::Whole { min, max } if *max >= MOST => format!("a whole number, {min} or more"),
            Self::Whole { min, max } => format!("a whole number from {min} to {max}"),
            Self::Decimal => "a number, 0 or more".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Choice(choices) => one_of(choices),
            Self::List { .. } => "a list".to_owned(),
            Self::Map { .. } | Self::Fields(_) => "a mapping".to_owned(),
            Self::Either(shapes) => shapes.iter().map(Self::expected).collect::<Vec<_>>().join(", or "),
            Self::Nullable(shape) => format!("{}, or `null`", shape.expected()),
        }
    }
}

/// "`a`, `b` or `c`"
pub(crate) fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}
