//! Deployments: snapshots of the definition, of which a stage serves one.

use super::{Stage, StageWish};
use crate::{
    aws::{
        Class, FoundExt, Patience, call, call_once, failure_of, ignore_not_found, is_class, pages,
        wait_at_most,
    },
    engine::Run,
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::Deployment;
use std::{collections::BTreeSet, time::Duration};

/// Own deployments that stay besides the live one, to go back to.
const KEEP: usize = 3;

/// Deployments made of one definition until one shows all of it.
const TRIES: u32 = 3;

/// Between tries of a deployment that may have been made.
const AGAIN: Duration = Duration::from_secs(1);

impl StageWish {
    /// A deployment of the wished definition that really holds it: one that is there (a run died before it moved the
    /// stage), or a new one.
    pub(super) async fn deployment(
        &self,
        api: &str,
        description: &str,
        is_live: bool,
        run: &Run,
    ) -> Result<String> {
        if is_live && !self.redeploy {
            let there = self.stage.deployments(api, run).await?;
            for candidate in there.iter().filter(|d| d.description() == Some(description)) {
                let id = candidate.id().unwrap_or_default();
                if self.is_complete(api, id, run).await?.is_ok() {
                    return Ok(id.to_owned());
                }
            }
        }
        self.deployed(api, description, run).await
    }

    /// A new deployment that shows what is wished. After the last try, one that may show something else: AWS then writes
    /// some method down in another way than we read it, and more of the same would change nothing.
    async fn deployed(&self, api: &str, description: &str, run: &Run) -> Result<String> {
        for tries_left in (0..TRIES).rev() {
            let id = self.deploy(api, description, run).await?;
            let ask = || self.is_complete(api, &id, run);
            match wait_at_most(run, Patience::SETTLES, "the import to settle", ask).await? {
                Ok(()) => return Ok(id),
                Err(_) if tries_left > 0 => {}
                Err(standing) => {
                    run.note(format!("{standing}, also after {TRIES} deployments; the stage serves the last one all the same"));
                    return Ok(id);
                }
            }
        }
        unreachable!("the last try returns")
    }

    /// Without a clear answer it is looked for, and made again where it is not there: one too many does no harm.
    async fn deploy(&self, api: &str, description: &str, run: &Run) -> Result<String> {
        let request =
            self.stage.aws.cloud.apigateway.create_deployment().rest_api_id(api).description(description);
        for tries_left in (0..3).rev() {
            match call_once(run, "CreateDeployment", || request.clone().send()).await {
                Ok(made) => return made.id.context("CreateDeployment answered without an id"),
                Err(e) if tries_left > 0 && is_unclear(&e) => run.note(format!("no clear answer ({e})")),
                Err(e) => return Err(e),
            }
            // What is there of this description before a redeployment is what it is to replace.
            if !self.redeploy
                && let Some(made) = self.stage.newest(api, description, run).await?
            {
                return Ok(made);
            }
            run.stop.sleep(AGAIN).await?;
        }
        unreachable!("the last try returns")
    }

    /// Imports settle with a delay: a deployment made too early misses what was imported.
    async fn is_complete(&self, api: &str, deployment: &str, run: &Run) -> Result<Result<(), String>> {
        let request =
            self.stage.aws.cloud.apigateway.get_deployment().rest_api_id(api).deployment_id(deployment);
        let request = request.embed("apisummary");
        let Some(answer) = call(run, "GetDeployment", || request.clone().send()).await.found()? else {
            return Ok(Err("AWS does not show the deployment yet".to_owned()));
        };
        let mut shown = BTreeSet::new();
        for (path, methods) in answer.api_summary().into_iter().flatten() {
            shown.extend(methods.keys().map(|m| (path.clone(), m.clone())));
        }
        let wished = self.document.methods()?;
        Ok(if shown == wished {
            Ok(())
        } else {
            Err(format!(
                "the deployment shows {} of {} methods",
                shown.intersection(&wished).count(),
                wished.len()
            ))
        })
    }
}

impl Stage {
    pub(super) async fn deployments(&self, api: &str, run: &Run) -> Result<Vec<Deployment>> {
        pages(async |position| {
            let request = self.aws.cloud.apigateway.get_deployments().rest_api_id(api);
            let request = request.limit(500).set_position(position);
            let page = call(run, "GetDeployments", || request.clone().send()).await?;
            Ok((page.items.unwrap_or_default(), page.position))
        })
        .await
    }

    async fn newest(&self, api: &str, description: &str, run: &Run) -> Result<Option<String>> {
        let there = self.deployments(api, run).await?;
        let ours = there.into_iter().filter(|d| d.description() == Some(description));
        Ok(ours.max_by_key(|d| d.created_date.map(|c| c.as_nanos())).and_then(|d| d.id))
    }

    /// Own deployments that nothing points to any more, beyond the last few. Best effort: a run that can't is a run
    /// that leaves a few more.
    pub(super) async fn prune(&self, api: &str, live: &str, run: &Run) -> Result<()> {
        let mut own = self.deployments(api, run).await?;
        own.retain(|d| d.description().is_some_and(|t| t.starts_with("lambdeploy ")) && d.id() != Some(live));
        own.sort_by_key(|d| std::cmp::Reverse(d.created_date.map(|c| c.as_nanos())));
        for old in own.iter().skip(KEEP).filter_map(|d| d.id()) {
            let request = self.aws.cloud.apigateway.delete_deployment().rest_api_id(api).deployment_id(old);
            match ignore_not_found(call(run, "DeleteDeployment", || request.clone().send()).await) {
                // Another stage points to it.
                Err(e) if failure_of(&e).is_some_and(|f| f.is("BadRequestException")) => {}
                other => other?,
            }
        }
        Ok(())
    }
}

fn is_unclear(error: &anyhow::Error) -> bool {
    is_class(error, Class::Ambiguous)
}
