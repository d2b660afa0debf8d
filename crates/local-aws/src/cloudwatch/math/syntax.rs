//! Expressions as data.

use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Number(f64),
    /// A text in quotes: what ids start with.
    Text(String),
    /// Another query.
    Name(String),
    /// `[m1, m2]`
    List(Vec<Self>),
    Negative(Box<Self>),
    Binary(Operator, Box<Self>, Box<Self>),
    Call(String, Vec<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divided,
    Power,
}

impl Operator {
    /// How strongly it binds.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => 3,
            Self::Plus | Self::Minus => 4,
            Self::Times | Self::Divided => 5,
            Self::Power => 6,
        }
    }

    /// `None` where there is no such number: what is divided by nothing is missing.
    #[expect(clippy::float_cmp, reason = "AWS compares numbers as they are")]
    pub(crate) fn of(self, left: f64, right: f64) -> Option<f64> {
        let truth = |holds: bool| f64::from(u8::from(holds));
        let number = match self {
            Self::Or => truth(left != 0.0 || right != 0.0),
            Self::And => truth(left != 0.0 && right != 0.0),
            Self::Equal => truth(left == right),
            Self::NotEqual => truth(left != right),
            Self::Less => truth(left < right),
            Self::LessOrEqual => truth(left <= right),
            Self::Greater => truth(left > right),
            Self::GreaterOrEqual => truth(left >= right),
            Self::Plus => left + right,
            Self::Minus => left - right,
            Self::Times => left * right,
            Self::Divided => left / right,
            Self::Power => left.powf(right),
        };
        number.is_finite().then_some(number)
    }
}

/// What FILL takes for a missing value besides a number: words, and no queries.
pub(crate) const REPEAT: &str = "REPEAT";
pub(crate) const LINEAR: &str = "LINEAR";

impl Expression {
    /// The queries that it names.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        match self {
            Self::Number(_) | Self::Text(_) => BTreeSet::new(),
            Self::Name(word) if word == REPEAT || word == LINEAR => BTreeSet::new(),
            Self::Name(name) => BTreeSet::from([name.clone()]),
            Self::List(parts) | Self::Call(_, parts) => parts.iter().flat_map(Self::names).collect(),
            Self::Negative(part) => part.names(),
            Self::Binary(_, left, right) => &left.names() | &right.names(),
        }
    }
}
