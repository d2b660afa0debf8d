//! The chain from a key's value to the right to call: an enabled key, in a usage plan, that has this API's stage.

use super::{exchange::Exchange, refusal::GatewayRefusal};
use crate::{
    apigateway::state::{ApiGateway, ApiKey, Quota, Throttle, UsagePlan},
    config::Delays,
    world::World,
};
use jiff::Timestamp;
use std::time::Duration;

/// A proven key and the limits of its plan.
#[derive(Debug, Clone)]
pub(crate) struct KeyHolder {
    pub key_id: String,
    pub value: String,
    pub plan_id: String,
    pub throttle: Option<Throttle>,
    pub quota: Option<Quota>,
}

/// Checks the key of a call whose method requires one.
///
/// # Errors
/// 403 Forbidden, with the broken link of the chain for the access log.
pub(crate) fn check(
    world: &World,
    exchange: &Exchange,
    delays: &Delays,
) -> Result<Option<KeyHolder>, GatewayRefusal> {
    if !exchange.route()?.method.api_key_required {
        return Ok(None);
    }
    let site = exchange.site()?;
    let value = given(exchange)?;
    let state =
        world.accounts.get(&site.account).and_then(|a| a.regions.get(&site.region)).map(|r| &r.apigateway);
    let holder = state.ok_or("the region is gone".to_owned()).and_then(|state| {
        let key = find_key(state, &value, exchange.received, delays.key_effective)?;
        let plan = find_plan(state, key, &site.api, &site.stage, exchange.received, delays.key_effective)?;
        Ok(KeyHolder {
            key_id: key.id.clone(),
            value: value.clone(),
            plan_id: plan.id.clone(),
            throttle: plan.throttle.clone(),
            quota: plan.quota.clone(),
        })
    });
    holder.map(Some).map_err(GatewayRefusal::api_key)
}

/// The value, from the header or, for `apiKeySource` AUTHORIZER, from the authorizer's answer.
fn given(exchange: &Exchange) -> Result<String, GatewayRefusal> {
    let by_authorizer = exchange.site()?.snapshot.api_key_source == "AUTHORIZER";
    let (found, why) = if by_authorizer {
        (exchange.identity.usage_key.clone(), "the authorizer gave no usageIdentifierKey")
    } else {
        (exchange.request.headers.get("x-api-key").map(str::to_owned), "the call has no header x-api-key")
    };
    found.ok_or_else(|| GatewayRefusal::api_key(why))
}

fn find_key<'a>(
    state: &'a ApiGateway,
    value: &str,
    now: Timestamp,
    delay: Duration,
) -> Result<&'a ApiKey, String> {
    let key = state.keys.values().find(|k| k.value == value).ok_or("no API key has this value")?;
    if !key.enabled {
        return Err(format!("key {} is not enabled", key.id));
    }
    effective(key.created, now, delay)
        .then_some(key)
        .ok_or_else(|| format!("key {} is not effective yet", key.id))
}

fn find_plan<'a>(
    state: &'a ApiGateway,
    key: &ApiKey,
    api: &str,
    stage: &str,
    now: Timestamp,
    delay: Duration,
) -> Result<&'a UsagePlan, String> {
    let plans: Vec<_> = state.plans.values().filter(|p| p.keys.contains_key(&key.id)).collect();
    if plans.is_empty() {
        return Err(format!("key {} is in no usage plan", key.id));
    }
    let with_stage = |p: &&&UsagePlan| p.api_stages.iter().any(|s| s.api_id == api && s.stage == stage);
    let plan = plans.iter().find(with_stage);
    let plan = plan.ok_or_else(|| format!("key {} is in no plan with stage {api}:{stage}", key.id))?;
    let since = plan.keys.get(&key.id).copied().unwrap_or(key.created);
    effective(since, now, delay)
        .then_some(*plan)
        .ok_or_else(|| format!("key {} in plan {} is not effective yet", key.id, plan.id))
}

fn effective(since: Timestamp, now: Timestamp, delay: Duration) -> bool {
    now.duration_since(since).unsigned_abs() >= delay
}
