//! Integrations: what answers a method.

use super::{
    draft::{Integration, Method},
    errors::{bad_mapping, bad_request, refuse_by},
    find::{self, MethodId, ResourceId},
    input::{non_empty, parse},
    integration_uri, mapping,
    method::check_http_method,
    patch::{self, NO_CONTENT_TYPE, NO_PARAMETER, Op, Patch},
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TYPES: &[&str] = &["HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS"];
const CONTENT_HANDLING: &[&str] = &["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"];
const PASSTHROUGH: &[&str] = &["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];
/// Milliseconds.
const TIMEOUTS: std::ops::RangeInclusive<i64> = 50..=29_000;

const CONNECTIONS: &[&str] = &["INTERNET", "VPC_LINK"];
const TRANSFERS: &[&str] = &["BUFFERED", "STREAM"];

/// What an integration is made from, by PutIntegration and by an import.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WantedIntegration {
    #[serde(rename = "type")]
    pub kind: String,
    /// How the backend is called; not the method's own name, which is in the path.
    pub http_method: Option<String>,
    pub uri: Option<String>,
    pub connection_type: Option<String>,
    pub response_transfer_mode: Option<String>,
    pub credentials: Option<String>,
    #[serde(default)]
    pub request_parameters: BTreeMap<String, String>,
    #[serde(default)]
    pub request_templates: BTreeMap<String, Option<String>>,
    pub passthrough_behavior: Option<String>,
    pub cache_namespace: Option<String>,
    #[serde(default)]
    pub cache_key_parameters: Vec<String>,
    pub content_handling: Option<String>,
    pub timeout_in_millis: Option<i64>,
}

/// PutIntegration's path names the method `method`, because its body has an `httpMethod` of its own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutId {
    #[serde(flatten)]
    resource: ResourceId,
    method: String,
}

/// Overwrites, and drops the integration's responses.
pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let PutId { resource, method } = parse(input.clone())?;
    let id = MethodId { resource, http_method: method };
    let wanted: WantedIntegration = parse(input)?;
    refuse_by(|failures| constrain(&wanted, failures))?;
    let method = find::method(call, &id)?;
    let integration = build(wanted, method, &id.resource.resource_id)?;
    let body = json!(integration);
    method.method_integration = Some(integration);
    Ok(Reply::created(body))
}

/// Members that the model refuses.
pub(crate) fn constrain(wanted: &WantedIntegration, failures: &mut Failures) {
    let handling = wanted.content_handling.as_deref();
    let transfer = wanted.response_transfer_mode.as_deref();
    failures.one_of("putIntegrationInput.type", Some(&wanted.kind), TYPES);
    failures.one_of("putIntegrationInput.contentHandling", handling, CONTENT_HANDLING);
    failures.one_of("putIntegrationInput.connectionType", wanted.connection_type.as_deref(), CONNECTIONS);
    failures.one_of("putIntegrationInput.responseTransferMode", transfer, TRANSFERS);
}

/// The integration of `method`, checked; its cache is named after its resource where nothing else is said.
pub(crate) fn build(
    wanted: WantedIntegration,
    method: &Method,
    namespace: &str,
) -> Result<Integration, AwsError> {
    let http = wanted.kind.starts_with("HTTP");
    if wanted.connection_type.as_deref() == Some("VPC_LINK") {
        return Err(AwsError::not_implemented("An integration through a VPC link"));
    }
    if wanted.response_transfer_mode.as_deref() == Some("STREAM") {
        return Err(AwsError::not_implemented("An integration that streams its response"));
    }
    let mock = wanted.kind == "MOCK";
    let integration = Integration {
        connection_type: http.then(|| "INTERNET".to_owned()),
        // A mock has no backend: what it is told about one is dropped.
        http_method: non_empty(wanted.http_method).filter(|_| !mock),
        uri: non_empty(wanted.uri).filter(|_| !mock),
        kind: wanted.kind,
        credentials: non_empty(wanted.credentials),
        request_parameters: wanted.request_parameters,
        request_templates: wanted.request_templates.into_iter().map(|(k, v)| (k, non_empty(v))).collect(),
        passthrough_behavior: wanted.passthrough_behavior.unwrap_or_else(|| "WHEN_NO_MATCH".to_owned()),
        content_handling: wanted.content_handling,
        timeout_in_millis: timeout(wanted.timeout_in_millis.unwrap_or(*TIMEOUTS.end()))?,
        cache_namespace: wanted.cache_namespace.unwrap_or_else(|| namespace.to_owned()),
        cache_key_parameters: wanted.cache_key_parameters,
        integration_responses: BTreeMap::new(),
    };
    check(&integration, method)?;
    Ok(integration)
}

