//! Finding what a request is about, with AWS's words for what is not there.

use super::{
    draft::{Integration, Method, Resource},
    errors::not_found,
    page::Paging,
    state::{ApiKey, RestApi, Stage, UsagePlan},
};
use crate::{call::Call, error::AwsError};
use serde::Deserialize;

/// Names an API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiId {
    pub rest_api_id: String,
}

/// Asks for a page of what is in an API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListIn {
    pub rest_api_id: String,
    #[serde(flatten)]
    pub paging: Paging,
}

/// Names a resource of an API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceId {
    pub rest_api_id: String,
    pub resource_id: String,
}

/// Names a method of a resource.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MethodId {
    #[serde(flatten)]
    pub resource: ResourceId,
    pub http_method: String,
}

pub(crate) fn api<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut RestApi, AwsError> {
    let missing = not_found(format!("Invalid API identifier specified {}:{id}", call.account));
    call.region_mut().apigateway.apis.get_mut(id).ok_or(missing)
}

/// The API of a call about something inside it: there, a wrong API id reads like a wrong resource id.
pub(crate) fn api_of_resource<'a>(
    call: &'a mut Call<'_>,
    id: &ResourceId,
) -> Result<&'a mut RestApi, AwsError> {
    let missing = || not_found("Invalid Resource identifier specified");
    let api = call.region_mut().apigateway.apis.get_mut(&id.rest_api_id).ok_or_else(missing)?;
    if api.draft.resources.contains_key(&id.resource_id) { Ok(api) } else { Err(missing()) }
}

pub(crate) fn resource<'a>(call: &'a mut Call<'_>, id: &ResourceId) -> Result<&'a mut Resource, AwsError> {
    api_of_resource(call, id)?
        .draft
        .resources
        .get_mut(&id.resource_id)
        .ok_or_else(|| not_found("Invalid Resource identifier specified"))
}

pub(crate) fn method<'a>(call: &'a mut Call<'_>, id: &MethodId) -> Result<&'a mut Method, AwsError> {
    resource(call, &id.resource)?
        .resource_methods
        .get_mut(&id.http_method)
        .ok_or_else(|| not_found("Invalid Method identifier specified"))
}

pub(crate) fn integration<'a>(
    call: &'a mut Call<'_>,
    id: &MethodId,
) -> Result<&'a mut Integration, AwsError> {
    method(call, id)?.method_integration.as_mut().ok_or_else(no_integration)
}

pub(crate) fn no_integration() -> AwsError {
    not_found("Invalid Integration identifier specified")
}

pub(crate) fn no_status_code() -> AwsError {
    not_found("Invalid Response status code specified")
}

pub(crate) fn stage<'a>(call: &'a mut Call<'_>, api: &str, stage: &str) -> Result<&'a mut Stage, AwsError> {
    let apis = &mut call.region_mut().apigateway.apis;
    let found = apis.get_mut(api).and_then(|api| api.stages.get_mut(stage));
    found.ok_or_else(|| not_found("Invalid stage identifier specified"))
}

pub(crate) fn key<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut ApiKey, AwsError> {
    let keys = &mut call.region_mut().apigateway.keys;
    keys.get_mut(id).ok_or_else(no_key)
}

pub(crate) fn no_key() -> AwsError {
    not_found("Invalid API Key identifier specified")
}

pub(crate) fn plan<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut UsagePlan, AwsError> {
    let plans = &mut call.region_mut().apigateway.plans;
    plans.get_mut(id).ok_or_else(|| not_found("Invalid Usage Plan ID specified"))
}
