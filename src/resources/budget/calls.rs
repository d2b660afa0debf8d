//! What AWS Budgets is asked about a budget.

use super::{
    Budget,
    notifications::{notification, text, with_subscribers},
};
use crate::{
    aws::{Class, FoundExt, call, ignore_not_found, is_class, pages, tags},
    engine::Run,
};
use anyhow::Result;
use aws_sdk_budgets::types::{Budget as Described, Notification, NotificationWithSubscribers, ResourceTag};
use futures_util::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet};

/// Notifications as text, with whom they tell.
type Alerts = BTreeMap<String, BTreeSet<String>>;

impl Budget {
    pub(super) async fn described(&self, run: &Run) -> Result<Option<Described>> {
        let request = self.client.describe_budget().account_id(self.account()?).budget_name(&self.name);
        let answer = call(run, "DescribeBudget", || request.clone().send()).await.found()?;
        Ok(answer.and_then(|a| a.budget))
    }

    /// Those that are likely there are asked for their subscribers while the list comes.
    pub(super) async fn alerts(&self, run: &Run) -> Result<Alerts> {
        let likely = try_join_all(self.likely.iter().map(|it| self.alert(it.clone(), run)));
        let (there, likely) = tokio::join!(self.notifications(run), likely);
        let (there, likely) = (there?, likely?.into_iter().collect::<Alerts>());
        let (known, others): (Vec<_>, Vec<_>) =
            there.into_iter().partition(|it| likely.contains_key(&text(it)));
        let mut all: Alerts =
            try_join_all(others.into_iter().map(|it| self.alert(it, run))).await?.into_iter().collect();
        all.extend(
            known
                .iter()
                .filter_map(|it| likely.get_key_value(&text(it)))
                .map(|(k, v)| (k.clone(), v.clone())),
        );
        Ok(all)
    }

    async fn notifications(&self, run: &Run) -> Result<Vec<Notification>> {
        pages(async |next| {
            let request = self.client.describe_notifications_for_budget().account_id(self.account()?);
            let request = request.budget_name(&self.name).set_next_token(next);
            let page =
                call(run, "DescribeNotificationsForBudget", || request.clone().send()).await.found()?;
            Ok(page.map(|p| (p.notifications.unwrap_or_default(), p.next_token)).unwrap_or_default())
        })
        .await
    }

    async fn alert(&self, it: Notification, run: &Run) -> Result<(String, BTreeSet<String>)> {
        let subscribers = pages(async |next| {
            let request = self.client.describe_subscribers_for_notification().account_id(self.account()?);
            let request = request.budget_name(&self.name).notification(it.clone()).set_next_token(next);
            let page = call(run, "DescribeSubscribersForNotification", || request.clone().send()).await;
            let page = page.found()?;
            Ok(page.map(|p| (p.subscribers.unwrap_or_default(), p.next_token)).unwrap_or_default())
        });
        Ok((text(&it), subscribers.await?.into_iter().map(|s| s.address).collect()))
    }

    pub(super) async fn create_alert(
        &self,
        alert: &str,
        addresses: &BTreeSet<String>,
        run: &Run,
    ) -> Result<()> {
        let NotificationWithSubscribers { notification, subscribers, .. } =
            with_subscribers(alert, addresses)?;
        let request = self.client.create_notification().account_id(self.account()?).budget_name(&self.name);
        let request = request.set_notification(notification).set_subscribers(Some(subscribers));
        match call(run, "CreateNotification", || request.clone().send()).await {
            // After a lost reply it is there as it was sent; if it differs all the same, the next look shows that.
            Err(e) if is_class(&e, Class::AlreadyThere) => Ok(()),
            other => other.map(drop),
        }
    }

    pub(super) async fn delete_alert(&self, alert: &str, run: &Run) -> Result<()> {
        let request = self.client.delete_notification().account_id(self.account()?).budget_name(&self.name);
        let request = request.notification(notification(alert)?);
        ignore_not_found(call(run, "DeleteNotification", || request.clone().send()).await)
    }

    pub(super) async fn delete_budget(&self, run: &Run) -> Result<()> {
        let request = self.client.delete_budget().account_id(self.account()?).budget_name(&self.name);
        ignore_not_found(call(run, "DeleteBudget", || request.clone().send()).await)
    }

    pub(super) async fn tags(&self, run: &Run) -> Result<tags::Tags> {
        let request = self.client.list_tags_for_resource().resource_arn(self.arn()?);
        let answer = call(run, "ListTagsForResource", || request.clone().send()).await.found()?;
        let tags = answer.and_then(|a| a.resource_tags).unwrap_or_default();
        Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }

    pub(super) async fn set_tags(&self, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
        let arn = self.arn()?;
        let set = async |tags: tags::Tags| {
            let request =
                self.client.tag_resource().resource_arn(&arn).set_resource_tags(Some(of_budgets(&tags)?));
            call(run, "TagResource", || request.clone().send()).await.map(drop)
        };
        let take_away = async |keys| {
            let request = self.client.untag_resource().resource_arn(&arn).set_resource_tag_keys(Some(keys));
            call(run, "UntagResource", || request.clone().send()).await.map(drop)
        };
        tags::change(have, want, set, take_away).await
    }
}

pub(super) fn of_budgets(tags: &tags::Tags) -> Result<Vec<ResourceTag>> {
    tags.iter().map(|(k, v)| Ok(ResourceTag::builder().key(k).value(v).build()?)).collect()
}
