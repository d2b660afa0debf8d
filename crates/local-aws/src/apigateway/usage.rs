//! How much each key of a usage plan has used: the stage URL counts, here it is told.

use super::{
    errors::bad_request,
    find,
    input::parse,
    page::Paging,
    patch,
    state::UsagePlan,
    usage_counts::day,
    usage_plan::PlanId,
    usage_plan_key::{PlanKeyId, no_plan_key},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Days that one GetUsage may ask for.
const MOST_DAYS: i32 = 90;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetUsage {
    #[serde(flatten)]
    plan: PlanId,
    key_id: Option<String>,
    start_date: String,
    end_date: String,
    #[serde(flatten)]
    paging: Paging,
}

/// By key, for every day: what was used, and what was left of the quota in the end.
pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: GetUsage = parse(input)?;
    let (from, to) = (date(&input.start_date)?, date(&input.end_date)?);
    let days = (to - from).get_days();
    if !(0..MOST_DAYS).contains(&days) {
        return Err(bad_request(format!(
            "Invalid date range: up to {MOST_DAYS} days, the end not before the start"
        )));
    }
    let plan = find::plan(call, &input.plan.usage_plan_id)?.clone();
    let keys = plan.keys.keys().filter(|key| input.key_id.as_ref().is_none_or(|id| id == *key));
    let (keys, position) = input.paging.cut(call, keys.map(|key| (key.clone(), key)))?;
    let mut body = wire(call, &plan, keys.into_iter(), from, to);
    if let Some(position) = position {
        body["position"] = json!(position);
    }
    Ok(Reply::ok(body))
}

fn date(text: &str) -> Result<Date, AwsError> {
    text.parse().map_err(|_| bad_request(format!("Invalid date: {text}. Dates are written YYYY-MM-DD")))
}

fn wire<'k>(
    call: &mut Call<'_>,
    plan: &UsagePlan,
    keys: impl Iterator<Item = &'k String>,
    from: Date,
    to: Date,
) -> Value {
    let usage = &call.region_mut().apigateway.usage;
    let of_key = |key: &String| json!(usage.by_day(&plan.id, key, plan.quota.as_ref(), from, to));
    json!({
        "usagePlanId": plan.id,
        "startDate": from,
        "endDate": to,
        "values": keys.map(|key| (key.clone(), of_key(key))).collect::<Map<_, _>>(),
    })
}

/// Sets what is left of a key's quota in the period of today (UTC).
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    const PATHS: &[&str] = &["/remaining"];
    let patches = patch::read(call, &input)?;
    let id: PlanKeyId = parse(input)?;
    let plan = find::plan(call, &id.usage_plan_id)?.clone();
    if !plan.keys.contains_key(&id.key_id) {
        return Err(no_plan_key());
    }
    let quota = plan.quota.as_ref().ok_or_else(|| bad_request("Usage Plan has no quota"))?;
    let today = day(call.now);
    for patch in &patches {
        if patch.path != PATHS[0] || patch.replaces().is_err() {
            return Err(patch.unsupported(PATHS));
        }
        let wrong = |_| bad_request(format!("Invalid value {} for /remaining", patch.text()));
        let remaining = patch.text().parse().map_err(wrong)?;
        let usage = &mut call.region_mut().apigateway.usage;
        usage.set_remaining(&plan.id, &id.key_id, quota, today, remaining);
    }
    Ok(Reply::ok(wire(call, &plan, std::iter::once(&id.key_id), today, today)))
}
