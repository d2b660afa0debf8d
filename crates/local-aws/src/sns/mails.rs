//! The mails of SNS, in its words.

use super::state::Protocol;
use crate::mailbox::Mail;
use jiff::Timestamp;
use serde_json::json;

const FROM: &str = "AWS Notifications <no-reply@sns.amazonaws.com>";

pub(crate) fn please_confirm(time: Timestamp, to: &str, topic: &str, link: String) -> Mail {
    let body = format!(
        "You have chosen to subscribe to the topic:\n{topic}\n\nTo confirm this subscription, click or visit the link below (If this was in error no action is necessary):\nConfirm subscription: {link}\n\nPlease do not reply directly to this email. If you wish to remove yourself from receiving all future SNS subscription confirmation requests please send an email to sns-opt-out\n"
    );
    let subject = "AWS Notification - Subscription Confirmation".to_owned();
    Mail { time, from: FROM, to: to.to_owned(), subject, body, link: Some(link) }
}

/// What a topic was told.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub id: String,
    pub topic: String,
    pub subject: Option<String>,
    pub text: String,
    /// What machines read, where that is something else: mails of JSON have it.
    pub document: Option<String>,
}

impl Message {
    pub(crate) fn mail(
        &self,
        time: Timestamp,
        protocol: Protocol,
        to: &str,
        display_name: Option<&String>,
    ) -> Mail {
        let subject = self.subject.clone().unwrap_or_else(|| "AWS Notification Message".to_owned());
        let body = match protocol {
            Protocol::Email => format!("{}\n\n--\n{}", self.text, footer(&self.topic, display_name)),
            Protocol::EmailJson => self.json(time).to_string(),
        };
        Mail { time, from: FROM, to: to.to_owned(), subject, body, link: None }
    }

    fn json(&self, time: Timestamp) -> serde_json::Value {
        let mut message = json!({
            "Type": "Notification",
            "MessageId": self.id,
            "TopicArn": self.topic,
            "Message": self.document.as_ref().unwrap_or(&self.text),
            "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        });
        if let Some(subject) = &self.subject {
            message["Subject"] = json!(subject);
        }
        message
    }
}

fn footer(topic: &str, display_name: Option<&String>) -> String {
    let from = display_name.map_or_else(String::new, |name| format!(" ({name})"));
    format!(
        "You get this mail because your address is subscribed to the topic {topic}{from}. To stop it, unsubscribe it.\n"
    )
}
