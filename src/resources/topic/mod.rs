//! The topic that alarms and budgets tell, with the addresses that get its mails.

mod calls;
mod wish;

use super::leftovers::Listed;
use crate::{
    aws::{StackAws, tags},
    engine::{Deletable, Found, Kind, Owner, Run},
    policy::{self, TopicStatements},
    stack::Entry,
};
use anyhow::Result;
use aws_sdk_sns::Client;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
pub(crate) use wish::TopicWish;

#[derive(Clone)]
pub(crate) struct Topic {
    aws: StackAws,
    name: String,
    client: Client,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// Whether they have confirmed or not. Subscriptions of other protocols are somebody's own.
    email: BTreeSet<String>,
    policy: TopicStatements,
    tags: tags::Tags,
    /// All of the policy that is not ours: it stays on what was adopted.
    #[serde(skip)]
    others: TopicStatements,
}

#[derive(Debug, Clone)]
pub(crate) struct TopicOutput {
    /// By address; `None`: it has not confirmed, and is told nothing.
    subscriptions: BTreeMap<String, Option<String>>,
}

impl TopicOutput {
    /// Addresses that have not confirmed.
    pub(crate) fn unconfirmed(&self) -> impl Iterator<Item = &String> {
        self.subscriptions.iter().filter(|(_, arn)| arn.is_none()).map(|(address, _)| address)
    }
}

impl Topic {
    pub(crate) fn of_stack(aws: &StackAws) -> Self {
        Self::named(aws, &aws.default_names().topic())
    }

    fn named(aws: &StackAws, name: &str) -> Self {
        Self { aws: aws.clone(), name: name.to_owned(), client: Client::new(aws.cloud.sdk()) }
    }

    /// # Errors
    /// Before the caller's account is known.
    pub(crate) fn arn(&self) -> Result<String> {
        self.aws.cloud.arn("sns", &self.name)
    }
}

impl Kind for Topic {
    const NAME: &'static str = "topic";
    type Settings = Settings;
    type Output = TopicOutput;

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        self.name.clone()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        self.aws.cloud.identify().await?;
        let (policy, subscriptions, tags) =
            tokio::join!(self.policy(&run), self.subscriptions(&run), self.tags(&run));
        let (Some(policy), Some(tags)) = (policy?, tags?) else { return Ok(None) };
        let owner = self.aws.ownership.owner(&tags, || format!("the topic {}", self.name));
        let statements = policy::topic_statements(&policy);
        let ours = policy::our_topic_statements(&statements);
        let others = statements.iter().filter(|(id, _)| !ours.contains_key(*id));
        let subscriptions = subscriptions?;
        let settings = Settings {
            email: subscriptions.keys().cloned().collect(),
            others: others.map(|(id, it)| (id.clone(), it.clone())).collect(),
            policy: if owner == Owner::Us { statements } else { ours },
            tags: self.aws.ownership.managed(&tags, &owner),
        };
        Ok(Some(Found { settings, output: TopicOutput { subscriptions }, owner }))
    }
}

impl Deletable for Topic {
    fn loses(&self, found: &Found<Self>) -> Option<String> {
        let confirmed = found.output.subscriptions.values().flatten().count();
        (confirmed > 0).then(|| format!("the consent of {confirmed} addresses to get its mail"))
    }

    async fn delete(&self, _: &Found<Self>, run: &Run) -> Result<()> {
        self.delete_topic(run).await
    }
}

impl Listed for Topic {
    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self::named(aws, &entry.name)
    }
}
