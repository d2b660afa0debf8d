//! The tree of a template.

use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Text(String),
    /// `$name…` in the text; `source` is what stands there if it is undefined, empty for the quiet `$!name`.
    Output {
        reference: Reference,
        source: String,
    },
    Set(Reference, Expression),
    /// The branches in order, each with its condition, and what `#else` holds.
    If(Vec<(Expression, Vec<Node>)>, Vec<Node>),
}

/// `$root.step.step(…)[…]`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reference {
    pub root: String,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Property(String),
    Call(String, Vec<Expression>),
    Index(Expression),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Literal(Value),
    /// A double-quoted string: its references are replaced.
    Interpolated(Vec<Node>),
    List(Vec<Expression>),
    Reference(Reference),
    Not(Box<Expression>),
    /// `a || b || …`
    Any(Vec<Expression>),
    /// `a && b && …`
    All(Vec<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
