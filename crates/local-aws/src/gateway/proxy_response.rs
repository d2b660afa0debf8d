//! What a function may answer through a Lambda proxy integration, and what becomes of it.

use super::{answer::Answer, binary};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value};

/// API Gateway sets these itself; a function's own value moves to `x-amzn-Remapped-<name>`.
const REMAPPED: [&str; 9] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "host",
    "server",
    "user-agent",
    "www-authenticate",
];
/// A function's own value of these is lost.
const DROPPED: [&str; 8] = [
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-amzn-requestid",
];

/// Reads a function's answer.
///
/// # Errors
/// Why it is malformed, for the access log; the client sees 502.
pub(crate) fn read(payload: &[u8], binary_types: &[String], accept: Option<&str>) -> Result<Answer, String> {
    let value: Value = serde_json::from_slice(payload).map_err(|e| format!("the answer is not JSON: {e}"))?;
    let Value::Object(members) = value else { return Err("the answer is not a JSON object".to_owned()) };
    let known = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];
    if let Some(other) = members.keys().find(|k| !known.contains(&k.as_str())) {
        return Err(format!("the answer has a member {other:?}; allowed are {}", known.join(", ")));
    }
    let mut answer = Answer { status: status(&members)?, headers: headers(&members)?, body: Bytes::new() };
    if answer.header("content-type").is_none() {
        answer.set("Content-Type", "application/json");
    }
    answer.body = body(&members, binary_types, accept)?;
    Ok(answer)
}

/// An integer or a text of digits; 200 where it is left out.
fn status(members: &Map<String, Value>) -> Result<u16, String> {
    let status = match members.get("statusCode") {
        None | Some(Value::Null) => Some(200),
        Some(Value::Number(n)) => n.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    let valid = status.and_then(|s| u16::try_from(s).ok()).filter(|s| (200..600).contains(s));
    valid.ok_or_else(|| format!("statusCode {} is no HTTP status", members["statusCode"]))
}

/// The lists first, then the single values, except one that a list of the same name has already.
fn headers(members: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let mut headers = Vec::new();
    for (name, values) in object(members, "multiValueHeaders")? {
        let Value::Array(values) = values else {
            return Err(format!("multiValueHeaders.{name} is not a list"));
        };
        for value in values {
            headers.push((name.clone(), header_value(name, value)?));
        }
    }
    for (name, value) in object(members, "headers")? {
        let value = header_value(name, value)?;
        if !headers.iter().any(|(n, v)| n.eq_ignore_ascii_case(name) && *v == value) {
            headers.push((name.clone(), value));
        }
    }
    Ok(headers.into_iter().filter_map(remapped).collect())
}

fn object<'a>(
    members: &'a Map<String, Value>,
    name: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, String> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None.into_iter().flatten()),
        Some(Value::Object(map)) => Ok(Some(map).into_iter().flatten()),
        Some(_) => Err(format!("{name} is not an object")),
    }
}

fn header_value(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(format!("header {name} is neither a text nor a number nor a boolean")),
    }
}

fn remapped((name, value): (String, String)) -> Option<(String, String)> {
    let is = |list: &[&str]| list.iter().any(|n| n.eq_ignore_ascii_case(&name));
    if is(&DROPPED) {
        return None;
    }
    Some(if is(&REMAPPED) { (format!("x-amzn-Remapped-{name}"), value) } else { (name, value) })
}

fn body(
    members: &Map<String, Value>,
    binary_types: &[String],
    accept: Option<&str>,
) -> Result<Bytes, String> {
    let text = match members.get("body") {
        None | Some(Value::Null) => return Ok(Bytes::new()),
        Some(Value::String(text)) => text,
        Some(_) => return Err("body is not a string: serialize it".to_owned()),
    };
    let encoded = match members.get("isBase64Encoded") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(encoded)) => *encoded,
        Some(_) => return Err("isBase64Encoded is not a boolean".to_owned()),
    };
    if !encoded || !binary::wants_binary(binary_types, accept) {
        return Ok(Bytes::copy_from_slice(text.as_bytes()));
    }
    STANDARD
        .decode(text)
        .map(Bytes::from)
        .map_err(|e| format!("isBase64Encoded is true and body is not base64: {e}"))
}
