//! An alarm: a metric, or several in an expression, that tells the stack's topic when it is too high.

mod metrics;
mod rule;
mod state;
mod wish;

use super::leftovers::Listed;
use crate::{
    aws::{FoundExt, StackAws, call, ignore_not_found, tags},
    engine::{Deletable, Found, Kind, Run},
    stack::Entry,
};
use anyhow::Result;
use aws_sdk_cloudwatch::{
    Client,
    types::{MetricAlarm, Tag},
};
use rule::Rule;
use serde::Serialize;
pub use state::AlarmState;
pub(crate) use wish::AlarmWish;

pub(crate) struct Alarm {
    aws: StackAws,
    key: String,
    name: String,
    client: Client,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    #[serde(flatten)]
    rule: Rule,
    tags: tags::Tags,
}

impl Alarm {
    fn named(aws: &StackAws, key: &str, name: &str) -> Self {
        let client = Client::new(aws.cloud.sdk());
        Self { aws: aws.clone(), key: key.to_owned(), name: name.to_owned(), client }
    }

    fn arn(&self) -> Result<String> {
        self.aws.cloud.arn("cloudwatch", &format!("alarm:{}", self.name))
    }

    /// Where it is there. All alarms of the stack are in one list.
    async fn described(&self) -> Result<Option<MetricAlarm>> {
        let all = self.aws.cloud.alarms(&self.aws.default_names().alarm("")).await?;
        Ok(all.iter().find(|alarm| alarm.alarm_name() == Some(&self.name)).cloned())
    }

    async fn tags(&self, run: &Run) -> Result<Option<tags::Tags>> {
        let request = self.client.list_tags_for_resource().resource_arn(self.arn()?);
        let answer = call(run, "ListTagsForResource", || request.clone().send()).await.found()?;
        let pair = |tag: Tag| Some((tag.key?, tag.value?));
        Ok(answer.map(|a| a.tags.unwrap_or_default().into_iter().filter_map(pair).collect()))
    }

    async fn set_tags(&self, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
        let arn = self.arn()?;
        let set = async |tags: tags::Tags| {
            let request = self.client.tag_resource().resource_arn(&arn).set_tags(Some(of_cloudwatch(&tags)));
            call(run, "TagResource", || request.clone().send()).await.map(drop)
        };
        let take_away = async |keys| {
            let request = self.client.untag_resource().resource_arn(&arn).set_tag_keys(Some(keys));
            call(run, "UntagResource", || request.clone().send()).await.map(drop)
        };
        tags::change(have, want, set, take_away).await
    }
}

fn of_cloudwatch(tags: &tags::Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

impl Kind for Alarm {
    const NAME: &'static str = "alarm";
    type Settings = Settings;
    type Output = AlarmState;

    fn key(&self) -> &str {
        &self.key
    }

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        self.name.clone()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let (caller, alarm) = tokio::join!(self.aws.cloud.identify(), self.described());
        caller?;
        let Some(alarm) = alarm? else { return Ok(None) };
        let Some(tags) = self.tags(&run).await? else { return Ok(None) };
        let owner = self.aws.ownership.owner(&tags, || format!("the alarm {}", self.name));
        let tags = self.aws.ownership.managed(&tags, &owner);
        let settings = Settings { rule: Rule::of(&alarm), tags };
        Ok(Some(Found { settings, output: AlarmState::of(&alarm), owner }))
    }
}

impl Deletable for Alarm {
    async fn delete(&self, _: &Found<Self>, run: &Run) -> Result<()> {
        let request = self.client.delete_alarms().alarm_names(&self.name);
        let deleted = ignore_not_found(call(run, "DeleteAlarms", || request.clone().send()).await);
        self.aws.cloud.forget_alarms();
        deleted
    }
}

impl Listed for Alarm {
    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self::named(aws, &entry.key, &entry.name)
    }
}
