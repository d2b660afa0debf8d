//! The function's log group, made before the function so that its retention holds from the first line on.

use super::leftovers::Listed;
use crate::{
    aws::{FoundExt, StackAws, call, finish_existing, ignore_not_found, tags},
    engine::{Applied, Deletable, Found, Kind, Owner, Run, Wish},
    stack::Entry,
};
use anyhow::Result;
use aws_sdk_cloudwatchlogs::types::LogGroup as Described;
use serde::Serialize;

pub(crate) struct LogGroup {
    pub aws: StackAws,
    pub key: String,
    /// `/aws/lambda/<function>`
    pub name: String,
}

/// What the stack file wishes of it.
pub(crate) struct LogGroupWish {
    pub group: LogGroup,
    /// Days; `None`: never expire.
    pub retention: Option<u32>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    retention: Option<u32>,
    tags: tags::Tags,
    /// The account's policy that decides the retention, whatever the group itself says.
    #[serde(skip)]
    account_policy: Option<String>,
    /// AWS does not delete it.
    #[serde(skip)]
    protected: bool,
}

/// Where a function writes its log.
pub(crate) fn name_of(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

impl LogGroup {
    fn arn(&self) -> Result<String> {
        self.aws.cloud.arn("logs", &format!("log-group:{}", self.name))
    }

    async fn set_retention(&self, days: Option<u32>, run: &Run) -> Result<()> {
        let logs = &self.aws.cloud.logs;
        match days {
            Some(days) => {
                let days = i32::try_from(days)?;
                let request = logs.put_retention_policy().log_group_name(&self.name).retention_in_days(days);
                call(run, "PutRetentionPolicy", || request.clone().send()).await.map(drop)
            }
            None => {
                let request = logs.delete_retention_policy().log_group_name(&self.name);
                call(run, "DeleteRetentionPolicy", || request.clone().send()).await.map(drop)
            }
        }
    }

    /// The group, where it is there.
    async fn described(&self, run: &Run) -> Result<Option<Described>> {
        let mut next = None;
        loop {
            let request = self
                .aws
                .cloud
                .logs
                .describe_log_groups()
                .log_group_name_prefix(&self.name)
                .set_next_token(next);
            let page = call(run, "DescribeLogGroups", || request.clone().send()).await?;
            let found = page.log_groups().iter().find(|g| g.log_group_name() == Some(&self.name));
            if let Some(group) = found {
                return Ok(Some(group.clone()));
            }
            next = page.next_token;
            if next.is_none() {
                return Ok(None);
            }
        }
    }

    async fn tags(&self, run: &Run) -> Result<Option<tags::Tags>> {
        self.aws.cloud.identify().await?;
        let request = self.aws.cloud.logs.list_tags_for_resource().resource_arn(self.arn()?);
        let answer = call(run, "ListTagsForResource", || request.clone().send()).await.found()?;
        Ok(answer.map(|a| a.tags.unwrap_or_default().into_iter().collect()))
    }

    async fn set_tags(&self, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
        let (logs, arn) = (&self.aws.cloud.logs, self.arn()?);
        let set = async |tags: tags::Tags| {
            let tags = tags.into_iter().collect();
            let request = logs.tag_resource().resource_arn(&arn).set_tags(Some(tags));
            call(run, "TagResource", || request.clone().send()).await.map(drop)
        };
        let take_away = async |keys| {
            let request = logs.untag_resource().resource_arn(&arn).set_tag_keys(Some(keys));
            call(run, "UntagResource", || request.clone().send()).await.map(drop)
        };
        tags::change(have, want, set, take_away).await
    }
}

impl Kind for LogGroup {
    const NAME: &'static str = "log-group";
    type Settings = Settings;
    type Output = ();

    fn key(&self) -> &str {
        &self.key
    }

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        self.name.clone()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let (group, have) = tokio::join!(self.described(&run), self.tags(&run));
        let (Some(group), Some(have)) = (group?, have?) else { return Ok(None) };
        // Lambda makes one without tags and without an end when a late line finds none: that is nobody's.
        let by_lambda = have.is_empty() && group.retention_in_days.is_none();
        let owner = match by_lambda {
            true => Owner::Unclaimed,
            false => self.aws.ownership.owner(&have, || format!("the log group {}", self.name)),
        };
        let settings = Settings {
            retention: group.retention_in_days.and_then(|d| u32::try_from(d).ok()),
            tags: self.aws.ownership.managed(&have, &owner),
            account_policy: group.retention_policy_name,
            protected: group.deletion_protection_enabled == Some(true),
        };
        Ok(Some(Found { settings, output: (), owner }))
    }
}

impl Deletable for LogGroup {
    fn undeletable(&self, found: &Found<Self>) -> Option<String> {
        found.settings.protected.then(|| {
            format!(
                "the log group {} has deletion protection: write `retain: [logs]`, or take it off (aws logs \
                 put-log-group-deletion-protection), then run the same command again",
                self.name
            )
        })
    }

    fn loses(&self, _: &Found<Self>) -> Option<String> {
        Some("all log lines in it".to_owned())
    }

    fn replaced(&self, found: &Found<Self>) -> Option<String> {
        let goes = !self.retained() && found.owner == Owner::Us;
        goes.then(|| {
            format!(
                "a function is deleted and another created, which may be the same one renamed: all log lines in {} are deleted, and the \
                 old images too if its repository is no longer used (`retain: [logs, images]` keeps them)",
                self.name
            )
        })
    }

    fn retained(&self) -> bool {
        self.aws.file.retain.logs
    }

    fn address(&self, _: &Found<Self>) -> Option<String> {
        Some(self.name.clone())
    }

    async fn delete(&self, _: &Found<Self>, run: &Run) -> Result<()> {
        let request = self.aws.cloud.logs.delete_log_group().log_group_name(&self.name);
        ignore_not_found(call(run, "DeleteLogGroup", || request.clone().send()).await)
    }
}

impl Listed for LogGroup {
    const ENTRY: &'static str = "function";

    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self { aws: aws.clone(), key: entry.key.clone(), name: name_of(&entry.name) }
    }
}

impl Wish for LogGroupWish {
    type Kind = LogGroup;

    fn kind(&self) -> &LogGroup {
        &self.group
    }

    fn settings(&self, found: Option<&Found<LogGroup>>) -> Result<Settings> {
        let ruled = found.filter(|f| f.settings.account_policy.is_some());
        Ok(Settings {
            retention: ruled.map_or(self.retention, |f| f.settings.retention),
            tags: self.group.aws.ownership.tags(&self.group.id(), found.map(|f| &f.owner)),
            account_policy: None,
            protected: false,
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<()> {
        let group = &self.group;
        let tags = want.tags.clone().into_iter().collect();
        let request =
            group.aws.cloud.logs.create_log_group().log_group_name(&group.name).set_tags(Some(tags));
        if let Err(e) = call(run, "CreateLogGroup", || request.clone().send()).await {
            return finish_existing(&group.aws.cloud, self, e, want, run).await;
        }
        match want.retention {
            Some(days) => group.set_retention(Some(days), run).await,
            None => Ok(()),
        }
    }

    async fn update(&self, found: &Found<LogGroup>, want: &Settings, run: &Run) -> Result<Applied<()>> {
        self.group.set_tags(&found.settings.tags, &want.tags, run).await?;
        if found.settings.retention != want.retention {
            self.group.set_retention(want.retention, run).await?;
        }
        Ok(Applied::in_place(()))
    }
}
