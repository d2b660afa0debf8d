//! The codes and sentences that a service has for what can happen to any of its calls.

use crate::error::AwsError;

/// How a service words the errors that all services have.
#[derive(Debug)]
pub(crate) struct ErrorWords {
    /// Code of credentials that AWS did not give out.
    pub unknown_key: &'static str,
    /// Status and code of a call that the caller's policies don't allow.
    pub access_denied: (u16, &'static str),
    /// Status, code and text of one call too many.
    pub throttled: (u16, &'static str, &'static str),
    /// Code of a 503.
    pub unavailable: &'static str,
    /// Code and text of a failure of AWS's own.
    pub internal: (&'static str, &'static str),
}

impl ErrorWords {
    /// The services that speak the query protocol.
    pub(crate) const QUERY: Self = Self {
        unknown_key: "InvalidClientTokenId",
        access_denied: (403, "AccessDenied"),
        throttled: (400, "Throttling", "Rate exceeded"),
        unavailable: "ServiceUnavailable",
        internal: ("InternalFailure", "The request processing has failed because of an unknown error."),
    };

    /// The services that speak AWS JSON.
    pub(crate) const JSON: Self = Self {
        unknown_key: "UnrecognizedClientException",
        access_denied: (400, "AccessDeniedException"),
        throttled: (400, "ThrottlingException", "Rate exceeded"),
        unavailable: "ServiceUnavailableException",
        internal: ("InternalServerErrorException", "Internal server error"),
    };

    /// What AWS says of credentials that it did not give out.
    pub(crate) fn unknown_key(&self) -> AwsError {
        AwsError::new(403, self.unknown_key, "The security token included in the request is invalid.")
    }

    pub(crate) fn access_denied(&self, text: String) -> AwsError {
        let (status, code) = self.access_denied;
        AwsError::new(status, code, text)
    }

    pub(crate) fn throttled(&self) -> AwsError {
        let (status, code, text) = self.throttled;
        AwsError::new(status, code, text)
    }

    /// Code and text that are usual for a status.
    pub(crate) fn usual(&self, status: u16) -> (&'static str, &'static str) {
        match status {
            429 => (self.throttled.1, self.throttled.2),
            503 => (self.unavailable, "The service is unavailable. Please try again shortly."),
            _ => self.internal,
        }
    }
}
