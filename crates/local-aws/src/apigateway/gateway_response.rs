//! Gateway responses: what the gateway itself answers when a request does not come through.

use super::{
    draft::{Draft, GatewayResponse},
    errors::{bad_mapping, bad_request, not_found, refuse_by},
    find::{self, ListIn},
    input::{check_status, parse},
    mapping,
    patch::{self, NO_CONTENT_TYPE, NO_PARAMETER, Patch},
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// All types with AWS's own status, as AWS lists them; the two defaults have none.
const TYPES: &[(&str, Option<&str>)] = &[
    ("ACCESS_DENIED", Some("403")),
    ("API_CONFIGURATION_ERROR", Some("500")),
    ("AUTHORIZER_CONFIGURATION_ERROR", Some("500")),
    ("AUTHORIZER_FAILURE", Some("500")),
    ("BAD_REQUEST_BODY", Some("400")),
    ("BAD_REQUEST_PARAMETERS", Some("400")),
    ("DEFAULT_4XX", None),
    ("DEFAULT_5XX", None),
    ("EXPIRED_TOKEN", Some("403")),
    ("INTEGRATION_FAILURE", Some("504")),
    ("INTEGRATION_TIMEOUT", Some("504")),
    ("INVALID_API_KEY", Some("403")),
    ("INVALID_SIGNATURE", Some("403")),
    ("MISSING_AUTHENTICATION_TOKEN", Some("403")),
    ("QUOTA_EXCEEDED", Some("429")),
    ("REQUEST_TOO_LARGE", Some("413")),
    ("RESOURCE_NOT_FOUND", Some("404")),
    ("THROTTLED", Some("429")),
    ("UNAUTHORIZED", Some("401")),
    ("UNSUPPORTED_MEDIA_TYPE", Some("415")),
    ("WAF_FILTERED", Some("403")),
];

/// The types in the order in which AWS names them when it refuses another.
const TYPES_IN_ERRORS: &[&str] = &[
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "MISSING_AUTHENTICATION_TOKEN",
    "BAD_REQUEST_BODY",
    "INVALID_SIGNATURE",
    "INVALID_API_KEY",
    "BAD_REQUEST_PARAMETERS",
    "AUTHORIZER_FAILURE",
    "UNAUTHORIZED",
    "INTEGRATION_TIMEOUT",
    "ACCESS_DENIED",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "WAF_FILTERED",
    "QUOTA_EXCEEDED",
    "THROTTLED",
    "API_CONFIGURATION_ERROR",
    "UNSUPPORTED_MEDIA_TYPE",
    "INTEGRATION_FAILURE",
    "EXPIRED_TOKEN",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GatewayResponseId {
    rest_api_id: String,
    response_type: String,
}

/// What PutGatewayResponse takes, and what a document has under a type.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WantedResponse {
    pub status_code: Option<String>,
    #[serde(default)]
    pub response_parameters: BTreeMap<String, String>,
    #[serde(default)]
    pub response_templates: BTreeMap<String, String>,
}

/// AWS's own answer of a type, before anybody customised it.
fn built_in(kind: &str) -> GatewayResponse {
    let status = TYPES.iter().find(|(name, _)| *name == kind).and_then(|(_, status)| *status);
    GatewayResponse {
        response_type: kind.to_owned(),
        status_code: status.map(str::to_owned),
        response_parameters: BTreeMap::new(),
        response_templates: default_templates(),
        default_response: true,
    }
}

fn default_templates() -> BTreeMap<String, String> {
    let template = "{\"message\":$context.error.messageString}";
    [("application/json".to_owned(), template.to_owned())].into()
}

impl Draft {
    /// What is answered for a type: customised itself, or by the DEFAULT of its class, or AWS's own. The status of a
    /// DEFAULT counts only where it was set.
    pub(crate) fn gateway_response(&self, kind: &str) -> GatewayResponse {
        if let Some(own) = self.gateway_responses.get(kind) {
            return own.clone();
        }
        let built_in = built_in(kind);
        let class = match built_in.status_code.as_deref() {
            Some(status) if status.starts_with('5') => "DEFAULT_5XX",
            _ => "DEFAULT_4XX",
        };
        let Some(inherited) = self.gateway_responses.get(class).filter(|_| !kind.starts_with("DEFAULT_"))
        else {
            return built_in;
        };
        GatewayResponse {
            response_type: built_in.response_type,
            status_code: inherited.status_code.clone().or(built_in.status_code),
            default_response: true,
            ..inherited.clone()
        }
    }

    /// Sets a customised response; what is left out becomes AWS's own again.
    pub(crate) fn put_gateway_response(
        &mut self,
        kind: &str,
        wanted: WantedResponse,
    ) -> Result<&GatewayResponse, AwsError> {
        let built_in = built_in(kind);
        let no_template = wanted.response_templates.is_empty();
        let response = GatewayResponse {
            status_code: wanted.status_code.or(built_in.status_code),
            response_parameters: wanted.response_parameters,
            response_templates: if no_template { default_templates() } else { wanted.response_templates },
            response_type: built_in.response_type,
            default_response: false,
        };
        check(&response)?;
        self.gateway_responses.insert(kind.to_owned(), response);
        Ok(&self.gateway_responses[kind])
    }
}

/// Parameters set a header of the response, from a literal or from the request.
fn check(response: &GatewayResponse) -> Result<(), AwsError> {
    for (parameter, source) in &response.response_parameters {
        if !mapping::is_parameter(parameter, "gatewayresponse.", &["header"]) {
            return Err(bad_mapping(parameter));
        }
        mapping::check_source(source, mapping::From::MethodRequest)?;
    }
    mapping::check_content_types(&response.response_templates)
}

pub(crate) fn check_type(failures: &mut Failures, kind: &str) {
    failures.one_of("responseType", Some(kind), TYPES_IN_ERRORS);
}

fn id(input: Value) -> Result<GatewayResponseId, AwsError> {
    let id: GatewayResponseId = parse(input)?;
    refuse_by(|failures| check_type(failures, &id.response_type))?;
    Ok(id)
}

pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input.clone())?;
    let wanted: WantedResponse = parse(input)?;
    refuse_by(|failures| check_status(failures, wanted.status_code.as_deref()))?;
    let draft = &mut find::api(call, &id.rest_api_id)?.draft;
    Ok(Reply::created(json!(draft.put_gateway_response(&id.response_type, wanted)?)))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input)?;
    let draft = &find::api(call, &id.rest_api_id)?.draft;
    Ok(Reply::ok(json!(draft.gateway_response(&id.response_type))))
}

