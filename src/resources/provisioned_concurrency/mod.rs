//! Containers of the live version that are kept ready, called or not. They belong to the alias: when that moves, Lambda makes
//! others ready for the version that it names then (`docs/aws.md` 4.8).

mod wish;

pub(crate) use wish::ProvisionedConcurrencyWish;

use super::{
    LIVE,
    leftovers::Listed,
    rest_api::{own_apis, tags_of},
};
use crate::{
    aws::{FoundExt, StackAws, call, ignore_not_found},
    engine::{Deletable, Found, Kind, Owner, Run, Words},
    stack::Entry,
};
use anyhow::Result;
use aws_sdk_lambda::{
    operation::get_provisioned_concurrency_config::GetProvisionedConcurrencyConfigOutput as Answer,
    types::ProvisionedConcurrencyStatusEnum as Status,
};
use serde::Serialize;

pub(crate) struct ProvisionedConcurrency {
    pub aws: StackAws,
    pub key: String,
    pub function_name: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// Containers that were asked for.
    count: i32,
    /// `READY`, also where Lambda still makes them so; or `FAILED` and why.
    state: String,
    #[serde(skip)]
    ready: i32,
}

const READY: &str = "READY";

impl Settings {
    fn of(answer: &Answer) -> Self {
        Self {
            count: answer.requested_provisioned_concurrent_executions().unwrap_or_default(),
            state: failure(answer).unwrap_or_else(|| READY.to_owned()),
            ready: answer.available_provisioned_concurrent_executions().unwrap_or_default(),
        }
    }
}

fn failure(answer: &Answer) -> Option<String> {
    let reason = answer.status_reason().unwrap_or("no reason given");
    (answer.status() == Some(&Status::Failed)).then(|| format!("FAILED: {reason}"))
}

impl ProvisionedConcurrency {
    async fn read(&self, run: &Run) -> Result<Option<Answer>> {
        let request = self.aws.cloud.lambda.get_provisioned_concurrency_config();
        let request = request.function_name(&self.function_name).qualifier(LIVE);
        call(run, "GetProvisionedConcurrencyConfig", || request.clone().send()).await.found()
    }

    /// Asks for so many, without waiting for them.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn put(&self, count: i32, run: &Run) -> Result<()> {
        let request = self.aws.cloud.lambda.put_provisioned_concurrency_config();
        let request = request.function_name(&self.function_name).qualifier(LIVE);
        let request = request.provisioned_concurrent_executions(count);
        call(run, "PutProvisionedConcurrencyConfig", || request.clone().send()).await.map(drop)
    }

    /// # Errors
    /// As the call.
    pub(crate) async fn remove(&self, run: &Run) -> Result<()> {
        let request = self.aws.cloud.lambda.delete_provisioned_concurrency_config();
        let request = request.function_name(&self.function_name).qualifier(LIVE);
        ignore_not_found(call(run, "DeleteProvisionedConcurrencyConfig", || request.clone().send()).await)
    }

    /// Whether the stack has made it, by the inventory.
    ///
    /// # Errors
    /// As the list.
    pub(super) async fn is_listed(&self) -> Result<bool> {
        let apis = own_apis(&self.aws).await?;
        let listed = apis.first().map(|api| self.aws.inventory(&tags_of(api))).unwrap_or_default();
        Ok(listed.names(Self::NAME, &self.function_name))
    }
}

impl Kind for ProvisionedConcurrency {
    const NAME: &'static str = "provisioned-concurrency";
    const WORDS: &'static [Words] = &[Words::new(
        "count",
        "so many containers are kept ready, at a price",
        "another number of containers is kept ready than the stack file's",
    )];
    type Settings = Settings;
    type Output = ();

    fn key(&self) -> &str {
        &self.key
    }

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        format!("{}:{LIVE}", self.function_name)
    }

    fn standing(&self, found: &Found<Self>) -> Option<String> {
        let Settings { count, ready, .. } = found.settings;
        Some(format!("{ready} of {count} containers are ready"))
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let answer = self.read(&run).await?;
        Ok(answer.map(|it| Found { settings: Settings::of(&it), output: (), owner: Owner::Us }))
    }
}

impl Deletable for ProvisionedConcurrency {
    async fn delete(&self, _: &Found<Self>, run: &Run) -> Result<()> {
        self.remove(run).await
    }
}

impl Listed for ProvisionedConcurrency {
    const OUTLIVED_BY: &'static [&'static str] = &["function"];

    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self { aws: aws.clone(), key: entry.key.clone(), function_name: entry.name.clone() }
    }
}
