//! When somebody is told of a budget (a notification), and who (its subscribers).

use super::errors::{duplicate, invalid, too_many};
use crate::error::AwsError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Its state is none of it: that follows from what was spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Notification {
    notification_type: String,
    comparison_operator: String,
    threshold: f64,
    #[serde(default = "percentage")]
    threshold_type: String,
}

fn percentage() -> String {
    "PERCENTAGE".to_owned()
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Subscriber {
    pub subscription_type: SubscriptionType,
    pub address: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum SubscriptionType {
    Email,
    Sns,
}

/// A notification with its subscribers, as they come in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AskedAlert {
    notification: Notification,
    subscribers: Vec<Subscriber>,
}

/// A notification with its subscribers, of which there is always one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Alert {
    pub notification: Notification,
    pub subscribers: BTreeSet<Subscriber>,
    /// The start of the period in which they were told last, in seconds since 1970.
    #[serde(skip)]
    pub told: Option<f64>,
}

impl Notification {
    /// What tells it from the others of its budget.
    pub(crate) fn key(&self) -> String {
        let Self { notification_type, comparison_operator, threshold, threshold_type } = self;
        format!("{notification_type} {comparison_operator} {threshold} {threshold_type}")
    }

    pub(crate) fn is_forecast(&self) -> bool {
        self.notification_type == "FORECASTED"
    }

    /// As AWS gives it back.
    pub(crate) fn shown(&self, spent: f64, limit: f64) -> Value {
        let mut shown = json!(self);
        shown["NotificationState"] = json!(if self.passes(spent, limit) { "ALARM" } else { "OK" });
        shown
    }

    /// The amount that its threshold means.
    pub(crate) fn threshold(&self, limit: f64) -> f64 {
        if self.threshold_type == "PERCENTAGE" { limit * self.threshold / 100.0 } else { self.threshold }
    }

    /// Whether there is something to tell. To forecast takes AWS weeks of history, which there never is here.
    #[expect(clippy::float_cmp, reason = "AWS compares amounts as they are")]
    pub(crate) fn passes(&self, spent: f64, limit: f64) -> bool {
        let threshold = self.threshold(limit);
        match self.comparison_operator.as_str() {
            _ if self.is_forecast() => false,
            "LESS_THAN" => spent < threshold,
            "EQUAL_TO" => spent == threshold,
            _ => spent > threshold,
        }
    }

    /// When it tells, in words.
    pub(crate) fn words(&self) -> String {
        let than = self.comparison_operator.to_lowercase().replace('_', " ");
        let of = if self.threshold_type == "PERCENTAGE" { "% of the budgeted amount" } else { " USD" };
        format!("{than} {}{of}", self.threshold)
    }
}

impl SubscriptionType {
    /// How many subscribers of this type a notification has at most.
    fn most(self) -> usize {
        match self {
            Self::Email => 10,
            Self::Sns => 1,
        }
    }
}

impl Subscriber {
    /// What tells it from the others of its notification, in their order.
    pub(crate) fn key(&self) -> String {
        format!("{:?} {}", self.subscription_type, self.address)
    }

    fn check(&self) -> Result<(), AwsError> {
        let (fits, what) = match self.subscription_type {
            SubscriptionType::Email => (is_mail_address(&self.address), "an email address"),
            SubscriptionType::Sns => (is_topic(&self.address), "the ARN of an SNS topic"),
        };
        if fits { Ok(()) } else { Err(invalid(format!("The subscriber's address is not {what}."))) }
    }
}

fn is_mail_address(text: &str) -> bool {
    let (name, host) = text.split_once('@').unwrap_or_default();
    let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    plain
        && !name.is_empty()
        && host.contains('.')
        && !host.contains('@')
        && host.split('.').all(|p| !p.is_empty())
}

fn is_topic(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    matches!(parts[..], ["arn", partition, "sns", region, account, name]
        if partition.starts_with("aws") && !region.is_empty() && account.len() == 12 && !name.is_empty())
}

impl Alert {
    /// # Errors
    /// A subscriber that can't be told anything, twice the same, or too many of them.
    pub(crate) fn of(asked: AskedAlert) -> Result<Self, AwsError> {
        let mut alert = Self { notification: asked.notification, subscribers: BTreeSet::new(), told: None };
        asked.subscribers.into_iter().try_for_each(|subscriber| alert.add(subscriber))?;
        Ok(alert)
    }

    /// # Errors
    /// As [`Self::of`].
    pub(crate) fn add(&mut self, subscriber: Subscriber) -> Result<(), AwsError> {
        subscriber.check()?;
        if self.subscribers.contains(&subscriber) {
            return Err(duplicate("Error creating subscriber - the subscriber already exists."));
        }
        let kind = subscriber.subscription_type;
        let most = kind.most();
        if self.subscribers.iter().filter(|s| s.subscription_type == kind).count() == most {
            let kind = format!("{kind:?}").to_uppercase();
            return Err(too_many(format!(
                "one notification can only have {most} subscribers with type of {kind}"
            )));
        }
        self.subscribers.insert(subscriber);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_goes_to_mail_addresses() {
        for address in ["a@example.com", "first.last+tag@mail.example.com"] {
            assert!(is_mail_address(address), "{address}");
        }
        for address in
            ["", "a", "@example.com", "a@", "a@host", "a@b@example.com", "a b@example.com", "a@example..com"]
        {
            assert!(!is_mail_address(address), "{address}");
        }
    }

    #[test]
    fn messages_go_to_topics() {
        assert!(is_topic("arn:aws:sns:us-east-1:000000000000:alerts"));
        for arn in [
            "",
            "alerts",
            "arn:aws:sqs:us-east-1:000000000000:alerts",
            "arn:aws:sns::000000000000:alerts",
            "arn:aws:sns:us-east-1:0:alerts",
            "arn:aws:sns:us-east-1:000000000000:",
            "arn:aws:sns:us-east-1:000000000000:alerts:subscription",
        ] {
            assert!(!is_topic(arn), "{arn}");
        }
    }
}
