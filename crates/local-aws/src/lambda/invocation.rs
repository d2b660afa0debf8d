//! One event for one function, and what came of it.

use bytes::Bytes;

/// An accepted call of Invoke, to be carried out outside the world's lock.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub account: String,
    pub region: String,
    pub function: String,
    pub payload: Bytes,
}

/// What the Invoke operation goes on with outside the lock.
#[derive(Debug, Clone)]
pub(crate) struct InvokeRequest {
    pub invocation: Invocation,
    pub kind: InvocationType,
    pub request_id: String,
}

/// The invocation type, and for the waiting one the log type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvocationType {
    RequestResponse { tail: bool },
    Event,
}

/// What came of an invocation.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub payload: Bytes,
    /// `Unhandled` where the function failed, timed out or crashed (header `X-Amz-Function-Error`).
    pub function_error: Option<String>,
    pub request_id: String,
    /// The last 4 KB of its log, where `LogType=Tail` asked for it; else empty.
    pub log_tail: String,
}
