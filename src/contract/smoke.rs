//! What a version is asked before anybody gets it: the contract's own requests, in the shape in which API Gateway hands them to
//! a function.

use super::{
    derive::{can_prove, concrete_method, smoke_rows},
    judge::judge,
    row::Row,
};
use crate::{
    outside::http::Response,
    stack::{Route, Stack},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// One request to a function.
#[derive(Debug, Clone)]
pub(crate) struct SmokeCheck {
    /// `GET /items`
    pub what: String,
    /// A Lambda proxy integration's event, format 1.0.
    pub event: Value,
    /// What its answer must be besides one below 500: of the file's own `checks`.
    must: Option<Row>,
}

/// What Lambda gave back.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The function ended with an error (`X-Amz-Function-Error`).
    pub failed: bool,
    pub payload: Vec<u8>,
}

/// What is asked of the function `key`: its checks, else its mildest request; nothing where only who proves something that this
/// program does not hold may call it.
pub(crate) fn smoke_checks(stack: &Stack, key: &str) -> Vec<SmokeCheck> {
    let check = |(route, row, is_checked): (&Route, Row, bool)| SmokeCheck {
        what: format!("{} {}", row.ask.method, row.ask.path),
        event: event(stack, route, &row),
        must: is_checked.then_some(row),
    };
    smoke_rows(stack, key).into_iter().filter(|(route, ..)| can_prove(&route.auth)).map(check).collect()
}

/// Why an answer does not pass.
#[derive(Debug)]
pub(crate) struct NotPassed {
    pub why: String,
    /// It is no HTTP answer: the function's log says more.
    pub no_answer: bool,
}

impl NotPassed {
    fn no_answer(why: String) -> Self {
        Self { why, no_answer: true }
    }

    fn answer(why: String) -> Self {
        Self { why, no_answer: false }
    }
}

impl SmokeCheck {
    /// # Errors
    /// Why the answer does not pass.
    pub(crate) fn judge(&self, answered: &Answered) -> Result<(), NotPassed> {
        let value: Value = serde_json::from_slice(&answered.payload).unwrap_or(Value::Null);
        if answered.failed {
            return Err(NotPassed::no_answer(error(&value)));
        }
        let answer = response(&value).ok_or_else(|| {
            NotPassed::no_answer("its answer is not an HTTP answer: `statusCode` is missing".to_owned())
        })?;
        if answer.status >= 500 {
            return Err(NotPassed::answer(format!("it answered {}", answer.status)));
        }
        let wrong = self.must.as_ref().map(|row| judge(row, &answer)).unwrap_or_default();
        let wrong: Vec<String> = wrong.into_iter().map(|difference| difference.text).collect();
        if wrong.is_empty() { Ok(()) } else { Err(NotPassed::answer(wrong.join("; "))) }
    }
}

/// `KeyError: 'a'`, or AWS's own words of a time-out or of a process that ended.
fn error(value: &Value) -> String {
    match (value["errorType"].as_str(), value["errorMessage"].as_str()) {
        (Some(kind), Some(message)) => format!("it raised {kind}: {message}"),
        (_, Some(message)) => message.to_owned(),
        _ => "it failed without a word".to_owned(),
    }
}

/// As the stage would answer.
fn response(value: &Value) -> Option<Response> {
    let status = value["statusCode"].as_u64().or_else(|| value["statusCode"].as_str()?.parse().ok())?;
    let text = value["body"].as_str().unwrap_or_default();
    let body =
        if value["isBase64Encoded"] == true { BASE64_STANDARD.decode(text).ok()? } else { text.into() };
    let single =
        value["headers"].as_object().into_iter().flatten().map(|(name, value)| (name, value.clone()));
    let multi = value["multiValueHeaders"].as_object().into_iter().flatten();
    let multi = multi.filter_map(|(name, values)| Some((name, values.as_array()?.first()?.clone())));
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let headers = single.chain(multi).map(|(name, value)| (name.to_lowercase(), text(value)));
    // Every answer that comes through API Gateway names its request.
    let own = ("x-amzn-requestid".to_owned(), "smoke".to_owned());
    Some(Response {
        status: u16::try_from(status).ok()?,
        headers: headers.chain([own]).collect(),
        body: body.into(),
    })
}

fn event(stack: &Stack, route: &Route, row: &Row) -> Value {
    let (path, query) = row.ask.path.split_once('?').unwrap_or((&row.ask.path, ""));
    let query = query_parameters(query);
    let stage = &stack.api.stage;
    let method = if route.method == "ANY" { row.ask.method.as_str() } else { concrete_method(route) };
    json!({
        "resource": route.path,
        "path": path,
        "httpMethod": method,
        "headers": singles(&row.ask.headers),
        "multiValueHeaders": multiples(&row.ask.headers),
        "queryStringParameters": singles(&query),
        "multiValueQueryStringParameters": multiples(&query),
        "pathParameters": path_parameters(&route.path, path),
        "stageVariables": null,
        "requestContext": {
            "resourcePath": route.path, "httpMethod": method, "path": format!("/{stage}{path}"), "stage": stage,
            "protocol": "HTTP/1.1", "requestId": "lambdeploy-smoke", "apiId": "smoke",
            "identity": { "sourceIp": "127.0.0.1", "userAgent": "lambdeploy" },
        },
        "body": row.ask.body.as_ref().map(|body| String::from_utf8_lossy(body).into_owned()),
        "isBase64Encoded": false,
    })
}

fn query_parameters(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn singles(pairs: &[(String, String)]) -> Value {
    or_null(pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
}

fn multiples(pairs: &[(String, String)]) -> Value {
    let mut map = Map::new();
    for (name, value) in pairs {
        if let Value::Array(values) = map.entry(name.clone()).or_insert_with(|| json!([])) {
            values.push(json!(value));
        }
    }
    or_null(map)
}

/// `/items/{id}` and `/items/7`: `{"id": "7"}`.
fn path_parameters(pattern: &str, path: &str) -> Value {
    let mut found = Map::new();
    let parts: Vec<&str> = path.split('/').collect();
    for (n, part) in pattern.split('/').enumerate() {
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else { continue };
        let value = match name.strip_suffix('+') {
            Some(_) => parts.get(n..).map(|rest| rest.join("/")),
            None => parts.get(n).map(|part| (*part).to_owned()),
        };
        found.insert(name.trim_end_matches('+').to_owned(), json!(value));
    }
    or_null(found)
}

fn or_null(map: Map<String, Value>) -> Value {
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}
