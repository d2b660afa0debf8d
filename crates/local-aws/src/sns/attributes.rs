//! The attributes of a topic.

use super::{
    errors::invalid,
    input::{read, topic},
    model,
    state::Topic,
};
use crate::{
    call::{Call, Reply, entries},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LONGEST_NAME: usize = 100;
/// Of AWS, and without a meaning here.
const NOT_EMULATED: [&str; 8] = [
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DataProtectionPolicy",
    "DeliveryPolicy",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "TracingConfig",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedTopic {
    topic_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetAttribute {
    topic_arn: String,
    attribute_name: String,
    #[serde(default)]
    attribute_value: String,
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedTopic { topic_arn } = read(input, &model::OF_TOPIC)?;
    let account = call.account.clone();
    let topic = topic(call, &topic_arn)?;
    Ok(Reply::ok(json!({ "Attributes": entries(&shown(topic, &topic_arn, &account)) })))
}

fn shown(topic: &Topic, arn: &str, account: &str) -> BTreeMap<String, String> {
    let confirmed = topic.subscriptions.values().filter(|s| s.confirmed).count();
    let attribute = |name: &str, usual: String| topic.attributes.get(name).cloned().unwrap_or(usual);
    [
        ("TopicArn", arn.to_owned()),
        ("Owner", account.to_owned()),
        ("DisplayName", attribute("DisplayName", String::new())),
        ("Policy", attribute("Policy", usual_policy(arn, account).to_string())),
        ("SubscriptionsConfirmed", confirmed.to_string()),
        ("SubscriptionsPending", (topic.subscriptions.len() - confirmed).to_string()),
        ("SubscriptionsDeleted", topic.deleted.to_string()),
        ("EffectiveDeliveryPolicy", delivery().to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .chain(topic.attributes.get("SignatureVersion").map(|v| ("SignatureVersion".to_owned(), v.clone())))
    .collect()
}

/// The policy of a topic that has none of its own: everybody of its account.
pub(crate) fn usual_policy(arn: &str, account: &str) -> Value {
    let actions = [
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    ];
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": { "AWS": "*" },
            "Action": actions.map(|action| format!("SNS:{action}")),
            "Resource": arn,
            "Condition": { "StringEquals": { "AWS:SourceOwner": account } },
        }],
    })
}

fn delivery() -> Value {
    let retries = json!({
        "minDelayTarget": 20, "maxDelayTarget": 20, "numRetries": 3, "numMaxDelayRetries": 0,
        "numNoDelayRetries": 0, "numMinDelayRetries": 0, "backoffFunction": "linear",
    });
    let headers = json!({ "headerContentType": "text/plain; charset=UTF-8" });
    json!({ "http": { "defaultHealthyRetryPolicy": retries, "disableSubscriptionOverrides": false, "defaultRequestPolicy": headers } })
}

pub(crate) fn set(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let SetAttribute { topic_arn, attribute_name, attribute_value } =
        read(input, &model::SET_TOPIC_ATTRIBUTES)?;
    let topic = topic(call, &topic_arn)?;
    check(&attribute_name, &attribute_value)?;
    if attribute_value.is_empty() {
        topic.attributes.remove(&attribute_name);
    } else {
        topic.attributes.insert(attribute_name, attribute_value);
    }
    Ok(Reply::Empty { status: 200 })
}

/// # Errors
/// There is no such attribute, or it can't have this value.
pub(crate) fn check(name: &str, value: &str) -> Result<(), AwsError> {
    match name {
        "DisplayName" if value.chars().count() <= LONGEST_NAME => Ok(()),
        "DisplayName" => Err(invalid("Attributes Reason: DisplayName must be at most 100 characters long")),
        "SignatureVersion" if ["1", "2"].contains(&value) => Ok(()),
        "Policy" if value.is_empty() || is_policy(value) => Ok(()),
        "Policy" => Err(invalid("Policy Error: null")),
        _ if NOT_EMULATED.contains(&name) => {
            Err(AwsError::not_implemented(format!("a topic with the attribute {name}")))
        }
        _ => Err(invalid("AttributeName")),
    }
}

fn is_policy(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|policy| !policy["Statement"].is_null())
}
