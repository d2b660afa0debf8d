//! The state of API Gateway in one region. Structs are the wire shapes of AWS's model (camelCase), so that a reply is
//! the state serialized. `Draft` is what the control plane edits; a [`Deployment`] holds the immutable copy of it that
//! a stage serves.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

pub type Tags = BTreeMap<String, String>;

#[derive(Debug, Clone, Default, Serialize)]
pub struct ApiGateway {
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
    /// How often ids were drawn.
    #[serde(skip)]
    pub draws: u64,
}

/// A custom domain name.
#[derive(Debug, Clone, Serialize)]
pub struct DomainName {
    pub name: String,
    pub tags: Tags,
    pub created: Timestamp,
    /// By base path; `(none)` is the root.
    pub mappings: BTreeMap<String, BasePathMapping>,
}

/// Where a path of a custom domain leads.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BasePathMapping {
    pub base_path: String,
    pub rest_api_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
}

/// One REST API with all that belongs to it.
#[derive(Debug, Clone, Serialize)]
pub struct RestApi {
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
    pub fn is_updating(&self, now: Timestamp) -> bool {
        self.updating_until.is_some_and(|until| now < until)
    }
}

/// What PutRestApi replaces and CreateDeployment copies.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Draft {
    pub name: String,
    pub description: Option<String>,
    pub version: Option<String>,
    /// HEADER or AUTHORIZER.
    pub api_key_source: String,
    pub binary_media_types: Vec<String>,
    pub minimum_compression_size: Option<u64>,
    /// By resource id.
    pub resources: BTreeMap<String, Resource>,
    /// Customised ones only, by type ("DEFAULT_4XX").
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
    pub authorizers: BTreeMap<String, Authorizer>,
    /// By name.
    pub models: BTreeMap<String, Model>,
    /// By id.
    pub request_validators: BTreeMap<String, RequestValidator>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON schema, as text.
    pub schema: String,
    pub content_type: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestValidator {
    pub id: String,
    pub name: String,
    pub validate_request_body: bool,
    pub validate_request_parameters: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_part: Option<String>,
    /// The full path, "/items/{id}".
    pub path: String,
    /// By HTTP method, or "ANY". Listed only with `embed=methods`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resource_methods: BTreeMap<String, Method>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Method {
    pub http_method: String,
    /// NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS.
    pub authorization_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_id: Option<String>,
    pub api_key_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_validator_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_parameters: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_models: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_scopes: Vec<String>,
    /// By status code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub method_responses: BTreeMap<String, MethodResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method_integration: Option<Integration>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MethodResponse {
    pub status_code: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_parameters: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_models: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    /// MOCK, AWS_PROXY, AWS, HTTP or HTTP_PROXY. Only MOCK and AWS_PROXY are served by the stage URL.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// INTERNET, for HTTP integrations only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_parameters: BTreeMap<String, String>,
    /// VTL by content type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_templates: BTreeMap<String, Option<String>>,
    pub passthrough_behavior: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_handling: Option<String>,
    pub timeout_in_millis: u32,
    pub cache_namespace: String,
    #[serde(default)]
    pub cache_key_parameters: Vec<String>,
    /// By status code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub integration_responses: BTreeMap<String, IntegrationResponse>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationResponse {
    pub status_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_pattern: Option<String>,
    /// `method.response.header.X` to `'a literal'` or a mapping expression.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_parameters: BTreeMap<String, String>,
    /// VTL by content type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response_templates: BTreeMap<String, Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_handling: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayResponse {
    pub response_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    /// `gatewayresponse.header.X` to `'a literal'` or `method.request.header.Y`.
    #[serde(default)]
    pub response_parameters: BTreeMap<String, String>,
    #[serde(default)]
    pub response_templates: BTreeMap<String, String>,
    pub default_response: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorizer {
    pub id: String,
    pub name: String,
    /// TOKEN, REQUEST or COGNITO_USER_POOLS.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, rename = "providerARNs", skip_serializing_if = "Vec::is_empty")]
    pub provider_arns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_credentials: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_validation_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_result_ttl_in_seconds: Option<u32>,
}

/// An immutable copy of a draft.
#[derive(Debug, Clone, Serialize)]
pub struct Deployment {
    pub id: String,
    pub description: Option<String>,
    pub created: Timestamp,
    /// Shared with every request that is being served from it.
    pub snapshot: Arc<Draft>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    pub name: String,
    pub deployment_id: String,
    /// What was served before the last move, and when it moved: for `deployment_live`.
    pub former: Option<(String, Timestamp)>,
    pub description: Option<String>,
    pub variables: BTreeMap<String, String>,
    pub tracing_enabled: bool,
    /// By "resource/method" as on the wire: `*/*`, `~1items/GET`.
    pub method_settings: BTreeMap<String, MethodSetting>,
    pub tags: Tags,
    pub created: Timestamp,
    pub updated: Timestamp,
}

/// The settings the emulator knows; AWS's defaults for the others are added on the wire.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MethodSetting {
    /// Requests a second; `None`: the account's 10,000.
    pub throttling_rate_limit: Option<f64>,
    pub throttling_burst_limit: Option<u32>,
    /// Any other setting that was patched, by its wire name.
    pub other: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ApiKey {
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
pub struct UsagePlan {
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
pub struct ApiStage {
    pub api_id: String,
    pub stage: String,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Throttle {
    pub rate_limit: f64,
    pub burst_limit: u32,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Quota {
    pub limit: u32,
    pub offset: u32,
    /// DAY, WEEK or MONTH.
    pub period: String,
}
