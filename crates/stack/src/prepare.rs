//! The tree as it was meant: a misspelt key is told once and then read as the key it is near to, and one variable may
//! stand for all the items of a list.

use super::{
    mistake::Mistake,
    node::{Entry, Node, Scalar, Value},
    shape::{Fields, Shape},
    slips::nearest,
};

/// Prepares the tree below `root`; gives what is misspelt.
pub(super) fn prepare(root: &mut Node, shape: &Shape) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    node(root, shape, &mut mistakes);
    mistakes
}

fn node(it: &mut Node, shape: &Shape, mistakes: &mut Vec<Mistake>) {
    match shape {
        Shape::Either(shapes) => {
            if let Some(shape) = shapes.iter().find(|shape| shape.takes(it)) {
                node(it, shape, mistakes);
            }
        }
        Shape::Nullable(inner) => node(it, inner, mistakes),
        Shape::List { of, .. } => {
            if of.may_be_scalar() {
                split(it);
            }
            if let Value::List(items) = &mut it.value {
                items.iter_mut().for_each(|item| node(item, of, mistakes));
            }
        }
        Shape::Map { of, .. } => {
            if let Value::Map(entries) = &mut it.value {
                entries.iter_mut().for_each(|entry| node(&mut entry.value, of, mistakes));
            }
        }
        Shape::Fields(fields) => {
            if let Value::Map(entries) = &mut it.value {
                correct(entries, fields, mistakes);
                for entry in entries {
                    if let Some(field) = fields.get(&entry.key) {
                        node(&mut entry.value, &field.shape, mistakes);
                    }
                }
            }
        }
        _ => {}
    }
}

/// `origins: ${ORIGINS}` with `https://a.example, https://b.example` in the variable is a list of two.
fn split(it: &mut Node) {
    let Value::Scalar(scalar) = &it.value else { return };
    if !scalar.refers() {
        return;
    }
    let item = |text: &str| {
        let scalar = Scalar { text: text.to_owned(), ..scalar.clone() };
        Node { value: Value::Scalar(scalar), place: it.place }
    };
    let items = match scalar.unset() {
        true => vec![item("")],
        false => scalar.text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(item).collect(),
    };
    it.value = Value::List(items);
}

fn correct(entries: &mut [Entry], fields: &Fields, mistakes: &mut Vec<Mistake>) {
    for at in 0..entries.len() {
        let key = &entries[at].key;
        let missing = fields.names().filter(|name| !entries.iter().any(|entry| entry.key == *name));
        if fields.get(key).is_some() {
            continue;
        }
        if let Some(meant) = nearest(key, missing) {
            let message = format!("unknown key `{key}`, did you mean `{meant}`?");
            mistakes
                .push(Mistake::at(entries[at].key_place, message).expected(format!("expected `{meant}`")));
            entries[at].key = meant.to_owned();
        }
    }
}
