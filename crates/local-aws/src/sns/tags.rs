//! Tags of topics, by ARN.

use super::{
    errors::{invalid, no_resource, too_many_tags},
    input::{read, resource, sns},
    model,
    state::Topic,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    tags::{Tag, WrongTag, added, listed},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tagged {
    resource_arn: String,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Untagged {
    resource_arn: String,
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedResource {
    resource_arn: String,
}

/// Tags, and more that are put over them.
///
/// # Errors
/// A tag can't be, a key is there twice, or all are too many.
pub(crate) fn merged(
    tags: &BTreeMap<String, String>,
    more: Vec<Tag>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let mut new = BTreeMap::new();
    for Tag { key, value } in more {
        if WrongTag::of(&key, &value).is_some() {
            return Err(invalid(format!("Tags Reason: the tag {key} is none that can be set")));
        }
        if new.insert(key, value).is_some() {
            return Err(invalid("Duplicated keys are not allowed."));
        }
    }
    added(tags, new).ok_or_else(too_many_tags)
}

fn topic<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Topic, AwsError> {
    let name = resource(arn, "ResourceArn")?;
    if arn != call.arn("sns", name) {
        return Err(no_resource());
    }
    sns(call).topics.get_mut(name).ok_or_else(no_resource)
}

pub(crate) fn tag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Tagged { resource_arn, tags } = read(input, &model::TAG_RESOURCE)?;
    let topic = topic(call, &resource_arn)?;
    topic.tags = merged(&topic.tags, tags)?;
    Ok(Reply::ok(json!({})))
}

pub(crate) fn untag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Untagged { resource_arn, tag_keys } = read(input, &model::UNTAG_RESOURCE)?;
    topic(call, &resource_arn)?.tags.retain(|key, _| !tag_keys.contains(key));
    Ok(Reply::ok(json!({})))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedResource { resource_arn } = read(input, &model::LIST_TAGS)?;
    Ok(Reply::ok(json!({ "Tags": listed(&topic(call, &resource_arn)?.tags) })))
}
