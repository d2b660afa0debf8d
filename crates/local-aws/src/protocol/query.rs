//! The query protocol: a form with `Action=…&Tags.member.1.Key=…` in, XML out.

use crate::{
    body::{Body, typed},
    error::AwsError,
    service::{Operation, Service},
};
use bytes::Bytes;
use http::Response;
use quick_xml::escape::escape;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// More than any request of AWS has: a role's fifty tags are a hundred.
const MOST_PARAMETERS: usize = 5000;

pub(crate) fn read(service: &Service, payload: &Bytes) -> Result<(&'static Operation, Value), AwsError> {
    if payload.split(|byte| *byte == b'&').count() > MOST_PARAMETERS {
        let text = format!("the form has more than {MOST_PARAMETERS} parameters");
        return Err(AwsError::new(400, "MalformedQueryString", text));
    }
    let form: Vec<(String, String)> =
        serde_urlencoded::from_bytes(payload).map_err(|e| AwsError::new(400, "MalformedQueryString", e))?;
    let action = form.iter().find(|(k, _)| k == "Action").map(|(_, v)| v.as_str()).unwrap_or_default();
    let operation = service.operation(action).ok_or_else(|| AwsError::not_implemented(action))?;
    let mut input = json!({});
    for (name, value) in form.iter().filter(|(k, _)| k != "Action" && k != "Version") {
        set(&mut input, name, value);
    }
    Ok((operation, lists(input)))
}

/// `A.member.1.B=x` sets `{"A": {"member": {"1": {"B": "x"}}}}`; `lists` makes arrays of it afterwards.
fn set(input: &mut Value, name: &str, value: &str) {
    let mut place = input;
    for part in name.split('.').take(16) {
        if !place.is_object() {
            *place = json!({});
        }
        let Value::Object(map) = place else { return };
        place = map.entry(part).or_insert(Value::Null);
    }
    *place = json!(value);
}

/// `{"member": {"1": a, "2": b}}` is a list, and `{"entry": {"1": {"key": k, "value": v}}}` a map.
fn lists(value: Value) -> Value {
    let Value::Object(mut map) = value else { return value };
    if map.len() == 1
        && let Some(Value::Object(members)) = map.get("member")
    {
        let mut numbered: Vec<(u32, Value)> =
            members.iter().map(|(n, v)| (n.parse().unwrap_or(u32::MAX), lists(v.clone()))).collect();
        numbered.sort_by_key(|(n, _)| *n);
        return Value::Array(numbered.into_iter().map(|(_, v)| v).collect());
    }
    if map.len() == 1
        && let Some(Value::Object(entries)) = map.get("entry")
    {
        let pair = |entry: &Value| Some((entry["key"].as_str()?.to_owned(), lists(entry["value"].clone())));
        return Value::Object(entries.values().filter_map(pair).collect());
    }
    for (_, v) in &mut map {
        *v = lists(v.take());
    }
    Value::Object(map)
}

pub(crate) fn write(namespace: &str, action: &str, request_id: &str, body: &Value) -> Response<Body> {
    let mut xml = format!("<{action}Response xmlns=\"{namespace}\">");
    if let Value::Object(map) = body {
        _ = write!(xml, "<{action}Result>{}</{action}Result>", members(map));
    }
    _ = write!(
        xml,
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    );
    typed(200, "text/xml", xml)
}

fn members(map: &Map<String, Value>) -> String {
    map.iter().map(|(name, value)| element(name, value)).collect()
}

fn element(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Object(map) => format!("<{name}>{}</{name}>", members(map)),
        Value::Array(items) if name == "entry" => items.iter().map(|v| element(name, v)).collect(),
        Value::Array(items) => {
            let inner: String = items.iter().map(|v| element("member", v)).collect();
            format!("<{name}>{inner}</{name}>")
        }
        Value::String(text) => format!("<{name}>{}</{name}>", escape(text)),
        other => format!("<{name}>{other}</{name}>"),
    }
}

pub(crate) fn write_error(namespace: &str, request_id: &str, error: &AwsError) -> Response<Body> {
    let fault = error.fault();
    let xml = format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{fault}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(&error.code),
        escape(&error.message),
    );
    typed(error.status, "text/xml", xml)
}
