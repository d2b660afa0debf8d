//! How one request and its reply are written: most services speak one protocol, CloudWatch three.

use crate::{
    error::AwsError,
    service::{ErrorShape, Protocol, Service},
};
use http::{header, request::Parts};
use serde_json::Value;

/// The protocol of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wire {
    /// A form in, XML of this namespace out.
    Query {
        namespace: &'static str,
    },
    Json(Json),
    /// REST-JSON, with what an error's body is.
    Rest {
        error_body: fn(&AwsError) -> Value,
    },
    /// Smithy RPC v2: CBOR in and out. With the shapes that the errors have in the model.
    Cbor {
        error_shape: ErrorShape,
    },
}

/// AWS JSON in one of its two versions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json {
    pub media_type: &'static str,
    /// Where callers of the query protocol know an error by another code than its shape's name.
    pub error_shape: Option<ErrorShape>,
}

const JSON_1_0: &str = "application/x-amz-json-1.0";
const JSON_1_1: &str = "application/x-amz-json-1.1";

impl Wire {
    /// The protocol that a request to a service is written in.
    pub(crate) fn of(service: &Service, parts: &Parts) -> Self {
        match service.protocol {
            Protocol::Json => Self::Json(Json { media_type: media_type(parts), error_shape: None }),
            Protocol::Rest { error_body } => Self::Rest { error_body },
            Protocol::Several { error_shape, .. } if parts.headers.contains_key("smithy-protocol") => {
                Self::Cbor { error_shape }
            }
            Protocol::Several { error_shape, .. } if parts.headers.contains_key("x-amz-target") => {
                Self::Json(Json { media_type: media_type(parts), error_shape: Some(error_shape) })
            }
            Protocol::Query { namespace } | Protocol::Several { namespace, .. } => Self::Query { namespace },
        }
    }

    /// Whether an error's code of the query protocol goes beside its shape's name, in a header.
    pub(crate) fn tells_query_code(&self) -> bool {
        matches!(self, Self::Cbor { .. } | Self::Json(Json { error_shape: Some(_), .. }))
    }
}

/// As the caller writes.
fn media_type(parts: &Parts) -> &'static str {
    let asked = parts.headers.get(header::CONTENT_TYPE);
    if asked.is_some_and(|asked| asked.as_bytes().starts_with(JSON_1_0.as_bytes())) {
        JSON_1_0
    } else {
        JSON_1_1
    }
}
