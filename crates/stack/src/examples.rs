//! The examples of the JSON Schema: what the tests' whole stack file says of each key.

use super::node::{Entry, Kind, Node, Value as Written};
use serde_json::{Map, Value, json};

/// Gives every key of `schema` that `node` writes its value as an example. A key whose own keys are known has none: they do.
pub(super) fn add(schema: &mut Value, node: &Node) {
    match schema {
        Value::Array(shapes) => shapes.iter_mut().for_each(|shape| add(shape, node)),
        Value::Object(schema) => {
            below(schema, node);
            for any in ["anyOf", "oneOf"] {
                schema.get_mut(any).into_iter().for_each(|shapes| add(shapes, node));
            }
        }
        _ => {}
    }
}

fn below(schema: &mut Map<String, Value>, node: &Node) {
    for entry in node.entries() {
        if let Some(key) = schema.get_mut("properties").and_then(|keys| keys.get_mut(&entry.key)) {
            give(key, &entry.value);
            add(key, &entry.value);
        }
        if let Some(value) = schema.get_mut("additionalProperties") {
            add(value, &entry.value);
        }
    }
    for item in node.items() {
        schema.get_mut("items").into_iter().for_each(|items| add(items, item));
    }
}

fn give(key: &mut Value, node: &Node) {
    let has_keys = holds(key, "properties") && node.scalar().is_none();
    if let Value::Object(key) = key
        && !key.contains_key("examples")
        && !has_keys
        && !node.is_null()
    {
        key.insert("examples".into(), json!([value(node)]));
    }
}

/// Whether `key` is anywhere in it.
pub(super) fn holds(schema: &Value, key: &str) -> bool {
    match schema {
        Value::Object(map) => map.contains_key(key) || map.values().any(|value| holds(value, key)),
        Value::Array(items) => items.iter().any(|item| holds(item, key)),
        _ => false,
    }
}

fn value(node: &Node) -> Value {
    match &node.value {
        Written::List(items) => items.iter().map(value).collect(),
        Written::Map(entries) => entries
            .iter()
            .map(|Entry { key, value: it, .. }| (key.clone(), value(it)))
            .collect::<Map<_, _>>()
            .into(),
        Written::Scalar(scalar) => match scalar.kind {
            Kind::Flag => (scalar.text == "true").into(),
            // A number that JSON writes otherwise is text: an account begins with 0.
            Kind::Number => serde_json::from_str(&scalar.text).unwrap_or_else(|_| scalar.text.clone().into()),
            Kind::Null => Value::Null,
            Kind::Text => scalar.text.clone().into(),
        },
    }
}
