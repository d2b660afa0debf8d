//! What AWS accepts and what will hurt all the same.

use super::{
    mistake::Mistake,
    node::{Node, Origin},
};

/// One sentence each, at the place where it can be helped.
pub(crate) struct Warnings<'a> {
    root: &'a Node,
    told: Vec<Mistake>,
}

impl<'a> Warnings<'a> {
    pub(crate) fn of(root: &'a Node) -> Self {
        Self { root, told: Vec::new() }
    }

    /// Where the line is not written, the warning comes without.
    pub(crate) fn tell(&mut self, path: &[&str], text: impl Into<String>) {
        self.told.push(match self.find(path) {
            Some(node) => Mistake::at(node.place, text),
            None => Mistake::of_file(text),
        });
    }

    pub(crate) fn find(&self, path: &[&str]) -> Option<&'a Node> {
        path.iter().try_fold(self.root, |node, key| node.get(key))
    }

    /// In the order of their lines.
    pub(crate) fn told(mut self) -> Vec<Mistake> {
        self.told.sort_by_key(|warning| warning.place.map(|place| place.start));
        self.told
    }
}

/// Whether any of it comes from outside the file.
pub(crate) fn is_from_outside(node: &Node) -> bool {
    node.scalar().is_some_and(|scalar| scalar.origin == Origin::Outside)
        || node.items().iter().any(is_from_outside)
}
