//! What the stack file wishes of the topic.

use super::{Settings, Topic, TopicOutput, calls::Subscriptions};
use crate::{
    aws::{StackAws, finish_existing},
    engine::{Applied, Found, Kind as _, Run, Wish},
    policy::{self, TopicStatements},
    stack,
};
use anyhow::Result;
use std::collections::BTreeSet;

pub(crate) struct TopicWish {
    topic: Topic,
    email: BTreeSet<String>,
}

impl TopicWish {
    pub(crate) fn of(aws: &StackAws, alerts: &stack::Alerts) -> Self {
        Self { topic: Topic::of_stack(aws), email: alerts.email.clone() }
    }

    /// What was there before the stack stays on what was adopted. An address that has not confirmed can't be taken off at
    /// all: it goes by itself (`docs/aws.md` 7.3).
    fn stays(found: &Found<Topic>) -> impl Iterator<Item = String> {
        let adopted = found.adopted().is_some();
        let all = found.output.subscriptions.iter();
        all.filter(move |(_, arn)| adopted || arn.is_none()).map(|(address, _)| address.clone())
    }

    /// What of the policy stays besides ours.
    fn kept(found: &Found<Topic>) -> TopicStatements {
        found.adopted().map(|settings| settings.others.clone()).unwrap_or_default()
    }
}

impl Wish for TopicWish {
    type Kind = Topic;

    fn kind(&self) -> &Topic {
        &self.topic
    }

    fn settings(&self, found: Option<&Found<Topic>>) -> Result<Settings> {
        let (topic, stays) = (&self.topic, found.into_iter().flat_map(Self::stays));
        Ok(Settings {
            email: self.email.iter().cloned().chain(stays).collect(),
            policy: policy::wished_topic_statements(&topic.arn()?, &topic.aws.cloud.identity()?.account),
            tags: topic.aws.ownership.tags(&topic.id(), found.map(|f| &f.owner)),
            others: TopicStatements::new(),
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<TopicOutput> {
        let topic = &self.topic;
        let policy = policy::topic_policy(&TopicStatements::new(), &want.policy);
        if let Err(e) = topic.create_topic(policy, &want.tags, run).await {
            return finish_existing(&topic.aws.cloud, self, e, want, run).await;
        }
        for address in &want.email {
            topic.subscribe(address, run).await?;
        }
        let unconfirmed = want.email.iter().map(|address| (address.clone(), None));
        Ok(TopicOutput { subscriptions: unconfirmed.collect() })
    }

    async fn update(&self, found: &Found<Topic>, want: &Settings, run: &Run) -> Result<Applied<TopicOutput>> {
        let (topic, have) = (&self.topic, &found.settings);
        topic.set_tags(&have.tags, &want.tags, run).await?;
        if have.policy != want.policy {
            topic.set_policy(policy::topic_policy(&Self::kept(found), &want.policy), run).await?;
        }
        let known = &found.output.subscriptions;
        for address in want.email.iter().filter(|address| !known.contains_key(*address)) {
            topic.subscribe(address, run).await?;
        }
        let gone = known.iter().filter(|(address, _)| !want.email.contains(*address));
        for subscription in gone.filter_map(|(_, arn)| arn.as_ref()) {
            topic.unsubscribe(subscription, run).await?;
        }
        let now = |address: &String| (address.clone(), known.get(address).cloned().flatten());
        let subscriptions: Subscriptions = want.email.iter().map(now).collect();
        Ok(Applied::in_place(TopicOutput { subscriptions }))
    }
}
