//! When somebody is told of a budget.

use super::{
    alert::{Alert, AskedAlert, Notification},
    errors::no_notification,
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewAlert {
    budget_name: String,
    #[serde(flatten)]
    alert: AskedAlert,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedNotifications {
    budget_name: String,
    #[serde(flatten)]
    page: AskedPage,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangedNotification {
    budget_name: String,
    old_notification: Notification,
    new_notification: Notification,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedNotification {
    budget_name: String,
    notification: Notification,
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NewAlert { budget_name, alert } = read(call, input, &model::CREATE_NOTIFICATION)?;
    let alert = Alert::of(alert)?;
    let budget = budget(call, &budget_name, "Unable to create notification")?;
    let mut changed = budget.clone();
    changed.add(alert)?;
    *budget = changed;
    spending::ask_new(call);
    Ok(Reply::ok(json!({})))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let ListedNotifications { budget_name, page } = read(call, input, &model::DESCRIBE_NOTIFICATIONS)?;
    spending::catch_up_of(call);
    let config = call.config;
    let budget = budget(call, &budget_name, "Unable to get notifications")?;
    let all = budget
        .alerts
        .iter()
        .map(|(key, alert)| (key.clone(), alert.notification.shown(budget.spent, budget.limit())));
    Ok(Reply::ok(page.cut(config, "Notifications", all)?))
}

/// The subscribers stay.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: ChangedNotification = read(call, input, &model::UPDATE_NOTIFICATION)?;
    let failed = "Unable to update notification";
    let budget = budget(call, &asked.budget_name, failed)?;
    let mut changed = budget.clone();
    let former = changed.alerts.remove(&asked.old_notification.key());
    let former = former.ok_or_else(|| no_notification(failed))?;
    changed.add(Alert { notification: asked.new_notification, ..former })?;
    *budget = changed;
    Ok(Reply::ok(json!({})))
}

/// Its subscribers go with it.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedNotification { budget_name, notification } = read(call, input, &model::DELETE_NOTIFICATION)?;
    let failed = "Unable to delete notification";
    let gone = budget(call, &budget_name, failed)?.alerts.remove(&notification.key());
    gone.map(|_| Reply::ok(json!({}))).ok_or_else(|| no_notification(failed))
}
