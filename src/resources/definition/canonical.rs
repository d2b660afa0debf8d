//! One form for what is wished of a REST API and what AWS reports of it.

use crate::aws::ordered;
use aws_sdk_apigateway::types::{
    Authorizer as FoundAuthorizer, GatewayResponse as FoundResponse, Integration as FoundIntegration,
    Method as FoundMethod, Resource,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A whole API.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Canonical {
    /// `POST /items/{id}`; the OPTIONS mocks are routes like any other.
    pub routes: BTreeMap<String, Method>,
    /// Customised ones, by type.
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
    /// By name: their ids change when they are made anew.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub authorizers: BTreeMap<String, Authorizer>,
    pub binary_types: BTreeSet<String>,
    pub api_key_source: String,
    /// Names of models that are not API Gateway's own, on an API that is about to be adopted. We have none.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub models: BTreeSet<String>,
    /// Names of request validators, on an API that is about to be adopted. We have none.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub validators: BTreeSet<String>,
    /// The API was there before the stack.
    #[serde(skip)]
    pub is_adopted: bool,
}

/// Who decides on callers: a function or user pools.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Authorizer {
    /// TOKEN, REQUEST or COGNITO_USER_POOLS.
    #[serde(rename = "type")]
    pub kind: String,
    pub identity_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<String>,
    /// Seconds; user pools' answers are not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub user_pools: BTreeSet<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Method {
    /// NONE, AWS_IAM, …
    pub auth: String,
    pub authorizer: Option<String>,
    pub api_key_required: bool,
    /// OAuth scopes, one of which a user pool's token must have. We ask for none.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub scopes: BTreeSet<String>,
    /// The id of what checks a request before the function sees it. We have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    pub parameters: BTreeMap<String, bool>,
    pub models: BTreeMap<String, String>,
    /// Headers declared, by status.
    pub responses: BTreeMap<String, BTreeMap<String, bool>>,
    /// Models declared, by status.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub response_models: BTreeMap<String, BTreeMap<String, String>>,
    pub integration: Option<Integration>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Integration {
    #[serde(rename = "type")]
    pub kind: String,
    pub uri: Option<String>,
    pub http_method: Option<String>,
    pub credentials: Option<String>,
    pub timeout_ms: i32,
    /// What tells one cached answer from another. The cache's name is no setting: an import gives it a new one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub cache_keys: BTreeSet<String>,
    pub passthrough: String,
    pub content_handling: Option<String>,
    pub parameters: BTreeMap<String, String>,
    pub templates: BTreeMap<String, String>,
    pub responses: BTreeMap<String, IntegrationResponse>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct IntegrationResponse {
    pub selection_pattern: Option<String>,
    pub content_handling: Option<String>,
    pub parameters: BTreeMap<String, String>,
    pub templates: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct GatewayResponse {
    pub status: Option<String>,
    pub parameters: BTreeMap<String, String>,
    pub templates: BTreeMap<String, String>,
}

/// API Gateway's own template of a gateway response.
pub(super) const DEFAULT_TEMPLATE: &str = r#"{"message":$context.error.messageString}"#;

impl Canonical {
    /// From GetResources(embed=methods), GetGatewayResponses and, where there should be any, GetAuthorizers.
    pub(crate) fn observed(
        resources: &[Resource],
        responses: &[FoundResponse],
        authorizers: &[FoundAuthorizer],
    ) -> Self {
        let methods = |r: &Resource| {
            let path = r.path().unwrap_or_default().to_owned();
            let methods = r.resource_methods().cloned().unwrap_or_default();
            methods
                .into_iter()
                .map(move |(name, m)| (format!("{name} {path}"), Method::observed(&m, authorizers)))
        };
        let customised = responses.iter().filter(|r| !r.default_response);
        let customised = customised
            .filter_map(|r| Some((r.response_type()?.as_str().to_owned(), GatewayResponse::observed(r))));
        Self {
            routes: resources.iter().flat_map(methods).collect(),
            gateway_responses: customised.collect(),
            authorizers: authorizers
                .iter()
                .filter_map(|a| Some((a.name.clone()?, Authorizer::observed(a))))
                .collect(),
            ..Self::default()
        }
    }
}

impl Canonical {
    /// Takes over what of an adopted API the file does not name.
    pub(crate) fn keep(&mut self, there: &Self) {
        self.api_key_source.clone_from(&there.api_key_source);
        if self.binary_types.is_empty() {
            self.binary_types.clone_from(&there.binary_types);
        }
        for (kind, response) in &there.gateway_responses {
            self.gateway_responses.entry(kind.clone()).or_insert_with(|| response.clone());
        }
    }
}

/// `/items/{id}` declares `method.request.path.id`, as OpenAPI demands.
pub(super) fn path_parameters(path: &str) -> BTreeMap<String, bool> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| (format!("method.request.path.{}", name.trim_end_matches('+')), true)).collect()
}

impl Method {
    fn observed(m: &FoundMethod, authorizers: &[FoundAuthorizer]) -> Self {
        let named = |id: &str| authorizers.iter().find(|a| a.id() == Some(id)).and_then(|a| a.name());
        let all = ordered(m.method_responses());
        let responses = all.iter().map(|(status, r)| (status.clone(), ordered(r.response_parameters())));
        let models = all.iter().map(|(status, r)| (status.clone(), ordered(r.response_models())));
        Self {
            auth: m.authorization_type().unwrap_or("NONE").to_owned(),
            authorizer: m.authorizer_id().map(|id| named(id).unwrap_or(id).to_owned()),
            api_key_required: m.api_key_required().unwrap_or_default(),
            scopes: m.authorization_scopes().iter().cloned().collect(),
            validator: m.request_validator_id().filter(|id| !id.is_empty()).map(str::to_owned),
            operation_name: m.operation_name().filter(|name| !name.is_empty()).map(str::to_owned),
            parameters: ordered(m.request_parameters()),
            models: ordered(m.request_models()),
            responses: responses.collect(),
            response_models: models.filter(|(_, models)| !models.is_empty()).collect(),
            integration: m.method_integration().map(Integration::observed),
        }
    }
}

impl Authorizer {
    fn observed(a: &FoundAuthorizer) -> Self {
        let kind = a.r#type().map(|t| t.as_str().to_owned()).unwrap_or_default();
        Self {
            ttl: a.authorizer_result_ttl_in_seconds.filter(|_| kind != "COGNITO_USER_POOLS"),
            kind,
            identity_source: a.identity_source.clone(),
            validation: a.identity_validation_expression.clone().filter(|text| !text.is_empty()),
            uri: a.authorizer_uri.clone(),
            credentials: a.authorizer_credentials.clone(),
            user_pools: a.provider_arns().iter().cloned().collect(),
        }
    }
}

impl Integration {
    fn observed(i: &FoundIntegration) -> Self {
        let responses = ordered(i.integration_responses());
        let responses = responses.into_iter().map(|(status, r)| {
            let response = IntegrationResponse {
                selection_pattern: r.selection_pattern().filter(|p| !p.is_empty()).map(str::to_owned),
                content_handling: r.content_handling().map(|c| c.as_str().to_owned()),
                parameters: ordered(r.response_parameters()),
                templates: ordered(r.response_templates()),
            };
            (status, response)
        });
        Self {
            kind: i.r#type().map(|t| t.as_str().to_owned()).unwrap_or_default(),
            uri: i.uri().map(str::to_owned),
            http_method: i.http_method().map(str::to_owned),
            credentials: i.credentials().map(str::to_owned),
            timeout_ms: i.timeout_in_millis,
            cache_keys: i.cache_key_parameters().iter().cloned().collect(),
            passthrough: i.passthrough_behavior().unwrap_or_default().to_owned(),
            content_handling: i.content_handling().map(|c| c.as_str().to_owned()),
            parameters: ordered(i.request_parameters()),
            templates: ordered(i.request_templates()),
            responses: responses.collect(),
        }
    }
}

impl GatewayResponse {
    fn observed(r: &FoundResponse) -> Self {
        Self {
            status: r.status_code().map(str::to_owned),
            parameters: ordered(r.response_parameters()),
            templates: ordered(r.response_templates()),
        }
    }
}
