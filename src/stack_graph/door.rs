//! `pause` and `resume`: the door of a stack, shut and opened.
//!
//! That it is shut is a tag on the REST API, so an `up` that comes later, or goes on where a `pause` died, keeps it shut.

use crate::{
    aws::{Cloud, StackAws, apigateway_tags, tags},
    engine::{Id, Kind as _, Run},
    resources::{ApiKey, Function, own_api, tags_of},
    stack::{Entry, Inventory, Stack},
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::RestApi;
use futures_util::future::join_all;
use std::rc::Rc;

/// A stack that is there, to be shut or opened.
pub struct Door<'a> {
    stack: &'a Stack,
    aws: StackAws,
    api: RestApi,
    inventory: Inventory,
    run: Run,
}

/// What a door is made of.
pub struct Moved {
    pub keys: usize,
    pub functions: usize,
}

impl<'a> Door<'a> {
    /// `None`: the stack is not deployed.
    ///
    /// # Errors
    /// Credentials that AWS refuses, another account than the file's, as the calls.
    pub async fn find(stack: &'a Stack, cloud: &Rc<Cloud>) -> Result<Option<Self>> {
        let aws = StackAws::of(stack, cloud, Default::default());
        let api = super::pipeline::as_caller(stack, cloud, own_api(&aws)).await?;
        let run = cloud.looking_at(&Id::only("door"));
        Ok(api.map(|api| {
            let inventory = aws.inventory(&tags_of(&api)).union(&aws.file.inventory);
            Self { stack, aws, api, inventory, run }
        }))
    }

    /// Since when it is shut.
    pub fn shut_since(&self) -> Option<String> {
        tags_of(&self.api).remove(tags::PAUSED)
    }

    /// Nobody comes in from now on: no key works, no function runs.
    ///
    /// # Errors
    /// As the calls; all that could be shut is.
    pub async fn shut(&self) -> Result<Moved> {
        if self.shut_since().is_none() {
            let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            self.mark(Some(now)).await?;
        }
        self.move_all(true).await
    }

    /// As the stack file says; a key that somebody disabled by hand stays so.
    ///
    /// # Errors
    /// As the calls; the stack counts as paused until all of it is open.
    pub async fn open(&self) -> Result<Moved> {
        let moved = self.move_all(false).await?;
        if self.shut_since().is_some() {
            self.mark(None).await?;
        }
        Ok(moved)
    }

    async fn mark(&self, since: Option<String>) -> Result<()> {
        let id = self.api.id().context("GetRestApis answered an API without an id")?;
        let arn = apigateway_tags::arn(&self.aws.cloud, &format!("restapis/{id}"))?;
        let tag = |value: &str| tags::Tags::from([(tags::PAUSED.to_owned(), value.to_owned())]);
        let have = self.shut_since().map(|at| tag(&at)).unwrap_or_default();
        let want = since.map(|at| tag(&at)).unwrap_or_default();
        let result = apigateway_tags::set(&self.aws.cloud, &arn, &have, &want, &self.run).await;
        self.aws.cloud.forget_rest_apis();
        result
    }

    /// Whatever fails, all the rest is moved.
    async fn move_all(&self, shut: bool) -> Result<Moved> {
        let keys = join_all(self.inventory.of_kind(ApiKey::NAME).map(|entry| self.keys(entry, shut)));
        let functions =
            join_all(self.inventory.of_kind(Function::NAME).map(|entry| self.function(entry, shut)));
        let (keys, functions) = tokio::join!(keys, functions);
        let keys = keys.into_iter().collect::<Result<Vec<_>>>();
        let functions = functions.into_iter().collect::<Result<Vec<_>>>();
        Ok(Moved { keys: keys?.iter().sum(), functions: functions?.iter().filter(|it| **it).count() })
    }

    async fn function(&self, entry: &Entry, shut: bool) -> Result<bool> {
        let wished = self.stack.functions.get(&entry.key).and_then(|f| f.reserved_concurrency);
        let wished = wished.map(i32::try_from).transpose()?;
        let aws = self.aws.clone();
        let function = Function { aws, key: entry.key.clone(), name: entry.name.clone() };
        let Some(found) = function.find().await? else { return Ok(false) };
        if !found.owner.is_us() {
            return Ok(false);
        }
        function.set_concurrency(if shut { Some(0) } else { wished }, &self.run).await?;
        if let Some(count) = self.provisioned(&entry.key)?.filter(|_| !shut) {
            function.provisioned().put(count, &self.run).await?;
        }
        Ok(true)
    }

    /// What the file keeps ready of a function: with nothing that may run, nothing was.
    fn provisioned(&self, key: &str) -> Result<Option<i32>> {
        let wished = self.stack.functions.get(key).and_then(|f| f.provisioned_concurrency);
        Ok(wished.map(i32::try_from).transpose()?)
    }

    /// The key and its old values; how many of them were moved.
    async fn keys(&self, entry: &Entry, shut: bool) -> Result<usize> {
        let key = ApiKey { aws: self.aws.clone(), name: entry.name.clone(), has_value: false };
        let (found, old) = tokio::join!(key.find(), key.rotated(&self.run));
        let current =
            found?.filter(|found| found.owner.is_us()).map(|f| (f.output.id.clone(), f.settings.state()));
        let old = old?.into_iter().map(|old| (old.id, old.state));
        let mut moved = 0;
        for (id, state) in current.into_iter().chain(old) {
            if shut && state.enabled {
                key.mark_paused(&id, true, &self.run).await?;
                key.enable(&id, false, &self.run).await?;
                moved += 1;
            } else if !shut && state.paused {
                key.enable(&id, true, &self.run).await?;
                key.mark_paused(&id, false, &self.run).await?;
                moved += 1;
            }
        }
        Ok(moved)
    }
}