fn timeout(millis: i64) -> Result<u32, AwsError> {
    let wrong = || bad_request("Timeout should be between 50 ms and 29000 ms");
    u32::try_from(millis).ok().filter(|_| TIMEOUTS.contains(&millis)).ok_or_else(wrong)
}

fn check(integration: &Integration, method: &Method) -> Result<(), AwsError> {
    if integration.kind != "MOCK" {
        match &integration.http_method {
            None => return Err(bad_request("Enumeration value for HttpMethod must be non-empty")),
            Some(http_method) => check_http_method(http_method)?,
        }
    }
    integration_uri::check(&integration.kind, integration.uri.as_deref().unwrap_or_default())?;
    if !PASSTHROUGH.contains(&integration.passthrough_behavior.as_str()) {
        return Err(bad_request(format!(
            "Invalid passthrough behavior specified. Valid options are {}",
            PASSTHROUGH.join(",")
        )));
    }
    mapping::check_content_types(&integration.request_templates)?;
    for (parameter, source) in &integration.request_parameters {
        if !mapping::is_parameter(parameter, "integration.request.", &["header", "querystring", "path"]) {
            return Err(bad_mapping(parameter));
        }
        mapping::check_source(source, mapping::From::MethodRequest)?;
        mapping::check_declared(source, &method.request_parameters)?;
    }
    Ok(())
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: MethodId = parse(input)?;
    Ok(Reply::ok(json!(find::integration(call, &id)?)))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: MethodId = parse(input)?;
    find::integration(call, &id)?;
    find::method(call, &id)?.method_integration = None;
    Ok(Reply::no_content())
}

/// Keeps the integration's responses, unlike PutIntegration.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id: MethodId = parse(input)?;
    let mut integration = find::integration(call, &id)?.clone();
    for patch in &patches {
        apply(&mut integration, patch)?;
    }
    let method = find::method(call, &id)?;
    check(&integration, method)?;
    let body = json!(integration);
    method.method_integration = Some(integration);
    Ok(Reply::ok(body))
}

fn apply(integration: &mut Integration, patch: &Patch) -> Result<(), AwsError> {
    let parts = patch.parts();
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["requestParameters", name] => {
            patch.set(&mut integration.request_parameters, name, patch.text().to_owned(), NO_PARAMETER)
        }
        ["requestTemplates", kind] => {
            patch.set(&mut integration.request_templates, kind, patch.non_empty(), NO_CONTENT_TYPE)
        }
        ["cacheKeyParameters", name] => {
            integration.cache_key_parameters.retain(|p| p != name);
            if patch.op == Op::Add {
                integration.cache_key_parameters.push((*name).to_owned());
            }
            Ok(())
        }
        [member] => {
            let setting = *member;
            patch.replaces().map_err(|e| if is_setting(setting) { e } else { patch.unknown_path() })?;
            replace(integration, patch, setting)
        }
        _ => Err(patch.unknown_path()),
    }
}

fn is_setting(member: &str) -> bool {
    [
        "uri",
        "httpMethod",
        "credentials",
        "passthroughBehavior",
        "contentHandling",
        "timeoutInMillis",
        "cacheNamespace",
    ]
    .contains(&member)
}

fn replace(integration: &mut Integration, patch: &Patch, member: &str) -> Result<(), AwsError> {
    match member {
        "uri" => integration.uri = patch.non_empty(),
        "httpMethod" => integration.http_method = patch.non_empty(),
        "credentials" => integration.credentials = patch.non_empty(),
        "passthroughBehavior" => integration.passthrough_behavior = patch.text().to_owned(),
        "contentHandling" => integration.content_handling = content_handling(patch)?,
        "timeoutInMillis" => integration.timeout_in_millis = timeout(patch.text().parse().unwrap_or(-1))?,
        "cacheNamespace" => integration.cache_namespace = patch.text().to_owned(),
        _ => return Err(patch.unknown_path()),
    }
    Ok(())
}

/// A patched content handling; "" is none.
pub(crate) fn content_handling(patch: &Patch) -> Result<Option<String>, AwsError> {
    let value = patch.non_empty();
    refuse_by(|failures| failures.one_of("contentHandling", value.as_deref(), CONTENT_HANDLING))?;
    Ok(value)
}
