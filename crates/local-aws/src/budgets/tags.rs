//! Tags of budgets, by ARN.

use super::{
    errors::{invalid, no_budget, over_quota},
    input::{budgets, own, read},
    model,
    state::Budget,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    tags::{MOST, Tag, added, is_reserved, listed},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tagged {
    #[serde(rename = "ResourceARN")]
    arn: String,
    resource_tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Untagged {
    #[serde(rename = "ResourceARN")]
    arn: String,
    resource_tag_keys: Vec<String>,
}

#[derive(Deserialize)]
struct NamedResource {
    #[serde(rename = "ResourceARN")]
    arn: String,
}

/// Tags, and more that are put over them.
///
/// # Errors
/// A key is AWS's own or there twice, or all are too many.
pub(crate) fn merged(
    tags: &BTreeMap<String, String>,
    more: Vec<Tag>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let mut new = BTreeMap::new();
    for Tag { key, value } in more {
        if is_reserved(&key) {
            return Err(invalid("aws: prefixed tag key names are not allowed for external use."));
        }
        if new.contains_key(&key) {
            return Err(invalid(format!("Duplicate tag keys found: {key}")));
        }
        new.insert(key, value);
    }
    added(tags, new).ok_or_else(|| over_quota(format!("one budget can only have {MOST} tags")))
}

/// The budget of an ARN, if it is the caller's.
fn budget<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Budget, AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", "aws", "budgets", "", account, resource] = parts[..] else { return Err(no_arn(arn)) };
    let name = resource.strip_prefix("budget/").ok_or_else(|| no_arn(arn))?;
    own(call, account)?;
    budgets(call).0.get_mut(name).ok_or_else(|| no_budget(format!("Unable to get budget: {name}")))
}

fn no_arn(arn: &str) -> AwsError {
    invalid(format!("{arn} is not the ARN of a budget."))
}

pub(crate) fn tag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Tagged { arn, resource_tags } = read(call, input, &model::TAG_RESOURCE)?;
    let budget = budget(call, &arn)?;
    budget.tags = merged(&budget.tags, resource_tags)?;
    Ok(Reply::ok(json!({})))
}

pub(crate) fn untag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Untagged { arn, resource_tag_keys } = read(call, input, &model::UNTAG_RESOURCE)?;
    budget(call, &arn)?.tags.retain(|key, _| !resource_tag_keys.contains(key));
    Ok(Reply::ok(json!({})))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedResource { arn } = read(call, input, &model::LIST_TAGS)?;
    Ok(Reply::ok(json!({ "ResourceTags": listed(&budget(call, &arn)?.tags) })))
}
