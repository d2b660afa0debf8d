//! Which keys are in a usage plan.

use super::{
    errors::{bad_request, conflict, not_found},
    find,
    input::parse,
    page::Paging,
    state::{ApiGateway, ApiKey},
    usage_plan_rules::two_plans,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateUsagePlanKey {
    usage_plan_id: String,
    key_id: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanKeyId {
    pub usage_plan_id: String,
    pub key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetUsagePlanKeys {
    usage_plan_id: String,
    name_query: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// Once, and through one plan of a stage only.
pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateUsagePlanKey = parse(input)?;
    if input.key_type != "API_KEY" {
        return Err(bad_request("Invalid key type specified. Valid options are API_KEY"));
    }
    let now = call.now;
    find::plan(call, &input.usage_plan_id)?;
    let body = wire(find::key(call, &input.key_id)?);
    check_rivals(&call.region_mut().apigateway, &input)?;
    let keys = &mut find::plan(call, &input.usage_plan_id)?.keys;
    if keys.contains_key(&input.key_id) {
        return Err(conflict(format!(
            "Usage Plan {} already has the API Key {}",
            input.usage_plan_id, input.key_id
        )));
    }
    keys.insert(input.key_id, now);
    Ok(Reply::created(body))
}

fn check_rivals(gateway: &ApiGateway, input: &CreateUsagePlanKey) -> Result<(), AwsError> {
    let own = gateway.plans.get(&input.usage_plan_id).map(|p| p.api_stages.as_slice()).unwrap_or_default();
    let rivals = gateway.plans.values().filter(|p| p.id != input.usage_plan_id);
    let with_key = rivals.filter(|p| p.keys.contains_key(&input.key_id));
    match with_key.flat_map(|p| &p.api_stages).find(|stage| own.contains(stage)) {
        Some(stage) => Err(two_plans(&input.key_id, stage)),
        None => Ok(()),
    }
}

/// The value is always shown.
fn wire(key: &ApiKey) -> Value {
    let mut body = json!({ "id": key.id, "type": "API_KEY", "value": key.value });
    if let Some(name) = &key.name {
        body["name"] = json!(name);
    }
    body
}

pub(crate) fn no_plan_key() -> AwsError {
    not_found("Invalid Usage Plan Key identifier specified")
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: PlanKeyId = parse(input)?;
    if !find::plan(call, &id.usage_plan_id)?.keys.contains_key(&id.key_id) {
        return Err(no_plan_key());
    }
    Ok(Reply::ok(wire(find::key(call, &id.key_id)?)))
}

/// A plan that is not there has no keys.
pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: GetUsagePlanKeys = parse(input)?;
    let gateway = &call.region_mut().apigateway;
    let members = gateway.plans.get(&input.usage_plan_id).map(|plan| plan.keys.clone()).unwrap_or_default();
    let prefix = input.name_query.as_deref().unwrap_or_default();
    let asked = |key: &&ApiKey| key.name.as_deref().unwrap_or_default().starts_with(prefix);
    let keys = members.keys().filter_map(|id| gateway.keys.get(id)).filter(asked);
    let items: Vec<_> = keys.map(|key| (key.id.clone(), wire(key))).collect();
    input.paging.reply(call, items)
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: PlanKeyId = parse(input)?;
    find::plan(call, &id.usage_plan_id)?.keys.remove(&id.key_id).ok_or_else(no_plan_key)?;
    Ok(Reply::accepted())
}
