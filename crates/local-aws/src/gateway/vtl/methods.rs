//! Properties and methods of plain values, named as in Java, because Velocity shows Java objects.

use super::{
    failure::{TemplateFailure, failed},
    value::shown,
};
use serde_json::Value;

/// A property that is not there is null.
pub(crate) fn property(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or_default()
}

/// `list[0]`, `map["key"]`.
pub(crate) fn index(value: &Value, index: Option<&Value>) -> Result<Value, TemplateFailure> {
    match (value, index) {
        (Value::Array(items), Some(Value::Number(n))) => {
            let item = n.as_u64().and_then(|n| items.get(usize::try_from(n).ok()?));
            item.cloned().map_or_else(|| failed(format!("there is no item {n}")), Ok)
        }
        (Value::Object(_), Some(Value::String(name))) => Ok(property(value, name)),
        _ => failed("an index needs a list and a number, or a map and a string"),
    }
}

/// A method call on a map, a list or a text.
pub(crate) fn call(value: &Value, name: &str, arguments: &[Option<Value>]) -> Result<Value, TemplateFailure> {
    let arguments: Vec<String> =
        arguments.iter().map(|a| a.as_ref().map(shown).unwrap_or_default()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let found = match (name, arguments.as_slice()) {
        ("toString", []) => Some(shown(value).into()),
        ("equals", [other]) => Some((shown(value) == *other).into()),
        _ => match value {
            Value::Object(map) => match (name, arguments.as_slice()) {
                // API Gateway's maps answer an empty text for a key they do not have.
                ("get", [key]) => Some(map.get(*key).cloned().unwrap_or_else(|| "".into())),
                ("containsKey", [key]) => Some(map.contains_key(*key).into()),
                ("size", []) => Some(map.len().into()),
                ("isEmpty", []) => Some(map.is_empty().into()),
                _ => None,
            },
            Value::Array(items) => match (name, arguments.as_slice()) {
                ("contains", [item]) => Some(items.iter().any(|i| shown(i) == *item).into()),
                ("size", []) => Some(items.len().into()),
                ("isEmpty", []) => Some(items.is_empty().into()),
                _ => None,
            },
            Value::String(text) => text_method(text, name, &arguments),
            _ => None,
        },
    };
    found.map_or_else(
        || {
            failed(format!(
                "method {name} with {} argument(s) is not implemented by the local AWS",
                arguments.len()
            ))
        },
        Ok,
    )
}

fn text_method(text: &str, name: &str, arguments: &[&str]) -> Option<Value> {
    Some(match (name, arguments) {
        ("contains", [part]) => text.contains(part).into(),
        ("startsWith", [part]) => text.starts_with(part).into(),
        ("endsWith", [part]) => text.ends_with(part).into(),
        ("equalsIgnoreCase", [other]) => (text.to_lowercase() == other.to_lowercase()).into(),
        ("toLowerCase", []) => text.to_lowercase().into(),
        ("toUpperCase", []) => text.to_uppercase().into(),
        ("trim", []) => text.trim().into(),
        ("length", []) => text.encode_utf16().count().into(),
        ("isEmpty", []) => text.is_empty().into(),
        _ => return None,
    })
}
