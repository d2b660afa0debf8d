//! The wire: which operation a request means, and how its reply is written.
//!
//! Three protocols: `query` (STS, IAM: form in, XML out), `json` (ECR, Logs: `X-Amz-Target`), `rest` (Lambda, API
//! Gateway: method and path).

mod json;
mod query;
mod rest;
mod values;

use crate::{
    config::Config,
    error::AwsError,
    operation::{Operation, Reply, Service},
    server::{Body, full, text},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, request::Parts};
use serde_json::Value;
use std::net::IpAddr;

/// A request, understood.
pub struct Incoming {
    pub service: Service,
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
pub enum Refusal {
    /// Not an AWS request at all.
    Plain(StatusCode, String),
    Aws(Service, AwsError),
}

impl Refusal {
    pub fn into_response(self, request_id: &str) -> Response<Body> {
        match self {
            Self::Plain(status, why) => text(status, why),
            Self::Aws(service, error) => finish(write_error(service, request_id, &error), request_id),
        }
    }
}

/// What AWS says of credentials that it did not give out.
pub fn unknown_key(service: Service) -> Refusal {
    let code = match service {
        Service::Sts | Service::Iam => "InvalidClientTokenId",
        _ => "UnrecognizedClientException",
    };
    Refusal::Aws(service, AwsError::new(403, code, "The security token included in the request is invalid."))
}

/// The tables of all services.
pub(crate) fn operations(service: Service) -> &'static [Operation] {
    match service {
        Service::Sts => crate::sts::OPERATIONS,
        Service::Iam => crate::iam::OPERATIONS,
        Service::Ecr => crate::ecr::OPERATIONS,
        Service::Logs => crate::logs::OPERATIONS,
        Service::Lambda => crate::lambda::OPERATIONS,
        Service::ApiGateway => crate::apigateway::OPERATIONS,
    }
}

/// The service that a request is for.
pub fn service_of(parts: &Parts) -> Result<Service, Refusal> {
    Scope::of(parts)?.service()
}

/// A body over its service's limit.
pub fn too_large(service: Service, limit: usize) -> Refusal {
    let text = format!("Request must be smaller than {limit} bytes.");
    Refusal::Aws(service, AwsError::new(413, "RequestEntityTooLargeException", text))
}

/// A body whose end did not come.
pub fn broken(service: Service, why: impl std::fmt::Display) -> Refusal {
    Refusal::Aws(service, AwsError::new(400, "SerializationException", format!("the body broke off: {why}")))
}

/// Reads the credential scope, finds the operation, and gathers its input.
pub fn read(parts: &Parts, payload: Bytes, config: &Config) -> Result<Incoming, Refusal> {
    let scope = Scope::of(parts)?;
    let service = scope.service()?;
    let table = operations(service);
    let found = match service {
        Service::Sts | Service::Iam => query::read(table, &payload),
        Service::Ecr | Service::Logs => json::read(table, parts, &payload),
        Service::Lambda | Service::ApiGateway => rest::read(table, parts, &payload),
    };
    let (operation, input) = found.map_err(|error| Refusal::Aws(service, error))?;
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .or(parts.uri.authority().map(|a| a.as_str()));
    Ok(Incoming {
        service,
        operation,
        account: account_of(&scope.access_key, config),
        region: scope.region,
        access_key: scope.access_key,
        host: host.unwrap_or("127.0.0.1").to_owned(),
        headers: parts.headers.clone(),
        input,
        payload,
        peer: None,
    })
}

/// Twelve digits as access key id name the account; any other key belongs to the configured one.
pub fn account_of(access_key: &str, config: &Config) -> String {
    let is_account = access_key.len() == 12 && access_key.bytes().all(|b| b.is_ascii_digit());
    if is_account { access_key.to_owned() } else { config.account.clone() }
}

/// Writes a reply or an error in the protocol of its service.
pub fn write(incoming: &Incoming, request_id: &str, result: &Result<Reply, AwsError>) -> Response<Body> {
    let response = match result {
        Ok(reply) => write_reply(incoming, request_id, reply),
        Err(error) => write_error(incoming.service, request_id, error),
    };
    finish(response, request_id)
}

fn write_reply(incoming: &Incoming, request_id: &str, reply: &Reply) -> Response<Body> {
    match reply {
        Reply::Json { status, body } => match incoming.service {
            Service::Sts | Service::Iam => {
                query::write(incoming.service, incoming.operation.name, request_id, body)
            }
            Service::Ecr | Service::Logs => typed(*status, "application/x-amz-json-1.1", body.to_string()),
            Service::Lambda | Service::ApiGateway => typed(*status, "application/json", body.to_string()),
        },
        Reply::Empty { .. } if matches!(incoming.service, Service::Sts | Service::Iam) => {
            query::write(incoming.service, incoming.operation.name, request_id, &Value::Null)
        }
        Reply::Empty { status } => typed(*status, "application/json", ""),
        Reply::Raw { status, headers, body } => raw(*status, headers, body.clone()),
        Reply::Invoke(_) => typed(500, "text/plain", "an invocation was not carried out"),
    }
}

fn write_error(service: Service, request_id: &str, error: &AwsError) -> Response<Body> {
    let mut response = match service {
        Service::Sts | Service::Iam => query::write_error(service, request_id, error),
        Service::Ecr | Service::Logs => json::write_error(error),
        Service::Lambda | Service::ApiGateway => rest::write_error(service, error),
    };
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A response of a status and content type.
pub(crate) fn typed(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(full(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
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

/// The credential scope of a SigV4 signature: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
struct Scope {
    access_key: String,
    region: String,
    service: String,
}

impl Scope {
    fn service(&self) -> Result<Service, Refusal> {
        Service::from_signing_name(&self.service).ok_or_else(|| {
            let why = format!("service {} is not implemented by the local AWS\n", self.service);
            Refusal::Plain(StatusCode::NOT_IMPLEMENTED, why)
        })
    }

    fn of(parts: &Parts) -> Result<Self, Refusal> {
        let missing = || {
            let why = "this is a local AWS: AWS API requests must be signed (SigV4); see /_local/requests for what was asked\n";
            Refusal::Plain(StatusCode::FORBIDDEN, why.to_owned())
        };
        let authorization =
            parts.headers.get(header::AUTHORIZATION).and_then(|h| h.to_str().ok()).ok_or_else(missing)?;
        let credential = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next());
        let mut fields = credential.ok_or_else(missing)?.trim().rsplit('/');
        let _terminator = fields.next();
        let service = fields.next().ok_or_else(missing)?.to_owned();
        let region = fields.next().ok_or_else(missing)?.to_owned();
        let _date = fields.next();
        let access_key = fields.next().ok_or_else(missing)?.to_owned();
        Ok(Self { access_key, region, service })
    }
}
