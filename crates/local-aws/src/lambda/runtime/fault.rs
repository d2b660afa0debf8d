//! How an invocation fails that is the function's own fault, in Lambda's words.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use std::time::Duration;

/// Why there is no answer of the handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FunctionFault {
    /// It took longer than the function's timeout.
    TimedOut(Duration),
    /// The runtime's process ended by itself.
    Exited(Exit),
    /// The process could not be started.
    Entrypoint(Entrypoint),
    /// The runtime said why it cannot start; its own JSON.
    Init(Bytes),
    /// The answer is over 6 MB.
    ResponseTooLarge,
    /// The handler failed; the runtime's own JSON.
    Handler(Bytes),
}

/// Why a process could not be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrypoint {
    /// What was tried and what the system said.
    pub why: String,
    /// What a person could do about it; only for the log.
    pub hint: Option<String>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Status(i64),
    Signal(&'static str),
    /// The kernel killed it: it wanted more memory than it had.
    OutOfMemory,
}

impl Exit {
    /// From an exit code in the shell's convention, where 128 + n is signal n.
    pub(crate) fn from_code(code: i64) -> Self {
        match code {
            132 => Self::Signal("illegal instruction"),
            134 => Self::Signal("aborted"),
            137 => Self::Signal("killed"),
            139 => Self::Signal("segmentation fault"),
            143 => Self::Signal("terminated"),
            other => Self::Status(other),
        }
    }
}

impl FunctionFault {
    /// The payload that the caller gets beside `X-Amz-Function-Error: Unhandled`.
    pub(crate) fn payload(&self, request_id: &str) -> Bytes {
        let (kind, message) = match self {
            Self::Init(payload) | Self::Handler(payload) => return payload.clone(),
            Self::ResponseTooLarge => {
                let message = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
                ("Function.ResponseSizeTooLarge", message.to_owned())
            }
            _ => (self.kind(), format!("RequestId: {request_id} Error: {}", self.text())),
        };
        json!({ "errorType": kind, "errorMessage": message }).to_string().into()
    }

    /// The lines that Lambda writes to the function's log about it.
    pub(crate) fn log(&self, request_id: &str, now: Timestamp) -> Vec<String> {
        match self {
            Self::Init(_) | Self::Handler(_) | Self::ResponseTooLarge => Vec::new(),
            Self::TimedOut(_) => vec![format!("{now:.3} {request_id} {}", self.text())],
            Self::Exited(_) => {
                vec![format!("RequestId: {request_id} Error: {}", self.text()), self.kind().to_owned()]
            }
            Self::Entrypoint(Entrypoint { why, hint }) => {
                let error = format!("RequestId: {request_id} Error: {why}");
                [error, self.kind().to_owned()].into_iter().chain(hint.clone()).collect()
            }
        }
    }

    /// The word for it in the REPORT line.
    pub(crate) fn status(&self) -> &'static str {
        if matches!(self, Self::TimedOut(_)) { "timeout" } else { "error" }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::TimedOut(_) => "Sandbox.Timedout",
            Self::Entrypoint(_) => "Runtime.InvalidEntrypoint",
            Self::ResponseTooLarge => "Function.ResponseSizeTooLarge",
            Self::Exited(_) | Self::Init(_) | Self::Handler(_) => "Runtime.ExitError",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::TimedOut(limit) => format!("Task timed out after {:.2} seconds", limit.as_secs_f64()),
            Self::Exited(Exit::Status(0)) => "Runtime exited without providing a reason".to_owned(),
            Self::Exited(Exit::Status(code)) => format!("Runtime exited with error: exit status {code}"),
            Self::Exited(Exit::Signal(name)) => format!("Runtime exited with error: signal: {name}"),
            Self::Exited(Exit::OutOfMemory) => "Runtime exited with error: signal: killed".to_owned(),
            Self::Entrypoint(entrypoint) => entrypoint.why.clone(),
            Self::Init(_) | Self::Handler(_) | Self::ResponseTooLarge => String::new(),
        }
    }
}
