//! Invoke: one event through one function.

use crate::{error::AwsError, operation::Reply, server::LocalAws};
use bytes::Bytes;

/// An accepted call of Invoke, to be carried out outside the world's lock.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub account: String,
    pub region: String,
    pub function: String,
    pub payload: Bytes,
}

/// What came of an invocation.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub payload: Bytes,
    /// `Unhandled` where the function failed, timed out or crashed (header `X-Amz-Function-Error`).
    pub function_error: Option<String>,
    pub request_id: String,
    /// The last 4 KB of its log, for `LogType=Tail`.
    pub log_tail: String,
}

/// Runs the function and waits for its answer. Used by the Invoke operation and by the stage URL.
///
/// # Errors
/// As Lambda's Invoke: unknown function, not Active, too many requests, request over 6 MB.
pub async fn run(_aws: &LocalAws, _invocation: Invocation) -> Result<Outcome, AwsError> {
    Err(AwsError::not_implemented("Invoke"))
}

/// The Invoke operation's reply.
pub async fn answer(aws: &LocalAws, invocation: Invocation) -> Result<Reply, AwsError> {
    let outcome = run(aws, invocation).await?;
    Ok(Reply::Raw { status: 200, headers: Vec::new(), body: outcome.payload })
}
