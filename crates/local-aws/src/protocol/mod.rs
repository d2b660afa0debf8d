//! The wire: which operation a request means, and how its reply is written.
//!
//! Four protocols: `query` (form in, XML out), `json` (`X-Amz-Target`), `rest` (method and path), `cbor` (path in, CBOR
//! both ways). Each service says which ones it speaks, and [`Wire`] is the one of a request.

mod cbor;
mod json;
mod query;
mod rest;
mod scope;
mod times;
mod values;
mod wire;

use crate::{
    body::{Body, text, typed},
    call::Reply,
    config::Config,
    error::AwsError,
    service::{Operation, Service},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, request::Parts};
use serde_json::{Map, Value};
use std::net::IpAddr;

pub(crate) use scope::CredentialScope;
pub(crate) use wire::Wire;

/// A request, understood.
pub(crate) struct Incoming {
    pub service: &'static Service,
    pub wire: Wire,
    pub operation: &'static Operation,
    pub account: String,
    pub region: String,
    pub access_key: String,
    pub host: String,
    pub headers: HeaderMap,
    pub input: Value,
    pub payload: Bytes,
    /// Where it came from, if over a socket.
    pub peer: Option<IpAddr>,
}

/// A request that never reached an operation.
pub(crate) enum Unreadable {
    /// Not an AWS request at all.
    Plain(StatusCode, String),
    Aws(Wire, AwsError),
}

impl Unreadable {
    pub(crate) fn into_response(self, request_id: &str) -> Response<Body> {
        match self {
            Self::Plain(status, why) => text(status, why),
            Self::Aws(wire, error) => finish(write_error(&wire, request_id, &error), request_id),
        }
    }
}

/// A body over its service's limit.
pub(crate) fn too_large(wire: Wire, limit: usize) -> Unreadable {
    let text = format!("Request must be smaller than {limit} bytes.");
    Unreadable::Aws(wire, AwsError::new(413, "RequestEntityTooLargeException", text))
}

/// A body whose end did not come.
pub(crate) fn broken(wire: Wire, why: impl std::fmt::Display) -> Unreadable {
    Unreadable::Aws(wire, AwsError::new(400, "SerializationException", format!("the body broke off: {why}")))
}

/// Finds the operation of a request to a service, and gathers its input.
///
/// # Errors
/// The service has no such operation, or the input can't be read.
pub(crate) fn read(
    service: &'static Service,
    wire: Wire,
    scope: CredentialScope,
    parts: &Parts,
    payload: Bytes,
    config: &Config,
) -> Result<Incoming, Unreadable> {
    let found = match wire {
        Wire::Query { .. } => query::read(service, &payload),
        Wire::Json(_) => json::read(service, parts, &payload),
        Wire::Rest { .. } => rest::read(service.operations, parts, &payload),
        Wire::Cbor { .. } => cbor::read(service, parts, &payload),
    };
    let (operation, input) = found.map_err(|error| Unreadable::Aws(wire, error))?;
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .or(parts.uri.authority().map(http::uri::Authority::as_str));
    Ok(Incoming {
        service,
        wire,
        operation,
        account: config.account_of(&scope.access_key),
        region: scope.region,
        access_key: scope.access_key,
        host: host.unwrap_or("127.0.0.1").to_owned(),
        headers: parts.headers.clone(),
        input,
        payload,
        peer: None,
    })
}

/// Writes a reply or an error in the protocol of its service.
pub(crate) fn write(
    incoming: &Incoming,
    request_id: &str,
    result: &Result<Reply, AwsError>,
) -> Response<Body> {
    let response = match result {
        Ok(reply) => write_reply(incoming, request_id, reply),
        Err(error) => write_error(&incoming.wire, request_id, error),
    };
    finish(response, request_id)
}

fn write_reply(incoming: &Incoming, request_id: &str, reply: &Reply) -> Response<Body> {
    let nothing = Value::Null;
    let (status, body) = match reply {
        Reply::Json { status, body } => (*status, body),
        Reply::Empty { status } => (*status, &nothing),
        Reply::Raw { status, headers, body } => return raw(*status, headers, body.clone()),
        Reply::Invoke(_) => return typed(500, "text/plain", "an invocation was not carried out"),
    };
    let text = || if body.is_null() { String::new() } else { body.to_string() };
    match incoming.wire {
        Wire::Query { namespace } => {
            query::write(namespace, incoming.operation.name, request_id, &times::as_texts(body))
        }
        Wire::Json(json) => typed(status, json.media_type, text()),
        Wire::Rest { .. } => typed(status, "application/json", text()),
        Wire::Cbor { .. } if body.is_null() => cbor::write(status, &Value::Object(Map::new())),
        Wire::Cbor { .. } => cbor::write(status, body),
    }
}

fn write_error(wire: &Wire, request_id: &str, error: &AwsError) -> Response<Body> {
    let mut response = match wire {
        Wire::Query { namespace } => query::write_error(namespace, request_id, error),
        Wire::Json(json) => json::write_error(error, json),
        Wire::Rest { error_body } => rest::write_error(error, &error_body(error)),
        Wire::Cbor { error_shape } => cbor::write_error(error, error_shape(&error.code)),
    };
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if wire.tells_query_code()
        && let Ok(told) = HeaderValue::try_from(format!("{};{}", error.code, error.fault()))
    {
        response.headers_mut().insert("x-amzn-query-error", told);
    }
    response
}

fn raw(status: u16, headers: &[(String, String)], body: Bytes) -> Response<Body> {
    let mut response = typed(status, "application/json", body);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn finish(mut response: Response<Body>, request_id: &str) -> Response<Body> {
    if let Ok(id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}
