//! SNS: topics, and who is told what they are told. Only mails are sent, and only to `/_local/mail`.
//!
//! | files | what they hold |
//! |---|---|
//! | [`state`] | the state |
//! | `topics`, `attributes`, [`subscriptions`], [`publish`], `tags` | the operations |
//! | [`mails`] | what mails say |
//! | `model`, `input`, `page`, `errors`, `permissions` | what the operations share |

mod attributes;
mod errors;
mod input;
pub(crate) mod mails;
mod model;
mod page;
mod permissions;
pub(crate) mod publish;
pub(crate) mod state;
pub(crate) mod subscriptions;
mod tags;
mod topics;

#[cfg(test)]
mod tests;

use crate::{
    error_words::ErrorWords,
    permission::Permission,
    request_quotas::RequestQuota,
    service::{Operation, Protocol, Service},
};
use serde_json::Value;

pub(crate) static SERVICE: Service = Service {
    name: "sns",
    signing_name: "sns",
    protocol: Protocol::Query { namespace: "http://sns.amazonaws.com/doc/2010-03-31/" },
    // A message of 256 KB, percent-encoded.
    body_limit: 1024 * 1024,
    operations: OPERATIONS,
    permissions: permissions::needed,
    permission_to_tag: |_, _, topic| Permission::new("sns:TagResource", topic),
    tags_of: |account, region, arn| account.regions.get(region)?.sns.tags_of(arn),
    request_quotas,
    words: ErrorWords {
        access_denied: (403, "AuthorizationError"),
        internal: ("InternalError", "An internal error occurred."),
        ..ErrorWords::QUERY
    },
};

/// SNS's own quotas (AWS General Reference, "Amazon SNS endpoints and quotas").
fn request_quotas(operation: &'static str, _: &Value) -> Vec<RequestQuota> {
    let a_second = match operation {
        "Subscribe" | "Unsubscribe" => 100.0,
        "ListSubscriptions" | "ListSubscriptionsByTopic" | "ListTopics" => 30.0,
        "TagResource" | "UntagResource" | "ListTagsForResource" => 10.0,
        _ => return Vec::new(),
    };
    vec![RequestQuota::a_second(operation, a_second)]
}

const OPERATIONS: &[Operation] = &[
    Operation::named("CreateTopic", topics::create),
    Operation::named("ListTopics", topics::list),
    Operation::named("DeleteTopic", topics::delete),
    Operation::named("GetTopicAttributes", attributes::get),
    Operation::named("SetTopicAttributes", attributes::set),
    Operation::named("Subscribe", subscriptions::subscribe),
    Operation::named("ConfirmSubscription", subscriptions::confirm),
    Operation::named("ListSubscriptionsByTopic", subscriptions::list_of_topic),
    Operation::named("ListSubscriptions", subscriptions::list),
    Operation::named("GetSubscriptionAttributes", subscriptions::get_attributes),
    Operation::named("Unsubscribe", subscriptions::unsubscribe),
    Operation::named("Publish", publish::publish),
    Operation::named("TagResource", tags::tag),
    Operation::named("UntagResource", tags::untag),
    Operation::named("ListTagsForResource", tags::list),
];
