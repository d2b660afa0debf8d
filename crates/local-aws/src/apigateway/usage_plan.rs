//! Usage plans: which stages, how fast, how much.

use super::{
    errors::bad_request,
    find, ids,
    input::{non_empty, parse},
    page::{Paging, shows},
    state::{ApiStage, Quota, Tags, Throttle, UsagePlan},
    tags,
    usage_plan_rules::{add_stage, check, wire, wire_with_tags},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::Value;
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
pub(crate) struct PlanId {
    pub usage_plan_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetUsagePlans {
    key_id: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
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
        add_stage(call, &mut plan, ApiStage { api_id: wanted.api_id, stage: wanted.stage })?;
    }
    let mut body = wire(&plan);
    tags::show(&mut body, &plan.tags);
    call.region_mut().apigateway.plans.insert(plan.id.clone(), plan);
    Ok(Reply::created(body))
}

/// Tags are not shown here.
pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: GetUsagePlans = parse(input)?;
    let plans = call.region_mut().apigateway.plans.clone();
    let asked = |plan: &UsagePlan| input.key_id.as_ref().is_none_or(|key| plan.keys.contains_key(key));
    let shown = plans.into_values().filter(|plan| asked(plan) && shows(call, plan.created));
    input.paging.reply(call, shown.map(|plan| (plan.id.clone(), wire(&plan))))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: PlanId = parse(input)?;
    Ok(Reply::ok(wire_with_tags(find::plan(call, &id.usage_plan_id)?)))
}

/// Refused while it has stages.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
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
