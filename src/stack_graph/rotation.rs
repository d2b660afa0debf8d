//! `key`: a second value beside the first, and the end of the first.

use super::pipeline::as_caller;
use crate::{
    aws::{Cloud, StackAws, call},
    engine::{Found, Kind as _, Run},
    resources::{ApiKey, Rotated, UsagePlan},
    stack::{Stack, Text},
};
use anyhow::{Context as _, Result};
use std::rc::Rc;

/// One key of a stack.
pub struct Rotation<'a> {
    key: ApiKey,
    /// Of the file's own.
    value: Option<&'a Text>,
    found: Option<Found<ApiKey>>,
    old: Vec<Rotated>,
    run: Run,
}

/// How often an old value was used yesterday and today (UTC).
pub struct KeyUse {
    /// The day when it was rotated away.
    pub since: String,
    pub calls: i64,
}

impl<'a> Rotation<'a> {
    /// # Errors
    /// Credentials that AWS refuses, another account than the file's, as the calls.
    pub async fn find(stack: &'a Stack, cloud: &Rc<Cloud>, name: &str) -> Result<Self> {
        let aws = StackAws::of(stack, cloud, Default::default());
        let key = ApiKey { aws, name: name.to_owned(), has_value: false };
        let run = cloud.looking_at(&key.id());
        let look = async { tokio::try_join!(key.find(), key.rotated(&run)) };
        let (found, old) = as_caller(stack, cloud, look).await?;
        let found = found.filter(|f| f.owner.is_us());
        let value = stack.api.key_values.get(name).filter(|text| !text.value.is_empty());
        Ok(Self { key, value, found, old, run })
    }

    /// Whether the stack has such a key.
    pub fn is_there(&self) -> bool {
        self.found.is_some()
    }

    /// Since when there is an old value beside it.
    pub fn rotated_since(&self) -> Option<&str> {
        self.old.first().map(|old| old.since.as_str())
    }

    /// A second value; both work. The old one is marked first: where this dies, the next `up` makes the second.
    ///
    /// # Errors
    /// As the calls; no usage plan, without which no key works.
    pub async fn rotate(&self) -> Result<()> {
        let plan = self.plan().await?.context("the stack has no usage plan, without which no key works")?;
        let found = self.found.as_ref().context("there is no such key")?;
        self.key.rotate(&found.output.id, &self.run).await?;
        let made = self.key.make(self.value, &self.run).await?;
        let aws = self.key.aws.clone();
        UsagePlan { aws }.take(&plan, &made, &self.run).await
    }

    /// How often the old value is used.
    ///
    /// # Errors
    /// As the calls.
    pub async fn old_use(&self) -> Result<Option<KeyUse>> {
        let Some(since) = self.rotated_since().map(str::to_owned) else { return Ok(None) };
        let Some(plan) = self.plan().await? else { return Ok(Some(KeyUse { since, calls: 0 })) };
        let today = UsagePlan::today();
        let yesterday = today.yesterday()?;
        let mut calls = 0;
        for old in &self.old {
            let request = self.key.aws.cloud.apigateway.get_usage().usage_plan_id(&plan).key_id(&old.id);
            let request = request.start_date(yesterday.to_string()).end_date(today.to_string());
            let answer = call(&self.run, "GetUsage", || request.clone().send()).await?;
            let days = answer.items.unwrap_or_default().into_values().flatten();
            // Each day is what was used, then what is left.
            calls += days.filter_map(|day| day.first().copied()).sum::<i64>();
        }
        Ok(Some(KeyUse { since, calls }))
    }

    /// Ends the old value.
    ///
    /// # Errors
    /// As the calls.
    pub async fn retire(&self) -> Result<()> {
        for old in &self.old {
            self.key.retire(&old.id, &self.run).await?;
        }
        Ok(())
    }

    /// Lets it in again; whether it was disabled.
    ///
    /// # Errors
    /// As the calls.
    pub async fn enable(&self) -> Result<bool> {
        let Some(found) = self.found.as_ref().filter(|f| f.output.disabled) else { return Ok(false) };
        self.key.enable(&found.output.id, true, &self.run).await?;
        Ok(true)
    }

    async fn plan(&self) -> Result<Option<String>> {
        let plan = UsagePlan { aws: self.key.aws.clone() };
        Ok(plan.find().await?.filter(|f| f.owner.foreign().is_none()).map(|f| f.output.id))
    }
}
