//! Where a command changes things, for the head of a plan and the question before it is carried out.

use super::cloud::Cloud;
use anyhow::Result;
use serde::Serialize;
use std::fmt;

/// An account and a region, and what is unusual on the way there.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Destination {
    pub local: bool,
    /// Twelve digits.
    pub account: String,
    pub region: String,
    /// Where the credentials are from, if somebody named it.
    pub credentials: Option<String>,
    /// Addresses that are called instead of AWS's own.
    pub endpoints: Vec<String>,
}

impl Destination {
    /// # Errors
    /// Before the caller is known, which is a mistake in the program.
    pub(crate) fn of(cloud: &Cloud) -> Result<Self> {
        Ok(Self {
            local: cloud.local,
            account: cloud.identity()?.account.clone(),
            region: cloud.region.clone(),
            credentials: cloud.credentials.clone(),
            endpoints: cloud.endpoints.clone(),
        })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.local {
            write!(f, "the local AWS at {}, ", self.endpoints.join(", "))?;
        }
        write!(f, "account {}, region {}", self.account, self.region)?;
        if let Some(text) = &self.credentials {
            write!(f, ", {text}")?;
        }
        match self.endpoints.as_slice() {
            [_, ..] if !self.local => write!(f, ", by way of {}", self.endpoints.join(", ")),
            _ => Ok(()),
        }
    }
}
