//! Integration responses: how an integration's answer becomes one of the method's.

use super::{
    draft::{IntegrationResponse, Method},
    errors::{conflict, refuse_by, undeclared_parameter},
    find::{self, MethodId, no_integration, no_status_code},
    input::{check_status, non_empty, parse},
    integration::content_handling,
    mapping,
    patch::{self, NO_CONTENT_TYPE, NO_PARAMETER, Patch},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IntegrationResponseId {
    #[serde(flatten)]
    method: MethodId,
    status_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutIntegrationResponse {
    selection_pattern: Option<String>,
    #[serde(default)]
    response_parameters: BTreeMap<String, String>,
    #[serde(default)]
    response_templates: BTreeMap<String, Option<String>>,
    content_handling: Option<String>,
}

fn id(input: Value) -> Result<IntegrationResponseId, AwsError> {
    let id: IntegrationResponseId = parse(input)?;
    refuse_by(|failures| check_status(failures, Some(&id.status_code)))?;
    Ok(id)
}

/// Overwrites the response of that status.
pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input.clone())?;
    let input: PutIntegrationResponse = parse(input)?;
    let place = "putIntegrationResponseInput.contentHandling";
    let allowed = &["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"];
    refuse_by(|failures| failures.one_of(place, input.content_handling.as_deref(), allowed))?;
    let response = IntegrationResponse {
        status_code: id.status_code,
        selection_pattern: input.selection_pattern,
        response_parameters: input.response_parameters,
        response_templates: input.response_templates.into_iter().map(|(k, v)| (k, non_empty(v))).collect(),
        content_handling: input.content_handling,
    };
    let body = json!(response);
    find::method(call, &id.method)?.put_integration_response(response)?;
    Ok(Reply::created(body))
}

impl Method {
    /// The headers that a response sets have to be declared by the method's response of that status.
    pub(crate) fn put_integration_response(&mut self, response: IntegrationResponse) -> Result<(), AwsError> {
        for (header, source) in &response.response_parameters {
            mapping::check_response_header(header)?;
            let declared = self.method_responses.get(&response.status_code);
            if !declared.is_some_and(|r| r.response_parameters.contains_key(header)) {
                return Err(undeclared_parameter(header));
            }
            mapping::check_source(source, mapping::From::IntegrationResponse)?;
        }
        mapping::check_content_types(&response.response_templates)?;
        let integration = self.method_integration.as_mut().ok_or_else(no_integration)?;
        let pattern = pattern_of(&response);
        let mut others = integration.integration_responses.values();
        if others.any(|o| o.status_code != response.status_code && pattern_of(o) == pattern) {
            let name = if pattern.is_empty() { "default" } else { pattern };
            return Err(conflict(format!(
                "Integration response with selection pattern {name} already exists"
            )));
        }
        integration.integration_responses.insert(response.status_code.clone(), response);
        Ok(())
    }
}

/// No pattern and an empty one are the same: the default.
fn pattern_of(response: &IntegrationResponse) -> &str {
    response.selection_pattern.as_deref().unwrap_or_default()
}

fn find_response<'a>(
    call: &'a mut Call<'_>,
    id: &IntegrationResponseId,
) -> Result<&'a mut IntegrationResponse, AwsError> {
    find::integration(call, &id.method)?
        .integration_responses
        .get_mut(&id.status_code)
        .ok_or_else(no_status_code)
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input)?;
    Ok(Reply::ok(json!(find_response(call, &id)?)))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input)?;
    find::resource(call, &id.method.resource)?;
    // Here, and only here, a missing method reads like a missing integration.
    let integration = find::integration(call, &id.method).map_err(|_| no_integration())?;
    integration.integration_responses.remove(&id.status_code).ok_or_else(no_status_code)?;
    Ok(Reply::no_content())
}

pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id = id(input)?;
    let mut response = find_response(call, &id)?.clone();
    for patch in &patches {
        apply(&mut response, patch)?;
    }
    let body = json!(response);
    find::method(call, &id.method)?.put_integration_response(response)?;
    Ok(Reply::ok(body))
}

fn apply(response: &mut IntegrationResponse, patch: &Patch) -> Result<(), AwsError> {
    let parts = patch.parts();
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["responseParameters", name] => {
            patch.set(&mut response.response_parameters, name, patch.text().to_owned(), NO_PARAMETER)
        }
        ["responseTemplates", kind] => {
            patch.set(&mut response.response_templates, kind, patch.non_empty(), NO_CONTENT_TYPE)
        }
        ["selectionPattern"] => {
            patch.replaces()?;
            response.selection_pattern = patch.value.clone();
            Ok(())
        }
        ["contentHandling"] => {
            patch.replaces()?;
            response.content_handling = content_handling(patch)?;
            Ok(())
        }
        _ => Err(patch.unknown_path()),
    }
}
