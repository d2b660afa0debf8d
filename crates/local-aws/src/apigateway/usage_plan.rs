//! Usage plans: which stages, how fast, how much.

use super::{
    errors::bad_request,
    find, ids,
    input::{non_empty, parse},
    model::{ApiStage, Quota, Tags, Throttle, UsagePlan},
    page::{Paging, shows},
    tags,
};
use crate::{
    error::AwsError,
    operation::{Call, Reply},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateUsagePlan {
    name: String,
    description: Option<String>,
    #[serde(default)]
    api_stages: Vec<WantedStage>,
    throttle: Option<Throttle>,
    quota: Option<Quota>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WantedStage {
    api_id: String,
    stage: String,
    #[serde(default)]
    throttle: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanId {
    pub usage_plan_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetUsagePlans {
    key_id: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

pub fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateUsagePlan = parse(input)?;
    tags::check(&input.tags)?;
    let mut plan = UsagePlan {
        id: ids::fresh(call),
        name: input.name,
        description: non_empty(input.description),
        created: call.now,
        tags: input.tags,
        api_stages: Vec::new(),
        throttle: input.throttle,
        quota: input.quota,
        keys: BTreeMap::new(),
    };
    check(&plan)?;
    for wanted in input.api_stages {
        if !wanted.throttle.is_empty() {
            return Err(AwsError::not_implemented("A usage plan's throttle by method"));
        }
        super::usage_plan_patch::add_stage(
            call,
            &mut plan,
            ApiStage { api_id: wanted.api_id, stage: wanted.stage },
        )?;
    }
    let mut body = wire(&plan);
    tags::show(&mut body, &plan.tags);
    call.region_mut().apigateway.plans.insert(plan.id.clone(), plan);
    Ok(Reply::created(body))
}

/// The rules for a plan's own settings.
pub fn check(plan: &UsagePlan) -> Result<(), AwsError> {
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

pub fn wire(plan: &UsagePlan) -> Value {
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

pub fn wire_with_tags(plan: &UsagePlan) -> Value {
    let mut body = wire(plan);
    tags::show_always(&mut body, &plan.tags);
    body
}

/// Tags are not shown here.
pub fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: GetUsagePlans = parse(input)?;
    let plans = call.region_mut().apigateway.plans.clone();
    let asked = |plan: &UsagePlan| input.key_id.as_ref().is_none_or(|key| plan.keys.contains_key(key));
    let shown = plans.into_values().filter(|plan| asked(plan) && shows(call, plan.created));
    input.paging.reply(call, shown.map(|plan| (plan.id.clone(), wire(&plan))))
}

pub fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: PlanId = parse(input)?;
    Ok(Reply::ok(wire_with_tags(find::plan(call, &id.usage_plan_id)?)))
}

/// Refused while it has stages.
pub fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: PlanId = parse(input)?;
    let plan = find::plan(call, &id.usage_plan_id)?;
    if !plan.api_stages.is_empty() {
        let stages: Vec<String> =
            plan.api_stages.iter().map(|s| format!("{}:{}", s.api_id, s.stage)).collect();
        return Err(bad_request(format!(
            "Cannot delete Usage Plan {} because there are API Stages associated with it, including {}",
            plan.id,
            stages.join(", ")
        )));
    }
    call.region_mut().apigateway.plans.remove(&id.usage_plan_id);
    Ok(Reply::accepted())
}
