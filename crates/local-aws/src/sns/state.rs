//! SNS in one region of an account, as data.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// An address that does not agree for so long is forgotten (48 hours, as the confirmation mail says).
const PATIENCE: SignedDuration = SignedDuration::from_hours(48);

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Sns {
    /// By name.
    pub topics: BTreeMap<String, Topic>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Topic {
    /// Those that were set.
    pub attributes: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    /// By their ids, which are the ends of their ARNs.
    pub subscriptions: BTreeMap<String, Subscription>,
    /// How many there ever were.
    #[serde(skip)]
    pub made: u64,
    /// How many that had agreed are gone.
    #[serde(skip)]
    pub deleted: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Subscription {
    pub protocol: Protocol,
    pub endpoint: String,
    pub confirmed: bool,
    /// By which its address agrees.
    #[serde(skip)]
    pub token: String,
    #[serde(skip)]
    pub made: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Protocol {
    #[serde(rename = "email")]
    Email,
    /// The whole message as JSON.
    #[serde(rename = "email-json")]
    EmailJson,
}

impl Protocol {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::EmailJson => "email-json",
        }
    }
}

impl Sns {
    /// Forgets addresses that did not agree in time.
    pub(crate) fn forget_silent(&mut self, now: Timestamp) {
        for topic in self.topics.values_mut() {
            topic.subscriptions.retain(|_, s| s.confirmed || now.duration_since(s.made) < PATIENCE);
        }
    }

    /// The tags of the topic that an ARN names.
    pub(crate) fn tags_of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        Some(self.topics.get(arn.splitn(6, ':').nth(5)?)?.tags.clone())
    }
}
