//! One event for one function, and what came of it.

use bytes::Bytes;

/// Which function is called, as the caller names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Callee {
    pub account: String,
    pub region: String,
    pub function: String,
    /// A version's number, `$LATEST` or an alias.
    pub qualifier: Option<String>,
}

impl Callee {
    /// As the function itself is told that it was called.
    pub(crate) fn arn(&self) -> String {
        let Self { account, region, function, qualifier } = self;
        let qualifier = qualifier.as_ref().map(|q| format!(":{q}")).unwrap_or_default();
        format!("arn:aws:lambda:{region}:{account}:function:{function}{qualifier}")
    }
}

/// An accepted call of Invoke, to be carried out outside the world's lock.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub callee: Callee,
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
    /// The version that ran (header `X-Amz-Executed-Version`): also where an alias was called.
    pub executed_version: String,
    /// The last 4 KB of its log, where `LogType=Tail` asked for it; else empty.
    pub log_tail: String,
}
