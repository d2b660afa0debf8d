//! What a stack file may hold, in words of data. One table of shapes ([`super::table`]) drives the check of a file
//! and the JSON Schema, so that an editor and the program cannot disagree.

use super::unit::Unit;
use regex_lite::Regex;

/// What one value may be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
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
pub struct Fields {
    pub fields: &'static [Field],
    /// Exactly one of these must be there.
    pub one_of: &'static [&'static str],
    /// All of these or none.
    pub together: &'static [&'static str],
}

/// A known key.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub about: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// Needed by every command, so a variable in it must be set for every command.
    pub needed: bool,
    /// Why nothing from outside the file may stand below this key.
    pub closed: Option<&'static str>,
    /// What its number counts.
    pub unit: Option<Unit>,
    pub default: Default,
}

/// What holds when a key is left out.
#[derive(Debug, Clone, Copy)]
pub enum Default {
    /// Nothing, or what `about` says.
    None,
    Whole(u32),
    Flag(bool),
    Text(&'static str),
    EmptyList,
    EmptyMap,
}

/// What a text may look like.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Completes "expected …".
    pub expected: &'static str,
    /// In the subset that Rust's and JavaScript's expressions share.
    pub pattern: Option<&'static str>,
    /// What `pattern` lets through and must not be.
    pub except: Option<&'static str>,
    /// In characters.
    pub max: usize,
    /// Numbers and `true` count as the text they are spelled with.
    pub spelled: bool,
    /// What to do about a text that does not fit.
    pub hint: fn(&str) -> Option<&'static str>,
}

impl Rule {
    pub const fn any(expected: &'static str) -> Self {
        Self { expected, pattern: None, except: None, max: usize::MAX, spelled: false, hint: |_| None }
    }

    pub const fn new(expected: &'static str, pattern: &'static str) -> Self {
        Self { pattern: Some(pattern), ..Self::any(expected) }
    }

    pub const fn except(self, pattern: &'static str) -> Self {
        Self { except: Some(pattern), ..self }
    }

    pub const fn max(self, max: usize) -> Self {
        Self { max, ..self }
    }

    pub const fn spelled(self) -> Self {
        Self { spelled: true, ..self }
    }

    pub const fn hint(self, hint: fn(&str) -> Option<&'static str>) -> Self {
        Self { hint, ..self }
    }

    pub fn fits(&self, text: &str) -> bool {
        text.chars().count() <= self.max
            && self.pattern.is_none_or(|pattern| matches(pattern, text))
            && !self.except.is_some_and(|pattern| matches(pattern, text))
    }
}

/// A pattern that does not compile fits nothing; a test compiles them all.
fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
}

impl Field {
    pub const fn new(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self {
            name,
            about,
            shape,
            required: false,
            needed: false,
            closed: None,
            unit: None,
            default: Default::None,
        }
    }

    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    pub const fn closed(self, why: &'static str) -> Self {
        Self { closed: Some(why), ..self }
    }

    pub const fn in_unit(self, unit: Unit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    pub const fn default(self, default: Default) -> Self {
        Self { default, ..self }
    }
}

impl Fields {
    pub const fn new(fields: &'static [Field]) -> Self {
        Self { fields, one_of: &[], together: &[] }
    }

    pub const fn one_of(self, one_of: &'static [&'static str]) -> Self {
        Self { one_of, ..self }
    }

    pub const fn together(self, together: &'static [&'static str]) -> Self {
        Self { together, ..self }
    }

    pub fn get(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.fields.iter().map(|field| field.name)
    }
}

impl Shape {
    /// Whether a list may hold one item twice: the words of a command line.
    pub fn repeats(&self) -> bool {
        matches!(self, Self::Text(Rule { pattern: None, .. }))
    }

    /// A single value, which has no shape below it.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Whole { .. } | Self::Decimal | Self::Flag | Self::Choice(_))
    }

    /// Completes "expected …".
    pub fn expected(&self) -> String {
        match self {
            Self::Text(rule) => rule.expected.to_owned(),
            Self::Whole { min, max } if *max >= i32::MAX as u64 => format!("a whole number, {min} or more"),
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
pub fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}
