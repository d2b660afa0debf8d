//! A function's settings: all that UpdateFunctionConfiguration changes.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Settings as they are, every default written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Settings {
    pub role: String,
    pub description: String,
    /// Seconds.
    pub timeout: u32,
    /// MB.
    pub memory_size: u32,
    /// Size of `/tmp` in MB.
    pub ephemeral_storage: u32,
    /// `None` was never given; an empty one was.
    pub environment: Option<Environment>,
    /// The key of the variables, where it is the account's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    pub image_config: Option<ImageConfig>,
    pub tracing: String,
    pub vpc: Option<Vpc>,
    pub log_group: String,
    /// Published versions start from a snapshot.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub snap_start: bool,
    pub runtime: Option<String>,
    pub handler: Option<String>,
}

/// Environment variables. Their values are secrets: `Debug` shows the names only.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Environment(pub BTreeMap<String, String>);

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// What overrides the image's own configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ImageConfig {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry_point: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub working_directory: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Vpc {
    #[serde(default)]
    pub subnet_ids: Vec<String>,
    #[serde(default)]
    pub security_group_ids: Vec<String>,
    #[serde(default)]
    pub ipv6_allowed_for_dual_stack: bool,
}

impl Settings {
    pub(crate) fn has_variables(&self) -> bool {
        self.environment.as_ref().is_some_and(|e| !e.0.is_empty())
    }

    pub(crate) fn is_in_vpc(&self) -> bool {
        self.vpc.as_ref().is_some_and(|v| !v.subnet_ids.is_empty())
    }

    /// AWS's defaults.
    pub(crate) fn new(function: &str) -> Self {
        Self {
            role: String::new(),
            description: String::new(),
            timeout: 3,
            memory_size: 128,
            ephemeral_storage: 512,
            environment: None,
            kms_key: None,
            image_config: None,
            tracing: "PassThrough".to_owned(),
            vpc: None,
            log_group: format!("/aws/lambda/{function}"),
            snap_start: false,
            runtime: None,
            handler: None,
        }
    }
}
