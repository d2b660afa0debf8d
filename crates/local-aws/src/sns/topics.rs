//! Topics themselves: made, listed, deleted.

use super::{
    attributes,
    errors::invalid,
    input::{read, resource, sns},
    model, page,
    state::Topic,
    tags,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    tags::Tag,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LONGEST_NAME: usize = 256;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewTopic {
    name: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    tags: Option<Vec<Tag>>,
    data_protection_policy: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedTopic {
    topic_arn: String,
}

/// A topic that is there already is given back where nothing else is said of it than what it is.
pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NewTopic { name, attributes, tags, data_protection_policy } = read(input, &model::CREATE_TOPIC)?;
    check_name(&name)?;
    if data_protection_policy.is_some() {
        return Err(AwsError::not_implemented("a topic with DataProtectionPolicy"));
    }
    attributes.iter().try_for_each(|(name, value)| attributes::check(name, value))?;
    let tags = tags.map(|tags| tags::merged(&BTreeMap::new(), tags)).transpose()?;
    let arn = call.arn("sns", &name);
    let topics = &mut sns(call).topics;
    match topics.get(&name) {
        Some(topic) if attributes.iter().any(|(name, value)| topic.attributes.get(name) != Some(value)) => {
            return Err(invalid("Attributes Reason: Topic already exists with different attributes"));
        }
        Some(topic) if tags.as_ref().is_some_and(|tags| *tags != topic.tags) => {
            return Err(invalid("Tags Reason: Topic already exists with different tags"));
        }
        Some(_) => {}
        None => {
            let tags = tags.unwrap_or_default();
            topics.insert(name, Topic { attributes, tags, ..Topic::default() });
        }
    }
    Ok(Reply::ok(json!({ "TopicArn": arn })))
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.strip_suffix(".fifo").is_some() {
        return Err(AwsError::not_implemented("a FIFO topic"));
    }
    if (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(fits) {
        return Ok(());
    }
    Err(invalid("Topic Name"))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Listed { next_token } = read(input, &model::LIST)?;
    let (config, prefix) = (call.config, call.arn("sns", ""));
    let topics = sns(call).topics.keys();
    let all = topics.map(|name| (name.clone(), json!({ "TopicArn": format!("{prefix}{name}") })));
    Ok(Reply::ok(page::cut(config, next_token.as_deref(), "Topics", all)?))
}

/// Its subscriptions go with it. One that is not there is none, too.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedTopic { topic_arn } = read(input, &model::OF_TOPIC)?;
    let name = resource(&topic_arn, "TopicArn")?;
    if topic_arn == call.arn("sns", name) {
        sns(call).topics.remove(name);
    }
    Ok(Reply::Empty { status: 200 })
}
