//! The state of API Gateway in one region. Structs are the wire shapes of AWS's model (camelCase), so that a reply is
//! the state serialized. [`Draft`] is what the control plane edits; a [`Deployment`] holds the immutable copy of it that
//! a stage serves.

pub(crate) use super::quota::Quota;
use super::{call_log::CallLog, draft::Draft, usage_counts::UsageCounts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

pub(crate) type Tags = BTreeMap<String, String>;

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct ApiGateway {
    /// By id.
    pub apis: BTreeMap<String, RestApi>,
    pub keys: BTreeMap<String, ApiKey>,
    pub plans: BTreeMap<String, UsagePlan>,
    /// Custom domain names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub domains: BTreeMap<String, DomainName>,
    /// The role that stage logs are written with, of the region's account settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloudwatch_role: Option<String>,
    /// What the stage URLs let through.
    #[serde(skip)]
    pub usage: UsageCounts,
    /// What was called at the stage URLs.
    #[serde(skip)]
    pub calls: CallLog,
    /// How often ids were drawn.
    #[serde(skip)]
    pub draws: u64,
}

/// A custom domain name.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DomainName {
    pub name: String,
    pub tags: Tags,
    pub created: Timestamp,
    /// By base path; `(none)` is the root.
    pub mappings: BTreeMap<String, BasePathMapping>,
}

/// Where a path of a custom domain leads.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BasePathMapping {
    pub base_path: String,
    pub rest_api_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
}

/// One REST API with all that belongs to it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RestApi {
    pub id: String,
    pub created: Timestamp,
    pub tags: Tags,
    /// REGIONAL, EDGE or PRIVATE, with the address type: as `endpointConfiguration` on the wire.
    pub endpoint_configuration: Value,
    pub policy: Option<String>,
    pub disable_execute_api_endpoint: bool,
    /// Until then `apiStatus` is UPDATING.
    #[serde(skip)]
    pub updating_until: Option<Timestamp>,
    pub draft: Draft,
    pub deployments: BTreeMap<String, Deployment>,
    pub stages: BTreeMap<String, Stage>,
    /// When the draft was last imported: `import_settles` after it the import shows everywhere.
    pub imported: Option<Timestamp>,
    /// The draft as it was before that import.
    #[serde(skip)]
    pub before_import: Option<Arc<Draft>>,
}

impl RestApi {
    pub(crate) fn is_updating(&self, now: Timestamp) -> bool {
        self.updating_until.is_some_and(|until| now < until)
    }
}

/// An immutable copy of a draft.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Deployment {
    pub id: String,
    pub description: Option<String>,
    pub created: Timestamp,
    /// Shared with every request that is being served from it.
    pub snapshot: Arc<Draft>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Stage {
    pub name: String,
    pub deployment_id: String,
    /// What was served before the last move, and when it moved: for `deployment_live`.
    pub former: Option<(String, Timestamp)>,
    pub description: Option<String>,
    pub variables: BTreeMap<String, String>,
    pub tracing_enabled: bool,
    /// By "resource/method" as on the wire: `*/*`, `~1items/GET`.
    pub method_settings: BTreeMap<String, MethodSetting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_log: Option<AccessLog>,
    pub tags: Tags,
    pub created: Timestamp,
    pub updated: Timestamp,
}

/// Where a line a call is written to, and of what: `accessLogSettings` on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessLog {
    pub format: String,
    /// The ARN of a log group.
    pub destination_arn: String,
}

impl AccessLog {
    /// The log group's name.
    pub(crate) fn group(&self) -> Option<&str> {
        self.destination_arn.splitn(6, ':').nth(5)?.strip_prefix("log-group:")
    }
}

/// The settings the emulator knows; AWS's defaults for the others are added on the wire.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct MethodSetting {
    /// Requests a second; `None`: the account's 10,000.
    pub throttling_rate_limit: Option<f64>,
    pub throttling_burst_limit: Option<u32>,
    /// Any other setting that was patched, by its wire name.
    pub other: BTreeMap<String, Value>,
}

impl MethodSetting {
    /// Whether there are metrics of the method by itself.
    pub(crate) fn has_metrics(&self) -> bool {
        self.other.get("metricsEnabled").is_some_and(|enabled| *enabled == true)
    }
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct ApiKey {
    pub id: String,
    /// The secret.
    pub value: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub customer_id: Option<String>,
    pub enabled: bool,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub tags: Tags,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct UsagePlan {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub created: Timestamp,
    pub tags: Tags,
    pub api_stages: Vec<ApiStage>,
    pub throttle: Option<Throttle>,
    pub quota: Option<Quota>,
    /// Key id to the moment it was added.
    pub keys: BTreeMap<String, Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiStage {
    pub api_id: String,
    pub stage: String,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Throttle {
    pub rate_limit: f64,
    pub burst_limit: u32,
}

impl ApiGateway {
    /// The tags of the resource that an ARN names; what is below an API or a usage plan counts as that.
    pub(crate) fn tags_of(&self, arn: &str) -> Option<Tags> {
        let path = arn.splitn(6, ':').nth(5)?;
        let mut parts = path.trim_start_matches('/').split('/');
        let (kind, id) = (parts.next()?, parts.next()?);
        match kind {
            "restapis" => self.apis.get(id).map(|api| api.tags.clone()),
            "apikeys" => self.keys.get(id).map(|key| key.tags.clone()),
            "usageplans" => self.plans.get(id).map(|plan| plan.tags.clone()),
            _ => None,
        }
    }
}
