//! All stacks of an account in a region, by the tags of their REST APIs.

use crate::{
    aws::{inventory_of, tags},
    engine::Kind,
    outputs::ListedStack,
    resources::{ApiKey, Function, tags_of},
};
use aws_sdk_apigateway::types::RestApi;

/// By name, then by the id of their API.
pub(crate) fn stacks(apis: &[RestApi], region: &str) -> Vec<ListedStack> {
    let mut stacks: Vec<ListedStack> = apis.iter().filter_map(|api| listed(api, region)).collect();
    stacks.sort_by(|a, b| (&a.stack, &a.api_id).cmp(&(&b.stack, &b.api_id)));
    stacks
}

/// The stack whose API this is; an API of nobody's is none. Tags say the region too: an API is never copied, its tags may be.
fn listed(api: &RestApi, region: &str) -> Option<ListedStack> {
    let all = tags_of(api);
    let stack = all.get(tags::STACK).filter(|_| all.get(tags::REGION).is_some_and(|r| r == region))?.clone();
    let inventory = inventory_of(&all);
    let made = api.created_date().and_then(|d| jiff::Timestamp::from_second(d.secs()).ok());
    Some(ListedStack {
        stack,
        region: region.to_owned(),
        api_id: api.id().unwrap_or_default().to_owned(),
        api_name: api.name().unwrap_or_default().to_owned(),
        created: made.map(|at| at.to_string()),
        adopted: all.contains_key(tags::ADOPTED),
        functions: inventory.of_kind(Function::NAME).map(|entry| entry.name.clone()).collect(),
        keys: inventory.of_kind(ApiKey::NAME).map(|entry| entry.name.clone()).collect(),
    })
}
