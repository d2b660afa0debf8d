//! Errors as the distribution specification writes them, with ECR's texts.

use crate::{
    blobs::Mismatch,
    body::{Body, full, text, typed},
    ecr::PutRefusal,
    faults::PlannedError,
};
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};
use std::{fmt::Display, io};

pub(crate) type RegistryAnswer = Result<Response<Body>, RegistryError>;

#[derive(Debug)]
pub(crate) enum RegistryError {
    /// An error that the specification names.
    Named { status: StatusCode, code: &'static str, message: String },
    /// Nobody said who they are. Docker asks with credentials then.
    Unauthorized { host: String },
}

impl RegistryError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Display) -> Self {
        Self::Named { status, code, message: message.to_string() }
    }

    pub(crate) fn bad(code: &'static str, message: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found(code: &'static str, message: impl Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(crate) fn unauthorized(host: Option<&HeaderValue>) -> Self {
        let host = host.and_then(|h| h.to_str().ok()).unwrap_or("127.0.0.1");
        Self::Unauthorized { host: host.to_owned() }
    }

    pub(crate) fn denied() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "DENIED",
            "Your authorization token is invalid. Reauthenticate and try again.",
        )
    }

    /// `why`: who may not do what.
    pub(crate) fn not_authorized(why: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, "DENIED", why)
    }

    pub(crate) fn unsupported() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "The operation is unsupported.")
    }

    pub(crate) fn no_such_page() -> Self {
        Self::not_found("UNSUPPORTED", "not implemented by the local AWS")
    }

    /// A manifest that the repository refuses.
    pub(crate) fn refused(refusal: &PutRefusal, repository: &str, account: &str) -> Self {
        let code = match refusal {
            PutRefusal::Manifest(_) | PutRefusal::Exists { .. } => "MANIFEST_INVALID",
            PutRefusal::Digest { .. } => "DIGEST_INVALID",
            PutRefusal::Layers(_) | PutRefusal::Images(_) => "MANIFEST_BLOB_UNKNOWN",
            PutRefusal::Tag(_) => "TAG_INVALID",
        };
        Self::bad(code, refusal.text(repository, account))
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        match self {
            Self::Named { status, code, message } => {
                json(status, &json!({ "errors": [{ "code": code, "message": message }] }))
            }
            Self::Unauthorized { host } => {
                let mut response = text(StatusCode::UNAUTHORIZED, "Not Authorized\n".to_owned());
                let challenge = format!("Basic realm=\"http://{host}/\",service=\"ecr.amazonaws.com\"");
                if let Ok(challenge) = HeaderValue::try_from(challenge) {
                    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                }
                response
            }
        }
    }
}

impl From<io::Error> for RegistryError {
    fn from(error: io::Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "UNKNOWN",
            format!("the local AWS's blob store: {error}"),
        )
    }
}

impl From<Mismatch> for RegistryError {
    fn from(mismatch: Mismatch) -> Self {
        Self::bad("DIGEST_INVALID", mismatch)
    }
}

/// What a fault plan answers with.
pub(crate) fn planned(error: &PlannedError) -> Response<Body> {
    let usual = match error.status {
        401 | 403 => "DENIED",
        429 => "TOOMANYREQUESTS",
        400..=499 => "UNSUPPORTED",
        _ => "UNKNOWN",
    };
    let code = error.code.as_deref().unwrap_or(usual);
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = "the local AWS refuses, as its fault plan says";
    let mut response = json(status, &json!({ "errors": [{ "code": code, "message": text }] }));
    let after = error.retry_after.map(|seconds| ("retry-after", seconds.to_string()));
    set(&mut response, after.as_slice());
    response
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Body> {
    typed(status.as_u16(), "application/json", body.to_string())
}

/// A response without a body.
pub(crate) fn empty(status: StatusCode, headers: &[(&'static str, String)]) -> Response<Body> {
    let mut response = Response::new(full(""));
    *response.status_mut() = status;
    set(&mut response, headers);
    response
}

pub(crate) fn set(response: &mut Response<Body>, headers: &[(&'static str, String)]) {
    for (name, value) in headers {
        // Digests, names and numbers: nothing that a header could not hold.
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(*name, value);
        }
    }
}
