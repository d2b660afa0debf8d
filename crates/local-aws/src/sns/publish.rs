//! A topic is told something, and tells it to everybody who has agreed.

use super::{
    attributes::usual_policy,
    errors::{invalid, no_topic},
    input::{read, resource},
    mails::Message,
    model,
    subscriptions::must_exist,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    policy::{self, Context, Decision, Principal, Request},
    stable_id,
    world::World,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Bytes of a message.
const LONGEST: usize = 256 * 1024;
const LONGEST_SUBJECT: usize = 100;
pub(crate) const CLOUDWATCH: &str = "cloudwatch.amazonaws.com";
pub(crate) const BUDGETS: &str = "budgets.amazonaws.com";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    topic_arn: Option<String>,
    target_arn: Option<String>,
    phone_number: Option<String>,
    message: String,
    subject: Option<String>,
    message_structure: Option<String>,
    message_attributes: Option<Value>,
    message_deduplication_id: Option<String>,
    message_group_id: Option<String>,
}

pub(crate) fn publish(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: Asked = read(input, &model::PUBLISH)?;
    asked.known()?;
    asked.check()?;
    let topic = asked.topic_arn.as_deref().or(asked.target_arn.as_deref());
    let topic = topic
        .ok_or_else(|| invalid("TopicArn or TargetArn Reason: no value for required parameter"))?
        .to_owned();
    resource(&topic, "TopicArn")?;
    must_exist(call, &topic)?;
    let id = stable_id::uuid(&["message", &call.request_id]);
    let message = Message {
        id: id.clone(),
        topic,
        subject: asked.subject.clone(),
        text: asked.text()?,
        document: None,
    };
    let (account, region, now) = (call.account.clone(), call.region.clone(), call.now);
    tell(call.world, &account, &region, now, &message);
    Ok(Reply::ok(json!({ "MessageId": id })))
}

impl Asked {
    fn known(&self) -> Result<(), AwsError> {
        let what = [
            (self.phone_number.is_some(), "PhoneNumber"),
            (self.message_attributes.is_some(), "MessageAttributes"),
            (self.message_deduplication_id.is_some(), "MessageDeduplicationId"),
            (self.message_group_id.is_some(), "MessageGroupId"),
        ];
        match what.into_iter().find(|(there, _)| *there) {
            Some((_, name)) => Err(AwsError::not_implemented(format!("Publish with {name}"))),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), AwsError> {
        if self.message.is_empty() {
            return Err(invalid("Empty message"));
        }
        if self.message.len() > LONGEST {
            return Err(invalid("Message too long"));
        }
        let plain = |subject: &String| {
            let starts = subject.starts_with(|c: char| c.is_ascii_alphanumeric() || c.is_ascii_punctuation());
            starts
                && subject.len() <= LONGEST_SUBJECT
                && subject.chars().all(|c| c == ' ' || c.is_ascii_graphic())
        };
        if self.subject.as_ref().is_some_and(|subject| !plain(subject)) {
            return Err(invalid("Subject"));
        }
        Ok(())
    }

    /// What mails say: of a message for several protocols the part for them.
    fn text(&self) -> Result<String, AwsError> {
        match self.message_structure.as_deref() {
            None => return Ok(self.message.clone()),
            Some("json") => {}
            Some(_) => return Err(invalid("MessageStructure")),
        }
        let parts: Value = serde_json::from_str(&self.message)
            .map_err(|_| invalid("Message Structure - JSON message body failed to parse"))?;
        let usual = parts["default"].as_str();
        let usual =
            usual.ok_or_else(|| invalid("Message Structure - No default entry in JSON message body"))?;
        Ok(parts["email"].as_str().unwrap_or(usual).to_owned())
    }
}

/// Everybody who has agreed gets a mail.
fn tell(world: &mut World, account: &str, region: &str, now: Timestamp, message: &Message) {
    let Ok(name) = resource(&message.topic, "TopicArn") else { return };
    let Some(topic) = world.region(account, region).sns.topics.get(name) else { return };
    let confirmed = topic.subscriptions.values().filter(|s| s.confirmed);
    let name = topic.attributes.get("DisplayName");
    let mails: Vec<_> = confirmed.map(|s| message.mail(now, s.protocol, &s.endpoint, name)).collect();
    mails.into_iter().for_each(|mail| world.mail.send(mail));
}

/// A service of AWS tells a topic of an account and region something.
///
/// # Errors
/// There is no such topic, or its policy does not let the service publish.
pub(crate) fn by_service(
    world: &mut World,
    (account, region): (&str, &str),
    now: Timestamp,
    service: &str,
    message: &Message,
) -> Result<(), AwsError> {
    let arn = &message.topic;
    let name = resource(arn, "TopicArn")?;
    let topic = world.region(account, region).sns.topics.get(name);
    let topic =
        topic.filter(|_| *arn == format!("arn:aws:sns:{region}:{account}:{name}")).ok_or_else(no_topic)?;
    let own = topic.attributes.get("Policy").and_then(|policy| serde_json::from_str(policy).ok());
    let policy = own.unwrap_or_else(|| usual_policy(arn, account));
    let mut context = Context::new();
    context.insert("aws:sourceaccount".to_owned(), vec![account.to_owned()]);
    if service == CLOUDWATCH {
        // By which a topic without a policy of its own lets alarms in, and budgets not.
        context.insert("aws:sourceowner".to_owned(), vec![account.to_owned()]);
    }
    let request = Request {
        principal: Principal::Service(service.to_owned()),
        action: "sns:Publish",
        resource: arn,
        context,
    };
    if policy::evaluate([&policy], &request) != Decision::Allow {
        let text = format!("{service} is not authorized to perform: SNS:Publish on resource: {arn}");
        return Err(AwsError::new(403, "AuthorizationError", text));
    }
    tell(world, account, region, now, message);
    Ok(())
}
