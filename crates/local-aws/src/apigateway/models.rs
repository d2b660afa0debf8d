//! Models: named JSON schemas that methods refer to.

use super::{
    draft::{Draft, Model},
    errors::{bad_request, conflict, not_found},
    find::{self, ListIn},
    ids,
    ids::Ids,
    input::parse,
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
struct CreateModel {
    rest_api_id: String,
    name: String,
    description: Option<String>,
    schema: Option<String>,
    content_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelId {
    rest_api_id: String,
    model_name: String,
}

/// `Empty` and `Error`, which every created API has; an imported one has only what its document refers to.
pub(crate) fn defaults(ids: &mut Ids) -> BTreeMap<String, Model> {
    let schema = "http://json-schema.org/draft-04/schema#";
    let empty = json!({ "$schema": schema, "title": "Empty Schema", "type": "object" });
    let error = json!({
        "$schema": schema, "title": "Error Schema", "type": "object",
        "properties": { "message": { "type": "string" } },
    });
    let model = |(name, schema): (&str, Value)| {
        let model = Model {
            id: ids.id(),
            name: name.to_owned(),
            description: Some(format!("This is a default {} schema model", name.to_lowercase())),
            schema: format!("{schema:#}"),
            content_type: "application/json".to_owned(),
        };
        (model.name.clone(), model)
    };
    [("Empty", empty), ("Error", error)].into_iter().map(model).collect()
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateModel = parse(input)?;
    let id = ids::fresh(call);
    let draft = &mut find::api(call, &input.rest_api_id)?.draft;
    if input.name.is_empty() {
        return Err(bad_request("Model name must be non-empty"));
    }
    if draft.models.contains_key(&input.name) {
        return Err(conflict("Model name already exists for this REST API"));
    }
    let schema = input
        .schema
        .filter(|s| !s.is_empty())
        .ok_or_else(|| bad_request("Model schema must have at least 1 property or array items defined"))?;
    let CreateModel { name, description, content_type, .. } = input;
    let model = Model { id, name: name.clone(), description, schema, content_type };
    let body = json!(model);
    draft.models.insert(name, model);
    Ok(Reply::created(body))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: ListIn = parse(input)?;
    let models = find::api(call, &input.rest_api_id)?.draft.models.clone();
    input.paging.reply(call, models.into_iter().map(|(name, model)| (name, json!(model))))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: ModelId = parse(input)?;
    Ok(Reply::ok(json!(draft_with(call, &id)?.models[&id.model_name])))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: ModelId = parse(input)?;
    let draft = draft_with(call, &id)?;
    if let Some(user) = user_of(draft, &id.model_name) {
        return Err(conflict(format!("Cannot delete model '{}', is referenced in {user}", id.model_name)));
    }
    draft.models.remove(&id.model_name);
    Ok(Reply::accepted())
}

fn draft_with<'a>(call: &'a mut Call<'_>, id: &ModelId) -> Result<&'a mut Draft, AwsError> {
    let missing = not_found(format!("Invalid model name specified: {}", id.model_name));
    let api = call.region_mut().apigateway.apis.get_mut(&id.rest_api_id);
    api.map(|api| &mut api.draft).filter(|draft| draft.models.contains_key(&id.model_name)).ok_or(missing)
}

fn user_of(draft: &Draft, model: &str) -> Option<String> {
    let uses = |models: &BTreeMap<String, String>| models.values().any(|m| m == model);
    draft.resources.values().find_map(|resource| {
        resource.resource_methods.values().find_map(|method| {
            let place = format!("{}/{}", resource.path, method.http_method);
            if uses(&method.request_models) {
                return Some(format!("method request: {place}"));
            }
            let response = method.method_responses.values().any(|r| uses(&r.response_models));
            response.then(|| format!("method response: {place}"))
        })
    })
}

/// Every model that a method names has to be there.
pub(crate) fn check_references(draft: &Draft, models: &BTreeMap<String, String>) -> Result<(), AwsError> {
    match models.values().find(|name| !draft.models.contains_key(*name)) {
        Some(missing) => Err(bad_request(format!("Invalid model identifier specified: {missing}"))),
        None => Ok(()),
    }
}
