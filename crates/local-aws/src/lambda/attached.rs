//! What hangs on a function by name and goes with it.

use super::{alias::Alias, provision::Provisioned};
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
    /// By the version or alias that has it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub provisioned: BTreeMap<String, Provisioned>,
}

impl Attached {
    /// The names of the aliases that name a version, alone or beside another.
    pub(crate) fn aliases_of(&self, version: &str) -> Vec<&str> {
        let naming = self.aliases.values().filter(|a| a.route.names(version));
        naming.map(|a| a.name.as_str()).collect()
    }

    /// The provisioned concurrency of all versions and aliases together.
    pub(crate) fn provisioned_in_all(&self) -> u32 {
        self.provisioned.values().fold(0, |sum, config| sum.saturating_add(config.requested))
    }

    /// The alias that keeps containers of a version ready.
    pub(crate) fn provisioned_alias_of(&self, version: &str) -> Option<&Alias> {
        let mut aliases = self.aliases.values().filter(|a| a.route.version == version);
        aliases.find(|a| self.provisioned.contains_key(&a.name))
    }
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
