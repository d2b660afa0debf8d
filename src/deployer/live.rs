//! The scope of a stack as it is in AWS: with its ids, and with what is still there of what the file no longer names.

use super::{Ids, Scope};
use crate::{
    aws::{StackAws, inventory_of},
    engine::Kind as _,
    resources::{ApiKey, own_api, own_keys, tags_of},
    stack::Stack,
};
use anyhow::Result;
use aws_sdk_apigateway::types::UsagePlan;

/// `None`: the stack is not deployed.
///
/// # Errors
/// As the calls.
pub(crate) async fn live<'a>(aws: &StackAws, stack: &'a Stack) -> Result<Option<Scope<'a>>> {
    let cloud = &aws.cloud;
    let (caller, api, plans, keys) =
        tokio::join!(cloud.identify(), own_api(aws), cloud.usage_plans(), cloud.api_keys());
    let account = caller?.account.clone();
    let Some(api) = api? else { return Ok(None) };
    let inventory = inventory_of(&tags_of(&api));
    let rest_api = api.id.unwrap_or_default();
    let of_api = |plan: &&UsagePlan| plan.api_stages().iter().any(|s| s.api_id() == Some(&rest_api));
    let usage_plans = plans?.iter().filter(of_api).filter_map(|plan| plan.id.clone()).collect();
    let was_named =
        |name: &str| inventory.iter().any(|entry| entry.kind == ApiKey::NAME && entry.name == name);
    let is_named = |name: &str| stack.api.keys.iter().any(|key| key == name) || was_named(name);
    // Who may not list them hears of that right first.
    keys?;
    let keys = own_keys(aws, is_named, false).await?;
    let keys = keys.into_iter().filter_map(|key| key.id).collect();
    let also = inventory.iter().map(|entry| (entry.kind.clone(), entry.name.clone())).collect();
    let region = cloud.region.clone();
    Ok(Some(Scope { stack, region, account, also, ids: Some(Ids { rest_api, keys, usage_plans }) }))
}
