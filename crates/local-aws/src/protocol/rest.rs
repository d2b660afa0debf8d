//! REST-JSON: the operation is a method and a path; the error's code is in the header `x-amzn-ErrorType`.

use super::values;
use crate::{
    body::{Body, typed},
    error::AwsError,
    service::Operation,
};
use bytes::Bytes;
use http::{HeaderValue, Response, request::Parts};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

pub(crate) fn read(
    table: &'static [Operation],
    parts: &Parts,
    payload: &Bytes,
) -> Result<(&'static Operation, Value), AwsError> {
    let path = parts.uri.path();
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
    let (operation, mut input) = table
        .iter()
        .filter(|o| o.method == parts.method.as_str())
        .find_map(|o| {
            let (template, fixed) = o.path.split_once('?').unwrap_or((o.path, ""));
            let asked = fixed.is_empty() || query.iter().any(|(k, v)| format!("{k}={v}") == fixed);
            if asked { Some((o, match_path(template, path)?)) } else { None }
        })
        .ok_or_else(|| AwsError::not_implemented(format!("{} {path}", parts.method)))?;
    for (wire, member) in operation.query {
        add_query(&mut input, &query, wire, member);
    }
    if !operation.body_is_blob() {
        values::check(payload)?;
    }
    if !operation.body_is_blob()
        && let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(payload)
    {
        // Path members win: a body can't say that it is about something else.
        for (name, value) in body {
            input.entry(name).or_insert(value);
        }
    }
    Ok((operation, Value::Object(input)))
}

/// A parameter that occurs more than once becomes a list.
fn add_query(input: &mut Map<String, Value>, query: &[(String, String)], wire: &str, member: &str) {
    let mut values: Vec<Value> = query.iter().filter(|(k, _)| k == wire).map(|(_, v)| json!(v)).collect();
    match values.len() {
        0 => {}
        1 => drop(input.insert(member.to_owned(), values.remove(0))),
        _ => drop(input.insert(member.to_owned(), Value::Array(values))),
    }
}

fn match_path(template: &str, path: &str) -> Option<Map<String, Value>> {
    let mut found = Map::new();
    let mut rest = path.trim_matches('/').split('/');
    for part in template.trim_matches('/').split('/') {
        match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            Some(name) if name.ends_with('+') => {
                let all: Vec<_> = rest.by_ref().collect();
                found.insert(name.trim_end_matches('+').to_owned(), decoded(&all.join("/")));
            }
            Some(name) => {
                drop(found.insert(name.to_owned(), decoded(rest.next().filter(|s| !s.is_empty())?)));
            }
            None if rest.next() == Some(part) => {}
            None => return None,
        }
    }
    rest.next().is_none().then_some(found)
}

fn decoded(text: &str) -> Value {
    json!(percent_decode_str(text).decode_utf8_lossy())
}

pub(crate) fn write_error(error: &AwsError, body: &Value) -> Response<Body> {
    let mut response = typed(error.status, "application/json", body.to_string());
    if let Ok(code) = HeaderValue::try_from(error.code.as_str()) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}
