//! The value of a key: what is written in the file, or its default. The key's [`Field`] reads itself, so that its name, limits and
//! default stand in one place.

use super::{
    node::{Entry, Node, Scalar},
    scalar,
    shape::{DefaultValue, Field},
};
use std::collections::BTreeMap;

/// A key that always has a value: the one that is written, or this.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WithDefault<T> {
    pub(crate) field: Field,
    default: T,
}

impl Field {
    pub(crate) const fn or_whole(self, default: u32) -> WithDefault<u32> {
        WithDefault { field: self.or(DefaultValue::Whole(default)), default }
    }

    pub(crate) const fn or_text(self, default: &'static str) -> WithDefault<&'static str> {
        WithDefault { field: self.or(DefaultValue::Text(default)), default }
    }
}

/// What is written in `mapping`. `None`: it is left out, unset, or something else.
impl Field {
    pub(crate) fn node<'n>(&self, mapping: &'n Node) -> Option<&'n Node> {
        mapping.get(self.name)
    }

    pub(crate) fn items<'n>(&self, mapping: &'n Node) -> &'n [Node] {
        self.node(mapping).map(Node::items).unwrap_or_default()
    }

    pub(crate) fn entries<'n>(&self, mapping: &'n Node) -> &'n [Entry] {
        self.node(mapping).map(Node::entries).unwrap_or_default()
    }

    pub(crate) fn scalar<'n>(&self, mapping: &'n Node) -> Option<&'n Scalar> {
        self.node(mapping).and_then(Node::given)
    }

    pub(crate) fn text(&self, mapping: &Node) -> Option<String> {
        self.scalar(mapping).map(|scalar| scalar.text.clone())
    }

    pub(crate) fn whole(&self, mapping: &Node) -> Option<u32> {
        self.scalar(mapping).and_then(|it| scalar::whole(&it.text)).and_then(|number| number.try_into().ok())
    }

    pub(crate) fn decimal(&self, mapping: &Node) -> Option<f64> {
        self.scalar(mapping).and_then(|it| scalar::decimal(&it.text))
    }

    /// What is left out is false.
    pub(crate) fn flag(&self, mapping: &Node) -> bool {
        self.switch(mapping).unwrap_or_default()
    }

    pub(crate) fn switch(&self, mapping: &Node) -> Option<bool> {
        self.scalar(mapping).and_then(|it| scalar::flag(&it.text))
    }

    pub(crate) fn texts(&self, mapping: &Node) -> Option<Vec<String>> {
        let list = self.node(mapping).filter(|node| !node.is_null())?;
        Some(list.items().iter().filter_map(Node::given).map(|scalar| scalar.text.clone()).collect())
    }

    pub(crate) fn map(&self, mapping: &Node) -> BTreeMap<String, String> {
        let entries = self.entries(mapping).iter();
        entries.filter_map(|entry| Some((entry.key.clone(), entry.value.given()?.text.clone()))).collect()
    }
}

impl WithDefault<u32> {
    pub(crate) fn read(&self, mapping: &Node) -> u32 {
        self.field.whole(mapping).unwrap_or(self.default)
    }
}

impl WithDefault<&'static str> {
    pub(crate) fn read(&self, mapping: &Node) -> String {
        self.field.text(mapping).unwrap_or_else(|| self.default.to_owned())
    }
}
