//! Who is told of a budget.

use super::{
    alert::{Alert, Notification, Subscriber},
    errors::{no_notification, not_found},
    input::{budget, read},
    model,
    page::AskedPage,
    spending,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The notification whose subscribers a call is about.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SubscriberPlace {
    budget_name: String,
    notification: Notification,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OneSubscriber {
    #[serde(flatten)]
    place: SubscriberPlace,
    subscriber: Subscriber,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedSubscribers {
    #[serde(flatten)]
    place: SubscriberPlace,
    #[serde(flatten)]
    page: AskedPage,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangedSubscriber {
    #[serde(flatten)]
    place: SubscriberPlace,
    old_subscriber: Subscriber,
    new_subscriber: Subscriber,
}

impl SubscriberPlace {
    fn alert<'a>(&self, call: &'a mut Call<'_>, failed: &str) -> Result<&'a mut Alert, AwsError> {
        let alerts = &mut budget(call, &self.budget_name, failed)?.alerts;
        alerts.get_mut(&self.notification.key()).ok_or_else(|| no_notification(failed))
    }
}

fn no_subscriber(failed: &str) -> AwsError {
    not_found(format!("{failed} - the subscriber doesn't exist."))
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let OneSubscriber { place, subscriber } = read(call, input, &model::CREATE_SUBSCRIBER)?;
    place.alert(call, "Unable to create subscriber")?.add(subscriber)?;
    spending::ask_new(call);
    Ok(Reply::ok(json!({})))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let ListedSubscribers { place, page } = read(call, input, &model::DESCRIBE_SUBSCRIBERS)?;
    let config = call.config;
    let alert = place.alert(call, "Unable to get subscribers")?;
    let all = alert.subscribers.iter().map(|subscriber| (subscriber.key(), json!(subscriber)));
    Ok(Reply::ok(page.cut(config, "Subscribers", all)?))
}

pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let ChangedSubscriber { place, old_subscriber, new_subscriber } =
        read(call, input, &model::UPDATE_SUBSCRIBER)?;
    let failed = "Unable to update subscriber";
    let alert = place.alert(call, failed)?;
    let mut changed = alert.clone();
    if !changed.subscribers.remove(&old_subscriber) {
        return Err(no_subscriber(failed));
    }
    changed.add(new_subscriber)?;
    *alert = changed;
    spending::ask_new(call);
    Ok(Reply::ok(json!({})))
}

/// With the last one goes the notification.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let OneSubscriber { place, subscriber } = read(call, input, &model::DELETE_SUBSCRIBER)?;
    let failed = "Unable to delete subscriber";
    let alert = place.alert(call, failed)?;
    if !alert.subscribers.remove(&subscriber) {
        return Err(no_subscriber(failed));
    }
    if alert.subscribers.is_empty() {
        budget(call, &place.budget_name, failed)?.alerts.remove(&place.notification.key());
    }
    Ok(Reply::ok(json!({})))
}
