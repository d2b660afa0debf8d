//! The wire: which operation a request means, and how its reply is written.
//!
//! Three protocols: `query` (form in, XML out), `json` (`X-Amz-Target`), `rest` (method and path). Each service says
//! which one it speaks.

mod json;
mod query;
mod rest;
mod scope;
mod values;

use crate::{
    body::{Body, text, typed},
    call::Reply,
    config::Config,
    error::AwsError,
    service::{Operation, Protocol, Service},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, request::Parts};
use serde_json::Value;
use std::net::IpAddr;

pub(crate) use scope::CredentialScope;

/// A request, understood.
pub(crate) struct Incoming {
    pub service: &'static Service,
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
    Aws(&'static Service, AwsError),
}

impl Unreadable {
    pub(crate) fn into_response(self, request_id: &str) -> Response<Body> {
        match self {
            Self::Plain(status, why) => text(status, why),
            Self::Aws(service, error) => finish(write_error(service, request_id, &error), request_id),
        }
    }
}

/// A body over its service's limit.
pub(crate) fn too_large(service: &'static Service) -> Unreadable {
    let text = format!("Request must be smaller than {} bytes.", service.body_limit);
    Unreadable::Aws(service, AwsError::new(413, "RequestEntityTooLargeException", text))
}

/// A body whose end did not come.
pub(crate) fn broken(service: &'static Service, why: impl std::fmt::Display) -> Unreadable {
    Unreadable::Aws(
        service,
        AwsError::new(400, "SerializationException", format!("the body broke off: {why}")),
    )
}

/// Finds the operation of a request to a service, and gathers its input.
///
/// # Errors
/// The service has no such operation, or the input can't be read.
pub(crate) fn read(
    service: &'static Service,
    scope: CredentialScope,
    parts: &Parts,
    payload: Bytes,
    config: &Config,
) -> Result<Incoming, Unreadable> {
    let found = match service.protocol {
        Protocol::Query { .. } => query::read(service, &payload),
        Protocol::Json => json::read(service, parts, &payload),
        Protocol::Rest { .. } => rest::read(service.operations, parts, &payload),
    };
    let (operation, input) = found.map_err(|error| Unreadable::Aws(service, error))?;
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .or(parts.uri.authority().map(http::uri::Authority::as_str));
    Ok(Incoming {
        service,
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
        Err(error) => write_error(incoming.service, request_id, error),
    };
    finish(response, request_id)
}

fn write_reply(incoming: &Incoming, request_id: &str, reply: &Reply) -> Response<Body> {
    match (reply, &incoming.service.protocol) {
        (Reply::Json { body, .. }, Protocol::Query { namespace }) => {
            query::write(namespace, incoming.operation.name, request_id, body)
        }
        (Reply::Json { status, body }, Protocol::Json) => typed(*status, json::MEDIA_TYPE, body.to_string()),
        (Reply::Json { status, body }, Protocol::Rest { .. }) => {
            typed(*status, "application/json", body.to_string())
        }
        (Reply::Empty { .. }, Protocol::Query { namespace }) => {
            query::write(namespace, incoming.operation.name, request_id, &Value::Null)
        }
        (Reply::Empty { status }, Protocol::Json | Protocol::Rest { .. }) => {
            typed(*status, "application/json", "")
        }
        (Reply::Raw { status, headers, body }, _) => raw(*status, headers, body.clone()),
        (Reply::Invoke(_), _) => typed(500, "text/plain", "an invocation was not carried out"),
    }
}

fn write_error(service: &Service, request_id: &str, error: &AwsError) -> Response<Body> {
    let mut response = match service.protocol {
        Protocol::Query { namespace } => query::write_error(namespace, request_id, error),
        Protocol::Json => json::write_error(error),
        Protocol::Rest { error_body } => rest::write_error(error, &error_body(error)),
    };
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
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