/// All types, customised or not.
pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: ListIn = parse(input)?;
    let draft = &find::api(call, &input.rest_api_id)?.draft;
    let all: Vec<_> =
        TYPES.iter().map(|(kind, _)| ((*kind).to_owned(), json!(draft.gateway_response(kind)))).collect();
    input.paging.reply(call, all)
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input)?;
    let draft = &mut find::api(call, &id.rest_api_id)?.draft;
    let removed = draft.gateway_responses.remove(&id.response_type);
    removed.ok_or_else(|| not_found("Gateway response type not defined on api"))?;
    Ok(Reply::accepted())
}

/// A type that is not customised yet starts from AWS's own answer.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id = id(input)?;
    let draft = &mut find::api(call, &id.rest_api_id)?.draft;
    let own = draft.gateway_responses.get(&id.response_type).cloned();
    let mut response = own.unwrap_or_else(|| built_in(&id.response_type));
    response.default_response = false;
    for patch in &patches {
        apply(&mut response, patch)?;
    }
    check(&response)?;
    let body = json!(response);
    draft.gateway_responses.insert(id.response_type, response);
    Ok(Reply::ok(body))
}

fn apply(response: &mut GatewayResponse, patch: &Patch) -> Result<(), AwsError> {
    let parts = patch.parts();
    let value = || match patch.non_empty() {
        None if !patch.is_removal() => {
            Err(bad_request(format!("Invalid null or empty value in {}", parts[0])))
        }
        value => Ok(value.unwrap_or_default()),
    };
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["responseParameters", name] => {
            patch.set(&mut response.response_parameters, name, value()?, NO_PARAMETER)
        }
        ["responseTemplates", kind] => {
            patch.set(&mut response.response_templates, kind, value()?, NO_CONTENT_TYPE)
        }
        ["statusCode"] if patch.replaces().is_ok() => {
            refuse_by(|failures| check_status(failures, Some(patch.text())))?;
            response.status_code = patch.non_empty();
            Ok(())
        }
        _ => Err(patch.unknown_path()),
    }
}
