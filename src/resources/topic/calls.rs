//! What SNS is asked about a topic.

use super::Topic;
use crate::{
    aws::{FoundExt, call, ignore_not_found, pages, tags},
    engine::Run,
};
use anyhow::Result;
use aws_sdk_sns::types::{Subscription, Tag};
use std::collections::BTreeMap;

const EMAIL: &str = "email";
const POLICY: &str = "Policy";
/// How a list names a subscription whose address has not confirmed (`docs/aws.md` 7.3).
const PENDING: &str = "PendingConfirmation";

/// Addresses with the ARNs of their subscriptions, once they have confirmed.
pub(super) type Subscriptions = BTreeMap<String, Option<String>>;

impl Topic {
    /// Its policy, where the topic is there.
    pub(super) async fn policy(&self, run: &Run) -> Result<Option<String>> {
        let request = self.client.get_topic_attributes().topic_arn(self.arn()?);
        let answer = call(run, "GetTopicAttributes", || request.clone().send()).await.found()?;
        Ok(answer.map(|a| a.attributes.and_then(|mut all| all.remove(POLICY)).unwrap_or_default()))
    }

    pub(super) async fn set_policy(&self, policy: String, run: &Run) -> Result<()> {
        let request = self.client.set_topic_attributes().topic_arn(self.arn()?);
        let request = request.attribute_name(POLICY).attribute_value(policy);
        call(run, "SetTopicAttributes", || request.clone().send()).await.map(drop)
    }

    pub(super) async fn subscriptions(&self, run: &Run) -> Result<Subscriptions> {
        let all = pages(async |next| {
            let request = self.client.list_subscriptions_by_topic().topic_arn(self.arn()?);
            let request = request.set_next_token(next);
            let page = call(run, "ListSubscriptionsByTopic", || request.clone().send()).await.found()?;
            Ok(page.map(|p| (p.subscriptions.unwrap_or_default(), p.next_token)).unwrap_or_default())
        });
        let mails = all.await?.into_iter().filter(|it| it.protocol() == Some(EMAIL));
        Ok(mails.filter_map(address_and_arn).collect())
    }

    /// Sends the mail that asks the address.
    pub(super) async fn subscribe(&self, address: &str, run: &Run) -> Result<()> {
        let request = self.client.subscribe().topic_arn(self.arn()?).protocol(EMAIL).endpoint(address);
        call(run, "Subscribe", || request.clone().send()).await.map(drop)
    }

    pub(super) async fn unsubscribe(&self, subscription: &str, run: &Run) -> Result<()> {
        let request = self.client.unsubscribe().subscription_arn(subscription);
        ignore_not_found(call(run, "Unsubscribe", || request.clone().send()).await)
    }

    pub(super) async fn create_topic(&self, policy: String, tags: &tags::Tags, run: &Run) -> Result<()> {
        let request = self.client.create_topic().name(&self.name).attributes(POLICY, policy);
        let request = request.set_tags(Some(of_sns(tags)?));
        call(run, "CreateTopic", || request.clone().send()).await.map(drop)
    }

    pub(super) async fn delete_topic(&self, run: &Run) -> Result<()> {
        let request = self.client.delete_topic().topic_arn(self.arn()?);
        ignore_not_found(call(run, "DeleteTopic", || request.clone().send()).await)
    }

    pub(super) async fn tags(&self, run: &Run) -> Result<Option<tags::Tags>> {
        let request = self.client.list_tags_for_resource().resource_arn(self.arn()?);
        let answer = call(run, "ListTagsForResource", || request.clone().send()).await.found()?;
        Ok(answer.map(|a| a.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect()))
    }

    pub(super) async fn set_tags(&self, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
        let arn = self.arn()?;
        let set = async |tags: tags::Tags| {
            let request = self.client.tag_resource().resource_arn(&arn).set_tags(Some(of_sns(&tags)?));
            call(run, "TagResource", || request.clone().send()).await.map(drop)
        };
        let take_away = async |keys| {
            let request = self.client.untag_resource().resource_arn(&arn).set_tag_keys(Some(keys));
            call(run, "UntagResource", || request.clone().send()).await.map(drop)
        };
        tags::change(have, want, set, take_away).await
    }
}

fn address_and_arn(it: Subscription) -> Option<(String, Option<String>)> {
    Some((it.endpoint?, it.subscription_arn.filter(|arn| arn != PENDING)))
}

fn of_sns(tags: &tags::Tags) -> Result<Vec<Tag>> {
    tags.iter().map(|(key, value)| Ok(Tag::builder().key(key).value(value).build()?)).collect()
}
