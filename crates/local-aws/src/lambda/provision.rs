//! Provisioned concurrency as data: a configuration, and what it orders.

use super::sandbox::Sandbox;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// The configuration of one version or alias.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Provisioned {
    pub requested: u32,
    pub allocated: u32,
    #[serde(skip)]
    pub modified: Timestamp,
    pub progress: Progress,
    /// Which change of it is under way.
    #[serde(skip)]
    pub id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum Progress {
    UnderWay,
    ReadyFrom(Timestamp),
    /// A reason code of AWS.
    Failed(String),
}

impl Provisioned {
    pub(crate) fn shown(&self, now: Timestamp) -> Value {
        let (status, reason) = match &self.progress {
            Progress::ReadyFrom(from) if *from <= now => ("READY", None),
            Progress::Failed(reason) => ("FAILED", Some(reason)),
            _ => ("IN_PROGRESS", None),
        };
        let mut shown = json!({
            "RequestedProvisionedConcurrentExecutions": self.requested,
            "AvailableProvisionedConcurrentExecutions": self.allocated,
            "AllocatedProvisionedConcurrentExecutions": self.allocated,
            "Status": status,
            "LastModified": self.modified.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string(),
        });
        if let Some(reason) = reason {
            shown["StatusReason"] = json!(reason);
        }
        shown
    }
}

/// So many containers of a version are to be ready before calls come.
#[derive(Debug, Clone)]
pub(crate) struct ProvisionOrder {
    pub sandbox: Arc<Sandbox>,
    /// None: those that are there are not kept any longer.
    pub count: u32,
    /// The alias or version whose configuration it is.
    pub qualifier: String,
    /// Which of its changes.
    pub id: String,
    /// The configuration is not `READY` before.
    pub not_before: Timestamp,
}
