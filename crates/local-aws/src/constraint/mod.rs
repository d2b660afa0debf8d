//! What AWS's models say that an input's members must satisfy: the rules, once for all services. How a broken one is
//! worded is the same for most of them ([`Failures`]); ECR has sentences of its own.

mod failures;
mod members;
mod pattern;
mod value_shape;

pub(crate) use failures::Failures;
pub(crate) use members::{Members, lower_first};
pub(crate) use pattern::matches;
pub(crate) use value_shape::{Member, ValueShape, parsed};

use std::{fmt, ops::RangeInclusive};

/// The shape of a string: characters, not bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub length: (usize, usize),
    pub pattern: Option<TextPattern>,
}

/// A pattern as AWS prints it, with what it means.
pub(crate) type TextPattern = (&'static str, fn(&str) -> bool);

/// A rule that a value breaks. Shown as most services word it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule {
    NotNull,
    LengthAtLeast(usize),
    LengthAtMost(usize),
    ValueAtLeast(i64),
    ValueAtMost(i64),
    Pattern(&'static str),
    /// The words, with commas between.
    OneOf(String),
}

impl Rule {
    /// What a text, list or map of this length breaks.
    pub(crate) fn on_length(length: usize, allowed: RangeInclusive<usize>) -> Option<Self> {
        if length < *allowed.start() {
            return Some(Self::LengthAtLeast(*allowed.start()));
        }
        (length > *allowed.end()).then(|| Self::LengthAtMost(*allowed.end()))
    }

    /// What a number breaks.
    pub(crate) fn on_value(value: i64, allowed: RangeInclusive<i64>) -> Option<Self> {
        if value < *allowed.start() {
            return Some(Self::ValueAtLeast(*allowed.start()));
        }
        (value > *allowed.end()).then(|| Self::ValueAtMost(*allowed.end()))
    }

    /// What a word breaks that has to be one of these, in the order in which AWS names them.
    pub(crate) fn on_word(word: &str, allowed: &[&str]) -> Option<Self> {
        (!allowed.contains(&word)).then(|| Self::OneOf(allowed.join(", ")))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => f.write_str("Member must not be null"),
            Self::LengthAtLeast(n) => write!(f, "Member must have length greater than or equal to {n}"),
            Self::LengthAtMost(n) => write!(f, "Member must have length less than or equal to {n}"),
            Self::ValueAtLeast(n) => write!(f, "Member must have value greater than or equal to {n}"),
            Self::ValueAtMost(n) => write!(f, "Member must have value less than or equal to {n}"),
            Self::Pattern(pattern) => {
                write!(f, "Member must satisfy regular expression pattern: {pattern}")
            }
            Self::OneOf(words) => write!(f, "Member must satisfy enum value set: [{words}]"),
        }
    }
}
