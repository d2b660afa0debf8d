//! Mapping expressions of response parameters: `'a literal'`, `method.request.header.X`, `context.…`, `stageVariables.x`.

use super::exchange::Exchange;
use serde_json::Value;

/// The value of an expression; `None` where what it names is not there, so that no header is sent.
///
/// # Errors
/// The expression is of no kind that is emulated.
pub(crate) fn value(
    expression: &str,
    exchange: &Exchange,
    context: &Value,
) -> Result<Option<String>, String> {
    if let Some(literal) = expression.strip_prefix('\'').and_then(|e| e.strip_suffix('\'')) {
        return Ok(Some(literal.to_owned()));
    }
    if let Some(path) = expression.strip_prefix("context.") {
        return Ok(member(context, path));
    }
    if let Some(name) = expression.strip_prefix("stageVariables.") {
        return Ok(exchange.site.as_ref().and_then(|s| s.variables.get(name)).cloned());
    }
    match expression.strip_prefix("method.request.").and_then(|e| e.split_once('.')) {
        Some((place, name)) => request_member(exchange, place, name)
            .ok_or_else(|| format!("mapping expression {expression:?} is not implemented by the local AWS")),
        None => Err(format!("mapping expression {expression:?} is not implemented by the local AWS")),
    }
}

/// Headers by any casing of their name: what a browser sends as `origin` is meant by `method.request.header.Origin`.
/// `None` where there is no such place, `Some(None)` where nothing is in it.
#[expect(clippy::option_option, reason = "no such place, and nothing in it, are two answers")]
fn request_member(exchange: &Exchange, place: &str, name: &str) -> Option<Option<String>> {
    let request = &exchange.request;
    let query = || request.query.iter().filter(|(k, _)| k == name).map(|(_, v)| v.as_str());
    Some(match place {
        "header" => request.headers.get(name).map(str::to_owned),
        "multivalueheader" => joined(request.headers.all(name)),
        "querystring" => query().next_back().map(str::to_owned),
        "multivaluequerystring" => joined(query()),
        "path" => {
            let found = exchange.route.as_ref().and_then(|r| r.path_parameters.get(name));
            found.and_then(Value::as_str).map(str::to_owned)
        }
        _ => return None,
    })
}

fn joined<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let values: Vec<&str> = values.collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn member(context: &Value, path: &str) -> Option<String> {
    match path.split('.').try_fold(context, |value, name| value.get(name))? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
