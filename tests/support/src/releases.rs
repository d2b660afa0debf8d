//! `up` with a canary that is watched, `promote` and `rollback`, as the commands do them.

use crate::world::World;
use anyhow::{Context as _, ensure};
use futures_util::FutureExt;
use lambdeploy::testing::{
    deployer::Task,
    engine::{Options, Report, Stop},
    stack::Stack,
    stack_graph::{Came, FunctionReleases, LiveStack, StackGraph, VersionChange, Wishes, releases},
};

impl World {
    /// As `rollback` does: of all functions or of one, to the version before or to one.
    pub async fn rollback(
        &self,
        text: &str,
        key: Option<&str>,
        to: Option<u64>,
        stop: &Stop,
    ) -> anyhow::Result<Vec<VersionChange>> {
        let stack = self.stack(text);
        self.live(&stack, key, stop).await?.rollback(to).await
    }

    pub async fn releases(&self, text: &str) -> Vec<FunctionReleases> {
        let stack = self.stack(text);
        let cloud = self.deployer(&stack, Task::Up).await;
        releases(&stack, &cloud).boxed_local().await.unwrap()
    }

    pub async fn promote(&self, text: &str, stop: &Stop) -> anyhow::Result<Vec<VersionChange>> {
        let stack = self.stack(text);
        self.live(&stack, None, stop).await?.promote().await
    }

    /// What is live of a stack that is deployed.
    pub async fn live<'a>(
        &self,
        stack: &'a Stack,
        key: Option<&str>,
        stop: &Stop,
    ) -> anyhow::Result<LiveStack<'a>> {
        let cloud = self.deployer(stack, Task::Up).await;
        let found = LiveStack::find(stack, &cloud, key, self.sink(), stop).boxed_local().await?;
        found.context("it is not deployed")
    }

    /// A whole `up` but for the contract: with smoke checks, a canary that is watched, and tidying up. What failed is in the report.
    pub async fn release(&self, text: &str, wishes: Wishes, stop: &Stop) -> anyhow::Result<Report> {
        let stack = self.stack(text);
        let graph = self.observed(&stack, wishes).await?;
        if let Some((id, why)) = graph.plan(&Options::default())?.refusals().next() {
            anyhow::bail!("{id}: {why}");
        }
        let report = graph.apply(&Options::default(), self.sink(), stop).await;
        if report.is_complete() {
            let came = self.watch(&graph, stop).await?;
            ensure!(!matches!(came, Some(Came::Back(..))), "{came:?}");
            let untidy = graph.tidy(self.sink(), stop).await;
            ensure!(untidy.is_empty() || stop.is_set(), "{untidy:?}");
        }
        Ok(report)
    }

    /// Watches what has a share of the calls for two minutes; `None`: nothing has.
    pub async fn watch(&self, graph: &StackGraph<'_>, stop: &Stop) -> anyhow::Result<Option<Came>> {
        if !graph.has_canaries() {
            return Ok(None);
        }
        Ok(Some(graph.watch(Some(120), |_| {}, self.sink(), stop).await?))
    }
}
