//! The event of a Lambda proxy integration, in the format 1.0 of REST APIs.

use super::{binary, exchange::Exchange, refusal::GatewayRefusal, request::StageRequest};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

/// Headers of the connection: they never reach a function.
const DROPPED: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The event that the function gets for this call.
///
/// # Errors
/// Only when asked before the route is known.
pub(crate) fn event(exchange: &Exchange) -> Result<Value, GatewayRefusal> {
    let (site, route, request) = (exchange.site()?, exchange.route()?, &exchange.request);
    let headers = headers(exchange);
    let is_binary = binary::is_binary(&site.snapshot.binary_media_types, &request.content_type());
    Ok(json!({
        "resource": route.resource_path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": singles(&headers),
        "multiValueHeaders": multiples(&headers),
        "queryStringParameters": singles(&request.query),
        "multiValueQueryStringParameters": multiples(&request.query),
        "pathParameters": or_null(route.path_parameters.clone()),
        "stageVariables": or_null(site.variables.iter().map(|(k, v)| (k.clone(), json!(v))).collect()),
        "requestContext": exchange.context(),
        "body": body(request, is_binary),
        "isBase64Encoded": is_binary && !request.body.is_empty(),
    }))
}

fn body(request: &StageRequest, is_binary: bool) -> Option<String> {
    if request.body.is_empty() {
        return None;
    }
    Some(if is_binary {
        STANDARD.encode(&request.body)
    } else {
        String::from_utf8_lossy(&request.body).into_owned()
    })
}

/// The client's headers and those that API Gateway adds.
pub(crate) fn headers(exchange: &Exchange) -> Vec<(String, String)> {
    let request = &exchange.request;
    let added = ["x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id"];
    let is_ours = |name: &str| added.iter().chain(&DROPPED).any(|d| d.eq_ignore_ascii_case(name));
    let mut headers: Vec<_> = request.headers.0.iter().filter(|(name, _)| !is_ours(name)).cloned().collect();
    let address = request.source_ip.to_string();
    let forwarded: Vec<&str> = request.headers.all("x-forwarded-for").chain([address.as_str()]).collect();
    let port = request.host().rsplit_once(':').map_or("80", |(_, port)| port);
    headers.push(("X-Amzn-Trace-Id".to_owned(), exchange.trace_id.clone()));
    headers.push(("X-Forwarded-For".to_owned(), forwarded.join(", ")));
    headers.push(("X-Forwarded-Port".to_owned(), port.to_owned()));
    headers.push(("X-Forwarded-Proto".to_owned(), "http".to_owned()));
    headers
}

/// One value a name, the last one; null where there is none at all.
pub(crate) fn singles(pairs: &[(String, String)]) -> Value {
    or_null(pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
}

pub(crate) fn multiples(pairs: &[(String, String)]) -> Value {
    let mut map = Map::new();
    for (name, value) in pairs {
        if let Value::Array(values) = map.entry(name.clone()).or_insert_with(|| json!([])) {
            values.push(json!(value));
        }
    }
    or_null(map)
}

pub(crate) fn or_null(map: Map<String, Value>) -> Value {
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}
