//! What the stack file wishes of the containers that are kept ready.

use super::{ProvisionedConcurrency, READY, Settings, failure};
use crate::{
    aws::{Patience, wait_until},
    engine::{Applied, Found, Need, Run, Wish},
    resources::{AccountConcurrency, AliasOutput, LIVE, NotStarted, RestApiOutput, function::FunctionWish},
};
use anyhow::Result;
use aws_sdk_lambda::types::ProvisionedConcurrencyStatusEnum as Status;
use std::rc::Rc;

pub(crate) struct ProvisionedConcurrencyWish {
    pub provisioned: ProvisionedConcurrency,
    pub function: Rc<FunctionWish>,
    pub alias: Need<AliasOutput>,
    pub rest_api: Need<RestApiOutput>,
    pub account: Need<Option<AccountConcurrency>>,
    /// Containers; at least 1.
    pub count: u32,
    /// A new version gets a share of the calls first.
    pub canary: bool,
}

impl ProvisionedConcurrency {
    async fn ready(&self, run: &Run) -> Result<()> {
        let ask = || async {
            let Some(answer) = self.read(run).await? else {
                return Ok(Err("AWS does not see it yet".to_owned()));
            };
            let Settings { count, ready, .. } = Settings::of(&answer);
            match failure(&answer) {
                Some(why) => Err(NotStarted::of(&self.function_name, &self.what(), why).into()),
                None if answer.status() == Some(&Status::Ready) => Ok(Ok(())),
                None => Ok(Err(format!("{ready} of {count} are ready"))),
            }
        };
        wait_until(run, Patience::AT_WORK, "the containers to be ready", ask).await
    }

    fn what(&self) -> String {
        format!("the provisioned concurrency of {}:{LIVE}", self.function_name)
    }
}

impl ProvisionedConcurrencyWish {
    /// AWS changes none while two versions share the calls.
    fn shared(&self) -> Option<String> {
        let name = &self.provisioned.function_name;
        if let Some(version) = self.alias.get().and_then(|alias| alias.canary) {
            return Some(format!(
                "version {version} of {name} gets a share of the calls, and until that ends Lambda changes no provisioned concurrency: \
                 `lambdeploy promote` or `lambdeploy rollback` ends it"
            ));
        }
        let live = self.alias.get().filter(|_| self.canary).map(|alias| alias.content);
        live.is_some_and(|content| content.is_none() || content != self.function.content()).then(|| {
            format!(
                "a new version of {name} is to get a share of the calls first, and meanwhile Lambda changes no provisioned concurrency: \
                 release it without a canary (--canary 100%), or change `provisioned_concurrency` in an `up` of its own"
            )
        })
    }

    /// Why so many can't be had; what the function has reserved is its own.
    fn overbooked(&self, own: i32) -> Option<String> {
        let account = self.account.get()??;
        let (wanted, others) =
            (i32::try_from(self.count).ok()?, i32::try_from(self.function.taken_by_others).ok()?);
        let reserves = self.function.concurrency_now().is_some();
        account.provisioned(wanted, own, others).filter(|_| !reserves)
    }
}

impl Wish for ProvisionedConcurrencyWish {
    type Kind = ProvisionedConcurrency;

    fn kind(&self) -> &ProvisionedConcurrency {
        &self.provisioned
    }

    fn settings(&self, _: Option<&Found<ProvisionedConcurrency>>) -> Result<Settings> {
        Ok(Settings { count: i32::try_from(self.count)?, state: READY.to_owned(), ready: 0 })
    }

    /// None runs while the stack is paused.
    fn is_wished(&self, _: Option<&Found<ProvisionedConcurrency>>) -> bool {
        self.rest_api.get().is_none_or(|api| api.paused.is_none())
    }

    fn refuses(&self, found: Option<&Found<ProvisionedConcurrency>>, want: &Settings) -> Option<String> {
        let have = found.map(|f| &f.settings);
        if have.is_some_and(|have| have.count == want.count && have.state == want.state) {
            return None;
        }
        self.shared().or_else(|| self.overbooked(have.map_or(0, |have| have.count)))
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<()> {
        self.provisioned.put(want.count, run).await?;
        self.provisioned.ready(run).await
    }

    async fn update(
        &self,
        _: &Found<ProvisionedConcurrency>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<()>> {
        Ok(Applied::in_place(self.create(want, run).await?))
    }
}
