//! Method responses: the status codes and headers that a method may answer.

use super::{
    draft::{Draft, Method, MethodResponse},
    errors::{conflict, refuse_by},
    find::{self, MethodId, no_status_code},
    input::{check_status, parse},
    mapping, models,
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
struct MethodResponseId {
    #[serde(flatten)]
    method: MethodId,
    status_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutMethodResponse {
    #[serde(default)]
    response_parameters: BTreeMap<String, bool>,
    #[serde(default)]
    response_models: BTreeMap<String, String>,
}

fn id(input: Value) -> Result<MethodResponseId, AwsError> {
    let id: MethodResponseId = parse(input)?;
    refuse_by(|failures| check_status(failures, Some(&id.status_code)))?;
    Ok(id)
}

pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input.clone())?;
    let input: PutMethodResponse = parse(input)?;
    let response = MethodResponse {
        status_code: id.status_code,
        response_parameters: input.response_parameters,
        response_models: input.response_models,
    };
    find::method(call, &id.method)?;
    find::api_of_resource(call, &id.method.resource)?.draft.check_method_response(&response)?;
    let body = json!(response);
    find::method(call, &id.method)?.add_response(response)?;
    Ok(Reply::created(body))
}

impl Draft {
    pub(crate) fn check_method_response(&self, response: &MethodResponse) -> Result<(), AwsError> {
        response.response_parameters.keys().try_for_each(|p| mapping::check_response_header(p))?;
        mapping::check_content_types(&response.response_models)?;
        models::check_references(self, &response.response_models)
    }
}

impl Method {
    pub(crate) fn add_response(&mut self, response: MethodResponse) -> Result<(), AwsError> {
        if self.method_responses.contains_key(&response.status_code) {
            return Err(conflict("Response already exists for this resource"));
        }
        self.method_responses.insert(response.status_code.clone(), response);
        Ok(())
    }
}

fn find_response<'a>(
    call: &'a mut Call<'_>,
    id: &MethodResponseId,
) -> Result<&'a mut MethodResponse, AwsError> {
    find::method(call, &id.method)?.method_responses.get_mut(&id.status_code).ok_or_else(no_status_code)
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input)?;
    Ok(Reply::ok(json!(find_response(call, &id)?)))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id = id(input)?;
    find_response(call, &id)?;
    find::method(call, &id.method)?.method_responses.remove(&id.status_code);
    Ok(Reply::no_content())
}

/// Answers 201, unlike every other update.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id = id(input)?;
    let mut response = find_response(call, &id)?.clone();
    for patch in &patches {
        apply(&mut response, patch)?;
    }
    find::api_of_resource(call, &id.method.resource)?.draft.check_method_response(&response)?;
    let body = json!(response);
    *find_response(call, &id)? = response;
    Ok(Reply::created(body))
}

fn apply(response: &mut MethodResponse, patch: &Patch) -> Result<(), AwsError> {
    let parts = patch.parts();
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["responseParameters", name] => {
            patch.set(&mut response.response_parameters, name, patch.flag(), NO_PARAMETER)
        }
        ["responseModels", kind] => {
            patch.set(&mut response.response_models, kind, patch.text().to_owned(), NO_CONTENT_TYPE)
        }
        _ => Err(patch.unknown_path()),
    }
}
