//! The Invoke operation, up to where it has to wait: the function is run by [`super::runtime`].

use super::{
    errors::refuse,
    invocation::{Callee, Invocation, InvocationType, InvokeRequest},
    name::FunctionRef,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
};
use bytes::Bytes;
use http::HeaderMap;
use serde::de::IgnoredAny;
use serde_json::Value;

/// Headers whose meaning is not emulated: durable executions, tenants.
const NOT_EMULATED: [&str; 2] = ["x-amz-durable-execution-name", "x-amz-tenant-id"];
/// Bytes of an event whose caller waits.
pub(crate) const SYNC_LIMIT: usize = 6_291_456;
/// Bytes of an event whose caller doesn't.
const ASYNC_LIMIT: usize = 1_048_576;
/// The Invoke operation, up to where it has to wait.
pub(crate) fn invoke(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    let kind = header(&call.headers, "x-amz-invocation-type").unwrap_or("RequestResponse").to_owned();
    let log = header(&call.headers, "x-amz-log-type").unwrap_or("None").to_owned();
    let mut failures = Failures::default();
    failures.one_of("invocationType", Some(&kind), &["Event", "RequestResponse", "DryRun"]);
    failures.one_of("logType", Some(&log), &["None", "Tail"]);
    refuse(failures)?;
    if let Some(name) = NOT_EMULATED.into_iter().find(|name| call.headers.contains_key(*name)) {
        return Err(AwsError::not_implemented(format!("Invoke with {name}")));
    }
    let limit = if kind == "Event" { ASYNC_LIMIT } else { SYNC_LIMIT };
    check_payload(&call.payload, limit)?;
    let now = call.now;
    // AWS names `$LATEST` where a call without a qualifier finds nothing.
    let meant =
        FunctionRef { qualifier: target.qualifier.clone().or(Some("$LATEST".to_owned())), ..target.clone() };
    meant.described(call)?.ensure_active(now)?;
    if kind == "DryRun" {
        return Ok(Reply::no_content());
    }
    let kind = match kind.as_str() {
        "Event" => InvocationType::Event,
        _ => InvocationType::RequestResponse { tail: log == "Tail" },
    };
    let invocation = Invocation {
        callee: Callee {
            account: call.account.clone(),
            region: call.region.clone(),
            function: target.name,
            qualifier: target.qualifier,
        },
        payload: call.payload.clone(),
    };
    Ok(Reply::Invoke(InvokeRequest { invocation, kind, request_id: call.request_id.clone() }))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|h| h.to_str().ok())
}

fn check_payload(payload: &Bytes, limit: usize) -> Result<(), AwsError> {
    check_size(payload, limit)?;
    match serde_json::from_slice::<IgnoredAny>(payload) {
        Err(error) if !payload.is_empty() => Err(AwsError::new(
            400,
            "InvalidRequestContentException",
            format!("Could not parse request body into json: Could not parse payload into json: {error}"),
        )),
        _ => Ok(()),
    }
}

/// # Errors
/// `RequestTooLargeException` over so many bytes.
pub(crate) fn check_size(payload: &Bytes, limit: usize) -> Result<(), AwsError> {
    if payload.len() <= limit {
        return Ok(());
    }
    let why = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
    Err(AwsError::new(413, "RequestTooLargeException", why))
}
