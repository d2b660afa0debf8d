//! Tags of alarms, by ARN.

use super::{
    alarm::Alarm,
    errors::{no_resource, wrong_value},
    input::{cloudwatch, read},
    model,
    state::alarm_name,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    tags::{MOST, Tag, WrongTag, added, listed},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "ResourceARN")]
    arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tagged {
    #[serde(flatten)]
    resource: Resource,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Untagged {
    #[serde(flatten)]
    resource: Resource,
    tag_keys: Vec<String>,
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
        match WrongTag::of(&key, &value) {
            Some(WrongTag::Reserved) => {
                return Err(wrong_value("User-defined tag keys can't start with aws:."));
            }
            Some(_) => {
                return Err(wrong_value(format!("The tag {key} has characters that tags can't have.")));
            }
            None if new.contains_key(&key) => {
                return Err(wrong_value(format!("The tag key {key} is there twice.")));
            }
            None => drop(new.insert(key, value)),
        }
    }
    added(tags, new).ok_or_else(|| wrong_value(format!("An alarm has at most {MOST} tags.")))
}

impl Resource {
    fn alarm<'a>(&self, call: &'a mut Call<'_>) -> Result<&'a mut Alarm, AwsError> {
        let parts: Vec<&str> = self.arn.splitn(6, ':').collect();
        let ["arn", _, "cloudwatch", region, account, _] = parts[..] else {
            return Err(wrong_value(format!("{} is not a valid ARN.", self.arn)));
        };
        if region != call.region || account != call.account {
            return Err(no_resource());
        }
        let name = alarm_name(&self.arn).ok_or_else(no_resource)?;
        cloudwatch(call).alarms.get_mut(name).ok_or_else(no_resource)
    }
}

pub(crate) fn tag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Tagged { resource, tags } = read(input, &model::TAG_RESOURCE)?;
    let alarm = resource.alarm(call)?;
    alarm.tags = merged(&alarm.tags, tags)?;
    Ok(Reply::ok(json!({})))
}

pub(crate) fn untag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Untagged { resource, tag_keys } = read(input, &model::UNTAG_RESOURCE)?;
    resource.alarm(call)?.tags.retain(|key, _| !tag_keys.contains(key));
    Ok(Reply::ok(json!({})))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let resource: Resource = read(input, &model::LIST_TAGS)?;
    Ok(Reply::ok(json!({ "Tags": listed(&resource.alarm(call)?.tags) })))
}
