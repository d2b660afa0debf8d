//! What holds for every usage plan, and how one is shown.

use super::{
    errors::{bad_request, conflict, not_found},
    page::is_found,
    state::{ApiStage, Quota, UsagePlan},
    tags,
};
use crate::{call::Call, error::AwsError};
use serde_json::{Value, json};

/// The rules for a plan's own settings.
pub(crate) fn check(plan: &UsagePlan) -> Result<(), AwsError> {
    if plan.name.trim().is_empty() {
        return Err(bad_request("Usage Plan name must not be blank"));
    }
    if plan.throttle.as_ref().is_some_and(|t| !t.rate_limit.is_finite() || t.rate_limit < 0.0) {
        return Err(bad_request("Usage Plan throttle rate limit must not be negative"));
    }
    plan.quota.as_ref().map_or(Ok(()), check_quota)
}

/// The offset counts the days into a week or month at which a period starts.
fn check_quota(quota: &Quota) -> Result<(), AwsError> {
    let last = match quota.period.as_str() {
        "DAY" => 0,
        "WEEK" => 6,
        "MONTH" => 27,
        _ => return Err(bad_request("Usage Plan quota period must be one of DAY, WEEK, MONTH")),
    };
    if quota.limit == 0 {
        return Err(bad_request("Usage Plan quota limit must be greater than zero"));
    }
    if quota.offset > last {
        return Err(bad_request(format!(
            "Usage Plan quota offset must be between 0 and {last} for the period {}",
            quota.period
        )));
    }
    Ok(())
}

pub(crate) fn wire(plan: &UsagePlan) -> Value {
    let mut body = json!({ "id": plan.id, "name": plan.name, "apiStages": plan.api_stages });
    let optional = [
        ("description", json!(plan.description)),
        ("throttle", json!(plan.throttle)),
        ("quota", json!(plan.quota)),
    ];
    for (name, value) in optional {
        if !value.is_null() {
            body[name] = value;
        }
    }
    body
}

pub(crate) fn wire_with_tags(plan: &UsagePlan) -> Value {
    let mut body = wire(plan);
    tags::show_always(&mut body, &plan.tags);
    body
}

/// A stage that exists, once; none of the plan's keys may have it through another plan.
pub(crate) fn add_stage(call: &mut Call<'_>, plan: &mut UsagePlan, stage: ApiStage) -> Result<(), AwsError> {
    let apis = &call.region_mut().apigateway.apis;
    let created = apis.get(&stage.api_id).and_then(|api| api.stages.get(&stage.stage)).map(|s| s.created);
    if !created.is_some_and(|created| is_found(call, created)) {
        return Err(unknown_stage(&stage, plan));
    }
    let gateway = &call.region_mut().apigateway;
    if plan.api_stages.contains(&stage) {
        return Err(conflict(format!(
            "API Stage {}:{} is already associated with Usage Plan {}",
            stage.api_id, stage.stage, plan.id
        )));
    }
    let mut rivals = gateway.plans.values().filter(|p| p.id != plan.id && p.api_stages.contains(&stage));
    if let Some(key) = rivals.find_map(|rival| plan.keys.keys().find(|key| rival.keys.contains_key(*key))) {
        return Err(two_plans(key, &stage));
    }
    plan.api_stages.push(stage);
    Ok(())
}

pub(crate) fn unknown_stage(stage: &ApiStage, plan: &UsagePlan) -> AwsError {
    not_found(format!(
        "Invalid API Stage {{api: {}, stage: {}}} specified for usageplan {}",
        stage.api_id, stage.stage, plan.id
    ))
}

/// A key may reach a stage through one plan only.
pub(crate) fn two_plans(key: &str, stage: &ApiStage) -> AwsError {
    conflict(format!(
        "API Key {key} is already associated with another Usage Plan of API Stage {}:{}",
        stage.api_id, stage.stage
    ))
}
