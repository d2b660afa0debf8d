//! What came from outside the file, by `${NAME}`: never printed.
//!
//! Region, account, profile, stage and sizes are no secrets wherever they come from: they are in every URL and plan.
//! Their keys say so ([`super::shape::Field::shown`]).

use super::{
    node::{Node, Value},
    shape::Shape,
};
use std::{collections::BTreeSet, fmt};

/// What came from outside a file and is not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Outside(BTreeSet<String>);

impl Outside {
    /// The values of variables that were asked for (`used`), and those of the file that hold one.
    pub(crate) fn of(root: &Node, shape: &Shape, used: BTreeSet<String>) -> Self {
        let mut found = OutsideText { hidden: used, shown: BTreeSet::new() };
        found.collect(root, shape, false);
        let OutsideText { hidden, shown } = found;
        Self(hidden.into_iter().filter(|value| !shown.contains(value) && !value.is_empty()).collect())
    }

    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.0.len())
    }
}

struct OutsideText {
    hidden: BTreeSet<String>,
    shown: BTreeSet<String>,
}

impl OutsideText {
    fn collect(&mut self, node: &Node, shape: &Shape, is_shown: bool) {
        match (shape, &node.value) {
            (Shape::Either(shapes), _) => {
                let shape = shapes.iter().find(|shape| shape.takes(node));
                shape.into_iter().for_each(|shape| self.collect(node, shape, is_shown));
            }
            (Shape::Nullable(shape), _) => self.collect(node, shape, is_shown),
            (_, Value::Scalar(scalar)) if scalar.secret() => {
                if is_shown { &mut self.shown } else { &mut self.hidden }.insert(scalar.text.clone());
            }
            (Shape::List { of, .. }, Value::List(items)) => {
                items.iter().for_each(|item| self.collect(item, of, is_shown));
            }
            (Shape::Map { of, .. }, Value::Map(entries)) => {
                entries.iter().for_each(|entry| self.collect(&entry.value, of, is_shown));
            }
            (Shape::Fields(fields), Value::Map(entries)) => entries.iter().for_each(|entry| {
                if let Some(field) = fields.get(&entry.key) {
                    self.collect(&entry.value, &field.shape, is_shown || field.shown);
                }
            }),
            _ => {}
        }
    }
}
