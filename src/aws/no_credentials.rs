//! Why there are no credentials.

use aws_credential_types::provider::error::CredentialsError;
use std::fmt;

/// There are no credentials; the text is the whole reason.
#[derive(Debug, Clone)]
pub(super) struct NoCredentials(pub String);

impl fmt::Display for NoCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoCredentials {}

impl NoCredentials {
    pub(super) fn error(text: impl Into<String>) -> CredentialsError {
        CredentialsError::provider_error(Self(text.into()))
    }
}
