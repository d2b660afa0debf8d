//! What a published version freezes of a function: its code and its configuration. Two of equal content are one release.

use super::Settings;
use crate::engine::{UNKNOWN, revealed};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// Holds the variables' own values: never printed, never kept anywhere.
#[derive(Clone, PartialEq)]
pub(crate) struct Content {
    /// `sha256:…`
    pub(in crate::resources) digest: String,
    architecture: String,
    description: String,
    /// ARN.
    pub(in crate::resources) role: String,
    /// MB, seconds, MB.
    size: (i32, i32, i32),
    pub(in crate::resources) snapstart: bool,
    environment: BTreeMap<String, Value>,
    entrypoint: Option<Vec<String>>,
    command: Option<Vec<String>>,
    working_directory: Option<String>,
    tracing: bool,
    subnets: Vec<String>,
    security_groups: Vec<String>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({})", self.digest)
    }
}

impl Settings {
    /// `None`: the image or the role is not known yet.
    pub(in crate::resources) fn content(&self) -> Option<Content> {
        if self.image == UNKNOWN || self.role == UNKNOWN {
            return None;
        }
        let digest = self.image.split_once('@').map_or("", |(_, digest)| digest);
        let variables = self.environment.iter().map(|(name, value)| (name.clone(), revealed(value).clone()));
        Some(Content {
            digest: digest.to_owned(),
            architecture: self.architecture.clone(),
            description: self.description.clone(),
            role: self.role.clone(),
            size: (self.memory, self.timeout, self.ephemeral_storage),
            snapstart: self.snapstart,
            environment: variables.collect(),
            entrypoint: self.entrypoint.clone(),
            command: self.command.clone(),
            working_directory: self.working_directory.clone(),
            tracing: self.tracing,
            subnets: self.subnets.clone(),
            security_groups: self.security_groups.clone(),
        })
    }
}
