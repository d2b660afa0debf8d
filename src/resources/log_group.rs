//! The function's log group, made before the function so that its retention holds from the first line on.

use super::{StackAws, finish_existing, ignore_not_found};
use crate::{
    aws::{FoundExt, call, tags},
    engine::{Applied, Id, Live, Owner, Resource, Run},
};
use anyhow::Result;
use aws_sdk_cloudwatchlogs::types::LogGroup as Described;
use serde::Serialize;

pub struct LogGroup {
    pub aws: StackAws,
    pub id: Id,
    /// `/aws/lambda/<function>`
    pub name: String,
    /// Days; `None`: never expire.
    pub retention: Option<u32>,
    /// `retain: [logs]`
    pub keep: bool,
    /// Its function goes and another comes: nobody may have meant to lose the lines.
    pub replaced: bool,
    pub api: Id,
}

#[derive(Debug, Serialize)]
pub struct Props {
    retention: Option<u32>,
    tags: tags::Tags,
    /// The account's policy that decides the retention, whatever the group itself says.
    #[serde(skip)]
    account_policy: Option<String>,
    /// AWS does not delete it.
    #[serde(skip)]
    protected: bool,
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
}

impl Resource for LogGroup {
    type Props = Props;
    type Output = ();

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn aws_name(&self, _: Option<&Live<Self>>) -> String {
        self.name.clone()
    }

    fn follows(&self) -> Vec<Id> {
        vec![self.api.clone()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.api.clone()]
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        let ruled = have.filter(|h| h.props.account_policy.is_some());
        Ok(Props {
            retention: ruled.map_or(self.retention, |h| h.props.retention),
            tags: self.aws.ownership.tags(&self.id, have.map(|h| &h.owner)),
            account_policy: None,
            protected: false,
        })
    }

    fn retained(&self) -> bool {
        self.keep
    }

    fn retiring_replaces(&self, have: &Live<Self>) -> Option<String> {
        let goes = self.replaced && !self.keep && have.owner == Owner::Us;
        goes.then(|| {
            format!(
                "a function is deleted and another created, which may be the same one renamed: all log lines in {} are deleted, and the \
                 old images too if its repository is no longer used (`retain: [logs, images]` keeps them)",
                self.name
            )
        })
    }

    fn loses(&self, _: &Live<Self>) -> Option<String> {
        Some("all log lines in it".to_owned())
    }

    fn undeletable(&self, have: &Live<Self>) -> Option<String> {
        have.props.protected.then(|| {
            format!(
                "the log group {} has deletion protection: write `retain: [logs]`, or take it off (aws logs \
                 put-log-group-deletion-protection), then run the same command again",
                self.name
            )
        })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id);
        let (group, have) = tokio::join!(self.described(&run), self.tags(&run));
        let (Some(group), Some(have)) = (group?, have?) else { return Ok(None) };
        // Lambda makes one without tags and without an end when a late line finds none: that is nobody's.
        let by_lambda = have.is_empty() && group.retention_in_days.is_none();
        let owner = match by_lambda {
            true => Owner::Unclaimed,
            false => self.aws.ownership.owner(&have, || format!("the log group {}", self.name)),
        };
        let props = Props {
            retention: group.retention_in_days.and_then(|d| u32::try_from(d).ok()),
            tags: self.aws.ownership.managed(&have, &owner),
            account_policy: group.retention_policy_name,
            protected: group.deletion_protection_enabled == Some(true),
        };
        Ok(Some(Live { props, output: (), owner }))
    }

    async fn create(&self, want: &Props, run: &Run) -> Result<()> {
        let tags = want.tags.clone().into_iter().collect();
        let request = self.aws.cloud.logs.create_log_group().log_group_name(&self.name).set_tags(Some(tags));
        if let Err(e) = call(run, "CreateLogGroup", || request.clone().send()).await {
            return finish_existing(&self.aws, self, e, want, run).await;
        }
        match want.retention {
            Some(days) => self.set_retention(Some(days), run).await,
            None => Ok(()),
        }
    }

    async fn update(&self, have: &Live<Self>, want: &Props, run: &Run) -> Result<Applied<()>> {
        let (set, gone) = tags::difference(&have.props.tags, &want.tags);
        if !set.is_empty() {
            let set = set.into_iter().collect();
            let request = self.aws.cloud.logs.tag_resource().resource_arn(self.arn()?).set_tags(Some(set));
            call(run, "TagResource", || request.clone().send()).await?;
        }
        if !gone.is_empty() {
            let request =
                self.aws.cloud.logs.untag_resource().resource_arn(self.arn()?).set_tag_keys(Some(gone));
            call(run, "UntagResource", || request.clone().send()).await?;
        }
        if have.props.retention != want.retention {
            self.set_retention(want.retention, run).await?;
        }
        Ok(Applied::in_place(()))
    }

    async fn delete(&self, _: &Live<Self>, run: &Run) -> Result<()> {
        let request = self.aws.cloud.logs.delete_log_group().log_group_name(&self.name);
        ignore_not_found(call(run, "DeleteLogGroup", || request.clone().send()).await)
    }
}
