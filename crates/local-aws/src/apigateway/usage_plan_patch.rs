//! UpdateUsagePlan, and the stages of a plan.

use super::{
    errors::bad_request,
    find,
    input::parse,
    patch::{self, Op, Patch},
    state::{ApiStage, UsagePlan},
    usage_plan::PlanId,
    usage_plan_rules::{add_stage, check, unknown_stage, wire_with_tags},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::Value;

const REPLACED: &[&str] = &[
    "/name",
    "/description",
    "/productCode",
    "/throttle/rateLimit",
    "/throttle/burstLimit",
    "/quota/limit",
    "/quota/period",
    "/quota/offset",
];
const REMOVED: &str = "Must be one of: [/apiStages, /quota, /throttle, /productCode, /apiStages/<apiId:stageName>/throttle, /apiStages/<apiId:stageName>/throttle/<resourcePath>/<httpMethod>]";

/// All of the patches or none; the settings are checked when all are done, so that a quota can be set piece by piece.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id: PlanId = parse(input)?;
    let mut plan = find::plan(call, &id.usage_plan_id)?.clone();
    for patch in &patches {
        apply(call, &mut plan, patch)?;
    }
    check(&plan)?;
    let body = wire_with_tags(&plan);
    *find::plan(call, &id.usage_plan_id)? = plan;
    Ok(Reply::ok(body))
}

fn apply(call: &mut Call<'_>, plan: &mut UsagePlan, patch: &Patch) -> Result<(), AwsError> {
    let own_throttle = patch.path.starts_with("/apiStages/") && patch.path.contains("/throttle");
    if patch.path == "/productCode" || own_throttle {
        return Err(AwsError::not_implemented(format!("UpdateUsagePlan of {}", patch.path)));
    }
    match (patch.op, patch.path.as_str()) {
        (Op::Add, "/apiStages") => add_stage(call, plan, stage(patch)?),
        (Op::Remove, "/apiStages") => remove_stage(plan, &stage(patch)?),
        (Op::Remove, "/throttle") => {
            plan.throttle = None;
            Ok(())
        }
        (Op::Remove, "/quota") => {
            plan.quota = None;
            Ok(())
        }
        (Op::Remove, _) => Err(patch.refused(REMOVED)),
        (Op::Replace, path) if REPLACED.contains(&path) => replace(plan, patch),
        _ => Err(patch.unsupported(REPLACED)),
    }
}

/// Works on a plan that had no throttle or quota, too.
fn replace(plan: &mut UsagePlan, patch: &Patch) -> Result<(), AwsError> {
    match patch.path.as_str() {
        "/name" => plan.name = patch.text().to_owned(),
        "/description" => plan.description = patch.non_empty(),
        "/throttle/rateLimit" => plan.throttle.get_or_insert_default().rate_limit = number(patch)?,
        "/throttle/burstLimit" => plan.throttle.get_or_insert_default().burst_limit = number(patch)?,
        "/quota/limit" => plan.quota.get_or_insert_default().limit = number(patch)?,
        "/quota/offset" => plan.quota.get_or_insert_default().offset = number(patch)?,
        _ => plan.quota.get_or_insert_default().period = patch.text().to_owned(),
    }
    Ok(())
}

fn number<T: std::str::FromStr>(patch: &Patch) -> Result<T, AwsError> {
    let wrong = || bad_request(format!("Invalid value {} for {}", patch.text(), patch.path));
    patch.text().parse().map_err(|_| wrong())
}

/// "apiId:stageName"
fn stage(patch: &Patch) -> Result<ApiStage, AwsError> {
    match patch.text().split_once(':') {
        Some((api, stage)) if !api.is_empty() && !stage.is_empty() => {
            Ok(ApiStage { api_id: api.to_owned(), stage: stage.to_owned() })
        }
        _ => Err(bad_request("Invalid API Stage specified")),
    }
}

fn remove_stage(plan: &mut UsagePlan, stage: &ApiStage) -> Result<(), AwsError> {
    if !plan.api_stages.contains(stage) {
        return Err(unknown_stage(stage, plan));
    }
    plan.api_stages.retain(|s| s != stage);
    Ok(())
}
