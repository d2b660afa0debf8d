//! The tree turned into types. The check has told what is wrong with single values; here what is wrong is read as
//! left out, and only what no single value shows is told: references, duplicates, combinations.

mod addresses;
mod api;
mod auth;
mod checks;
mod cors;
mod function;
mod image;
mod inventory;
mod names;
mod rights;
mod role;
mod route;
mod tags;
mod usage;
mod warnings;

pub use warnings::of as warnings;

use std::{collections::BTreeMap, path::Path};

use super::{
    DefaultNames, Outside, Values, check, limits,
    mistake::Mistake,
    node::{Node, Scalar},
    types::{Retain, Stack, Text},
};

/// The stack below `root`, and what is wrong with it. With mistakes, here or from the check, it is not to be used.
pub fn stack(root: &Node, folder: &Path, values: Values) -> (Stack, Vec<Mistake>) {
    let name = text(root, "stack").filter(|name| limits::STACK_NAME.fits(name)).unwrap_or_default();
    let mut reader = Reader { stack: name, folder, values, mistakes: Vec::new() };
    let functions = reader.functions(root);
    let region = text(root, "region");
    names::check(&mut reader, root, &functions, region.as_deref());
    let api = reader.api(root.get("api").unwrap_or(root), &functions);
    let checks = reader.checks(root, &api.routes);
    let tags = map(root, "tags");
    tags::check(&mut reader, root);
    inventory::check(&mut reader, root, &functions, &api, tags.len());
    let retain = texts(root, "retain").unwrap_or_default();
    let stack = Stack {
        name: reader.stack,
        region,
        profile: text(root, "profile"),
        profile_line: root.get("profile").map(|node| node.place.line),
        account: text(root, "account"),
        tags,
        functions,
        checks,
        api,
        retain: Retain {
            logs: retain.iter().any(|it| it == "logs"),
            images: retain.iter().any(|it| it == "images"),
        },
        folder: folder.to_owned(),
        warnings: Vec::new(),
        outside: Outside::default(),
    };
    (stack, reader.mistakes)
}

struct Reader<'a> {
    /// The stack's name; empty if it cannot be used, so nothing is said about names that follow from it.
    stack: String,
    folder: &'a Path,
    values: Values,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// Of things whose default name has no region in it.
    fn default_names(&self) -> DefaultNames<'_> {
        DefaultNames { stack: &self.stack, region: limits::SOME_REGION }
    }

    fn tell(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }
}

/// A scalar that says something; `None`: left out, or unset.
fn set(node: Option<&Node>) -> Option<&Scalar> {
    node.filter(|node| !node.is_null()).and_then(Node::scalar).filter(|scalar| !scalar.unset())
}

fn text(node: &Node, key: &str) -> Option<String> {
    set(node.get(key)).map(|scalar| scalar.text.clone())
}

fn whole(node: &Node, key: &str) -> Option<u32> {
    set(node.get(key)).and_then(|scalar| check::whole(&scalar.text)).and_then(|number| number.try_into().ok())
}

fn decimal(node: &Node, key: &str) -> Option<f64> {
    set(node.get(key)).and_then(|scalar| check::decimal(&scalar.text))
}

fn flag(node: &Node, key: &str) -> Option<bool> {
    set(node.get(key)).and_then(|scalar| check::flag(&scalar.text))
}

/// A list of texts; `None`: left out.
fn texts(node: &Node, key: &str) -> Option<Vec<String>> {
    let node = node.get(key).filter(|node| !node.is_null())?;
    Some(node.items().iter().filter_map(|item| set(Some(item))).map(|scalar| scalar.text.clone()).collect())
}

fn map(node: &Node, key: &str) -> BTreeMap<String, String> {
    let entries = node.get(key).map(Node::entries).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| Some((entry.key.clone(), set(Some(&entry.value))?.text.clone())))
        .collect()
}

/// A value that is a secret if it came from outside; empty while it is unset.
fn secret(scalar: &Scalar) -> Text {
    match (scalar.unset(), scalar.secret()) {
        (true, _) => Text::secret(""),
        (_, true) => Text::secret(&scalar.text),
        _ => Text::plain(&scalar.text),
    }
}
