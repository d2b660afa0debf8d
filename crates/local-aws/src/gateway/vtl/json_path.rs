//! The plain part of JSONPath: `$`, `.name`, `['name']`, `[0]`.

use super::failure::{TemplateFailure, failed};
use serde_json::Value;

/// What is not there is an empty text, as `$input.path` shows it.
pub(crate) fn find(document: &Value, path: &str) -> Result<Value, TemplateFailure> {
    let Some(mut rest) = path.trim().strip_prefix('$') else {
        return failed(format!("JSONPath {path:?} does not start with $"));
    };
    let mut value = Some(document);
    while !rest.is_empty() {
        let (step, after) = step(rest).ok_or_else(|| unknown(path))?;
        value = value.and_then(|v| match step.parse::<usize>() {
            Ok(index) if v.is_array() => v.get(index),
            _ => v.get(step),
        });
        rest = after;
    }
    Ok(value.cloned().unwrap_or_else(|| "".into()))
}

fn unknown(path: &str) -> TemplateFailure {
    TemplateFailure(format!("JSONPath {path:?} is not implemented by the local AWS"))
}

/// The first step and what comes after it.
fn step(rest: &str) -> Option<(&str, &str)> {
    if let Some(inner) = rest.strip_prefix('[') {
        let (name, after) = inner.split_once(']')?;
        let quoted = name.strip_prefix(['\'', '"']).and_then(|n| n.strip_suffix(['\'', '"']));
        let is_index = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
        return Some((quoted.or_else(|| is_index.then_some(name))?, after));
    }
    let inner = rest.strip_prefix('.')?;
    let end = inner.find(['.', '[']).unwrap_or(inner.len());
    let name = &inner[..end];
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    plain.then_some((name, &inner[end..]))
}
