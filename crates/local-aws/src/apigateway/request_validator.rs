//! Request validators: whether a method checks parameters and body before it calls its integration.

use super::{
    draft::{Draft, RequestValidator},
    errors::{bad_request, not_found},
    find::{self, ListIn},
    ids,
    input::parse,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRequestValidator {
    rest_api_id: String,
    name: String,
    #[serde(default)]
    validate_request_body: bool,
    #[serde(default)]
    validate_request_parameters: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ValidatorId {
    rest_api_id: String,
    request_validator_id: String,
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateRequestValidator = parse(input)?;
    let id = ids::fresh(call);
    let apis = &mut call.region_mut().apigateway.apis;
    let api = apis
        .get_mut(&input.rest_api_id)
        .ok_or_else(|| bad_request("Invalid REST API identifier specified"))?;
    if input.name.is_empty() {
        return Err(bad_request("Request Validator name cannot be blank"));
    }
    let validator = RequestValidator {
        id: id.clone(),
        name: input.name,
        validate_request_body: input.validate_request_body,
        validate_request_parameters: input.validate_request_parameters,
    };
    let body = json!(validator);
    api.draft.request_validators.insert(id, validator);
    Ok(Reply::created(body))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: ListIn = parse(input)?;
    let validators = find::api(call, &input.rest_api_id)?.draft.request_validators.clone();
    input.paging.reply(call, validators.into_iter().map(|(id, validator)| (id, json!(validator))))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: ValidatorId = parse(input)?;
    Ok(Reply::ok(json!(draft_with(call, &id)?.request_validators[&id.request_validator_id])))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: ValidatorId = parse(input)?;
    draft_with(call, &id)?.request_validators.remove(&id.request_validator_id);
    Ok(Reply::accepted())
}

fn draft_with<'a>(call: &'a mut Call<'_>, id: &ValidatorId) -> Result<&'a mut Draft, AwsError> {
    let api = call.region_mut().apigateway.apis.get_mut(&id.rest_api_id);
    api.map(|api| &mut api.draft)
        .filter(|draft| draft.request_validators.contains_key(&id.request_validator_id))
        .ok_or_else(|| not_found("Invalid Request Validator identifier specified"))
}
