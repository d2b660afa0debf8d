//! What hangs on a function by name and goes with it.

use jiff::Timestamp;
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Attached {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<String, Alias>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<FunctionUrl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_invoke: Option<EventInvoke>,
}

/// A name for a version.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Alias {
    /// `$LATEST`, or a version's number.
    pub version: String,
    pub description: String,
    pub revision: String,
}

/// A URL of the function's own.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FunctionUrl {
    /// `NONE` or `AWS_IAM`.
    pub auth: String,
    /// `BUFFERED` or `RESPONSE_STREAM`.
    pub mode: String,
    pub created: String,
}

/// The asynchronous configuration of a function.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EventInvoke {
    /// How often an event whose function failed is tried again; `None`: as often as Lambda does by itself.
    pub retries: Option<usize>,
    /// How old an event may get; `None`: as old as Lambda lets it get by itself.
    pub age: Option<Duration>,
    pub modified: Timestamp,
}
