//! What `destroy` keeps.

use crate::{
    node::Node,
    shape::{Field, Shape},
};

pub(crate) const RETAIN: Field = Field::new(
    "retain",
    Shape::list(&Shape::Choice(&["logs", "images"])).at_most(2),
    "What `destroy` keeps.",
)
.needed()
.or_empty();

/// What `destroy` keeps. Default: nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retain {
    pub logs: bool,
    pub images: bool,
}

impl Retain {
    pub(crate) fn read(root: &Node) -> Self {
        let kept = RETAIN.texts(root).unwrap_or_default();
        let is_kept = |what: &str| kept.iter().any(|it| it == what);
        Self { logs: is_kept("logs"), images: is_kept("images") }
    }
}
