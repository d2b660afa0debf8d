//! AWS JSON: the operation is in `X-Amz-Target`, input and output are JSON objects.

use super::{values, wire::Json};
use crate::{
    body::{Body, typed},
    error::AwsError,
    service::{Operation, Service},
};
use bytes::Bytes;
use http::{Response, request::Parts};
use serde_json::{Value, json};

pub(crate) fn read(
    service: &Service,
    parts: &Parts,
    payload: &Bytes,
) -> Result<(&'static Operation, Value), AwsError> {
    let target = parts.headers.get("x-amz-target").and_then(|h| h.to_str().ok()).unwrap_or_default();
    let name = target.rsplit('.').next().unwrap_or_default();
    let operation = service.operation(name).ok_or_else(|| AwsError::not_implemented(target))?;
    let input = if payload.is_empty() {
        json!({})
    } else {
        values::check(payload)?;
        serde_json::from_slice(payload).map_err(|e| AwsError::new(400, "SerializationException", e))?
    };
    Ok((operation, input))
}

pub(crate) fn write_error(error: &AwsError, json: &Json) -> Response<Body> {
    let shape = json.error_shape.map_or(error.code.as_str(), |shape| shape(&error.code));
    let body = json!({ "__type": shape, "message": error.message });
    typed(error.status, json.media_type, body.to_string())
}
