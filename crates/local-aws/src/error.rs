//! An error as AWS answers it: a status, a code and a text, whatever the protocol it is written in.

use std::fmt::Display;

/// One AWS error. `code` is the service's own, without namespace ("ResourceConflictException", IAM's "NoSuchEntity").
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwsError {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// Seconds for a `Retry-After` header, where AWS sends one.
    pub retry_after: Option<u32>,
    /// Lambda's `Reason` of a `TooManyRequestsException`.
    pub reason: Option<&'static str>,
}

impl AwsError {
    pub(crate) fn new(status: u16, code: &str, message: impl Display) -> Self {
        Self { status, code: code.to_owned(), message: message.to_string(), retry_after: None, reason: None }
    }

    /// What nobody built yet is said plainly, never silently accepted.
    pub(crate) fn not_implemented(what: impl Display) -> Self {
        Self::new(501, "NotImplemented", format!("{what} is not implemented by the local AWS"))
    }

    /// Whose fault it is, in AWS's words.
    pub(crate) fn fault(&self) -> &'static str {
        if self.status < 500 { "Sender" } else { "Receiver" }
    }
}
