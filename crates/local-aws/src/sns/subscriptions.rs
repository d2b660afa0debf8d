//! Who is told what a topic is told: asked, agreed, listed, gone.

use super::{
    errors::{invalid, no_subscription, no_topic},
    input::{read, resource, sns, topic},
    mails, model, page,
    state::{Protocol, Subscription},
};
use crate::{
    call::{Call, Reply, entries},
    error::AwsError,
    mailbox::{Agreement, Mailbox},
    stable_id,
    world::World,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a subscription is called as long as its address has not agreed.
const PENDING: &str = "PendingConfirmation";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewSubscription {
    topic_arn: String,
    protocol: String,
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    return_subscription_arn: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Confirmed {
    topic_arn: String,
    token: String,
    authenticate_on_unsubscribe: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    topic_arn: Option<String>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedSubscription {
    subscription_arn: String,
}

/// Asks an address whether it wants to be told. To ask twice is to send the mail again.
pub(crate) fn subscribe(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: NewSubscription = read(input, &model::SUBSCRIBE)?;
    let protocol = protocol(&asked.protocol)?;
    if !asked.attributes.is_empty() {
        return Err(AwsError::not_implemented("a subscription with attributes"));
    }
    if !is_mail_address(&asked.endpoint) {
        return Err(invalid("Email address"));
    }
    let (now, host, secret) = (call.now, call.host.clone(), call.secret.clone());
    let topic = topic(call, &asked.topic_arn)?;
    let same =
        topic.subscriptions.iter().find(|(_, s)| s.protocol == protocol && s.endpoint == asked.endpoint);
    let (id, confirmed) = match same {
        Some((id, subscription)) => (id.clone(), subscription.confirmed),
        None => {
            topic.made += 1;
            let id = stable_id::uuid(&[&asked.topic_arn, &topic.made.to_string(), &asked.endpoint]);
            let token = secret.sign("subscription", &id);
            let subscription = Subscription {
                protocol,
                endpoint: asked.endpoint.clone(),
                confirmed: false,
                token,
                made: now,
            };
            topic.subscriptions.insert(id.clone(), subscription);
            (id, false)
        }
    };
    let arn = format!("{}:{id}", asked.topic_arn);
    if confirmed {
        return Ok(Reply::ok(json!({ "SubscriptionArn": arn })));
    }
    let token = topic.subscriptions[&id].token.clone();
    let agreement = Agreement::Subscription {
        account: call.account.clone(),
        region: call.region.clone(),
        topic: asked.topic_arn.clone(),
        token: token.clone(),
    };
    let mail: &mut Mailbox = &mut call.world.mail;
    let link = mail.link(&host, &token, agreement);
    mail.send(mails::please_confirm(now, &asked.endpoint, &asked.topic_arn, link));
    let told = if asked.return_subscription_arn { arn } else { "pending confirmation".to_owned() };
    Ok(Reply::ok(json!({ "SubscriptionArn": told })))
}

fn protocol(word: &str) -> Result<Protocol, AwsError> {
    match word {
        "email" => Ok(Protocol::Email),
        "email-json" => Ok(Protocol::EmailJson),
        "http" | "https" | "sms" | "sqs" | "application" | "lambda" | "firehose" => {
            Err(AwsError::not_implemented(format!("a subscription of protocol {word}")))
        }
        _ => Err(invalid(format!("Amazon SNS does not support this protocol string: {word}"))),
    }
}

/// A name, and a host with a point.
fn is_mail_address(text: &str) -> bool {
    let (name, host) = text.split_once('@').unwrap_or_default();
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
    plain
        && !name.is_empty()
        && !host.contains('@')
        && host.contains('.')
        && host.split('.').all(|p| !p.is_empty())
}

pub(crate) fn confirm(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: Confirmed = read(input, &model::CONFIRM)?;
    if asked.authenticate_on_unsubscribe.as_deref() == Some("true") {
        return Err(AwsError::not_implemented("ConfirmSubscription with AuthenticateOnUnsubscribe"));
    }
    topic(call, &asked.topic_arn)?;
    let (account, region) = (call.account.clone(), call.region.clone());
    let arn = agree(call.world, &account, &region, &asked.topic_arn, &asked.token);
    arn.map(|arn| Reply::ok(json!({ "SubscriptionArn": arn }))).ok_or_else(|| invalid("Token"))
}

/// An address agrees, by the token of its mail; the ARN of its subscription, where there is one. To agree twice is fine.
pub(crate) fn agree(
    world: &mut World,
    account: &str,
    region: &str,
    topic: &str,
    token: &str,
) -> Option<String> {
    let name = resource(topic, "TopicArn").ok()?;
    let topics = &mut world.region(account, region).sns.topics;
    let subscriptions = &mut topics.get_mut(name)?.subscriptions;
    let (id, subscription) = subscriptions.iter_mut().find(|(_, s)| s.token == token)?;
    subscription.confirmed = true;
    Some(format!("{topic}:{id}"))
}

pub(crate) fn list_of_topic(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Listed { topic_arn, next_token } = read(input, &model::OF_TOPIC)?;
    let (config, owner, arn) = (call.config, call.account.clone(), topic_arn.unwrap_or_default());
    let topic = topic(call, &arn)?;
    let all = topic.subscriptions.iter().map(|(id, s)| (id.clone(), shown(&arn, id, s, &owner)));
    Ok(Reply::ok(page::cut(config, next_token.as_deref(), "Subscriptions", all)?))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let Listed { next_token, .. } = read(input, &model::LIST)?;
    let (config, owner, prefix) = (call.config, call.account.clone(), call.arn("sns", ""));
    let of_topic = |(name, topic): (&String, &super::state::Topic)| {
        let arn = format!("{prefix}{name}");
        let each =
            topic.subscriptions.iter().map(|(id, s)| (format!("{name}:{id}"), shown(&arn, id, s, &owner)));
        each.collect::<Vec<_>>()
    };
    let all: Vec<(String, Value)> = sns(call).topics.iter().flat_map(of_topic).collect();
    Ok(Reply::ok(page::cut(config, next_token.as_deref(), "Subscriptions", all.into_iter())?))
}

fn shown(topic: &str, id: &str, subscription: &Subscription, owner: &str) -> Value {
    let arn = if subscription.confirmed { format!("{topic}:{id}") } else { PENDING.to_owned() };
    json!({
        "SubscriptionArn": arn,
        "Owner": owner,
        "Protocol": subscription.protocol.word(),
        "Endpoint": subscription.endpoint,
        "TopicArn": topic,
    })
}

/// The topic's ARN and the id in the ARN of a subscription.
fn parts(arn: &str) -> Result<(&str, &str), AwsError> {
    resource(arn, "SubscriptionArn")?;
    let (topic, id) = arn.rsplit_once(':').unwrap_or_default();
    resource(topic, "SubscriptionArn")?;
    Ok((topic, id))
}

pub(crate) fn get_attributes(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedSubscription { subscription_arn } = read(input, &model::OF_SUBSCRIPTION)?;
    let (topic_arn, id) = parts(&subscription_arn)?;
    let owner = call.account.clone();
    let found = topic(call, topic_arn).ok().and_then(|topic| topic.subscriptions.get(id).cloned());
    let subscription = found.ok_or_else(no_subscription)?;
    let attributes = [
        ("SubscriptionArn", subscription_arn.clone()),
        ("TopicArn", topic_arn.to_owned()),
        ("Owner", owner.clone()),
        ("SubscriptionPrincipal", format!("arn:aws:iam::{owner}:root")),
        ("Protocol", subscription.protocol.word().to_owned()),
        ("Endpoint", subscription.endpoint),
        ("PendingConfirmation", (!subscription.confirmed).to_string()),
        ("ConfirmationWasAuthenticated", "false".to_owned()),
        ("RawMessageDelivery", "false".to_owned()),
    ];
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Reply::ok(json!({ "Attributes": entries(&attributes) })))
}

/// One that is not there is none, too; one whose address has not agreed can't be ended, but by its topic's end.
pub(crate) fn unsubscribe(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedSubscription { subscription_arn } = read(input, &model::OF_SUBSCRIPTION)?;
    let (topic_arn, id) = parts(&subscription_arn)?;
    let Ok(topic) = topic(call, topic_arn) else { return Ok(Reply::Empty { status: 200 }) };
    match topic.subscriptions.get(id) {
        Some(subscription) if !subscription.confirmed => {
            Err(invalid("Cannot unsubscribe a subscription that is pending confirmation"))
        }
        found => {
            topic.deleted += u64::from(found.is_some());
            topic.subscriptions.remove(id);
            Ok(Reply::Empty { status: 200 })
        }
    }
}

/// # Errors
/// There is no such topic.
pub(crate) fn must_exist(call: &mut Call<'_>, arn: &str) -> Result<(), AwsError> {
    topic(call, arn).map(drop).map_err(|_| no_topic())
}
