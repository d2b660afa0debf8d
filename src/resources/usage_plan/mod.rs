//! The usage plan: which keys may call which stage, how fast and how often.

mod creation;
mod find;
mod links;
mod patch;

use super::{
    ApiKey, ApiKeyOutput, RestApiOutput, chains,
    leftovers::{Dooms, Listed},
    twin::{self, Twinned},
};
use crate::{
    aws::{StackAws, apigateway_tags, call, create_unkeyed, ignore_not_found, tags},
    engine::{Applied, Breaks, Deletable, Found, Graph, Id, Kind, Link, Need, Owner, Run, UNKNOWN, Wish},
    stack::{self, Entry},
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::PatchOperation;
use creation::Creation;
use find::{Candidate, stages_of, tags_of};
use links::OwnLinks;
use patch::{operations, without};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone)]
pub(crate) struct UsagePlan {
    pub aws: StackAws,
}

/// What the stack file wishes of it.
pub(crate) struct UsagePlanWish {
    pub plan: UsagePlan,
    pub wish: stack::UsagePlan,
    pub rest_api: Need<RestApiOutput>,
    /// With their names in the stack file.
    pub keys: Vec<(String, Need<ApiKeyOutput>)>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    name: String,
    description: String,
    /// Requests a second.
    rate: Option<f64>,
    burst: Option<i32>,
    quota: Option<String>,
    quota_offset: i32,
    /// `api:stage`
    stages: BTreeSet<String>,
    /// Key id to its name.
    keys: BTreeMap<String, String>,
    tags: tags::Tags,
}

#[derive(Debug, Clone)]
pub(crate) struct UsagePlanOutput {
    pub id: String,
    /// `api:stage`, as attached.
    stages: BTreeSet<String>,
    own: OwnLinks,
}

impl Settings {
    /// `100/day`
    pub(crate) fn quota(&self) -> Option<&str> {
        self.quota.as_deref()
    }

    /// Key ids with their names.
    pub(crate) fn keys(&self) -> &BTreeMap<String, String> {
        &self.keys
    }
}

impl UsagePlan {
    /// `--adopt plan=<id>`
    pub(crate) const WORD: &'static str = "plan";

    /// Everything in one call: AWS grants one in 20 s.
    async fn patch(&self, plan: &str, operations: Vec<PatchOperation>, run: &Run) -> Result<()> {
        if operations.is_empty() {
            return Ok(());
        }
        let request = self.aws.cloud.apigateway.update_usage_plan().usage_plan_id(plan);
        let request = request.set_patch_operations(Some(operations));
        call(run, "UpdateUsagePlan", || request.clone().send()).await.map(drop)
    }

    /// AWS refuses to delete a plan that holds stages.
    async fn delete_plan(&self, id: &str, stages: &BTreeSet<String>, run: &Run) -> Result<()> {
        ignore_not_found(self.patch(id, without(stages.iter()).collect(), run).await)?;
        let request = self.aws.cloud.apigateway.delete_usage_plan().usage_plan_id(id);
        let result = ignore_not_found(call(run, "DeleteUsagePlan", || request.clone().send()).await);
        self.aws.cloud.forget_usage_plans();
        result
    }

    async fn found(&self, (plan, keys): Candidate, owner: Owner) -> Result<Found<Self>> {
        let id = plan.id.clone().context("GetUsagePlan answered without an id")?;
        let stages = stages_of(&plan);
        let output = UsagePlanOutput { id, own: self.own_links().await?, stages: stages.clone() };
        let throttle = plan.throttle();
        let quota = plan.quota();
        let settings = Settings {
            name: plan.name().unwrap_or_default().to_owned(),
            description: plan.description().unwrap_or_default().to_owned(),
            rate: throttle.map(|t| t.rate_limit),
            burst: throttle.map(|t| t.burst_limit),
            quota: quota.and_then(|q| Some(quota_text(q.limit, q.period()?.as_str()))),
            quota_offset: quota.map_or(0, |q| q.offset),
            stages,
            keys,
            tags: self.aws.ownership.managed(&tags_of(&plan), &owner),
        };
        Ok(Found { settings, output, owner })
    }
}

impl UsagePlanWish {
    fn wished_stage(&self) -> String {
        let api = self.rest_api.get().map_or_else(|| UNKNOWN.to_owned(), |api| api.id);
        format!("{api}:{}", self.plan.aws.file.stage)
    }

    fn wished_keys(&self) -> BTreeMap<String, String> {
        let id = |key: &Need<ApiKeyOutput>, name: &str| {
            key.get().map_or_else(|| format!("{UNKNOWN} {}", Id::of(ApiKey::NAME, name)), |k| k.id)
        };
        self.keys.iter().map(|(name, key)| (id(key, name), name.clone())).collect()
    }
}

/// `100/day`, as in the stack file.
fn quota_text(limit: i32, period: &str) -> String {
    format!("{limit}/{}", period.to_lowercase())
}

impl Kind for UsagePlan {
    const NAME: &'static str = "usage-plan";
    const LINKS: &'static [Link] = &[Link::of(chains::KEY, Breaks::Fields(&["keys", "stages"]))];
    type Settings = Settings;
    type Output = UsagePlanOutput;

    fn aws_name(&self, found: Option<&Found<Self>>) -> String {
        let there = found.map(|f| format!("{} (id {})", f.settings.name, f.output.id));
        there.unwrap_or_else(|| self.aws.file.usage_plan.clone())
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        match self.described().await? {
            Some((candidate, owner)) => self.found(candidate, owner).await.map(Some),
            None => Ok(None),
        }
    }
}

impl Deletable for UsagePlan {
    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        Twinned::remove(self, &found.output, run).await
    }
}

impl Listed for UsagePlan {
    const OUTLIVED_BY: &'static [&'static str] = &["stage"];
    const IS_SOUGHT: bool = true;

    fn of(aws: &StackAws, _: &Entry) -> Self {
        Self { aws: aws.clone() }
    }

    async fn doom_twins(aws: &StackAws, dooms: &mut Dooms, graph: &mut Graph) -> Result<()> {
        twin::doom(Self { aws: aws.clone() }, Self::OUTLIVED_BY, dooms, graph).await
    }
}

impl Twinned for UsagePlan {
    /// Looks closer only where the list shows several that may be.
    async fn twins(&self) -> Result<Vec<String>> {
        if self.listed(None).await?.len() < 2 {
            return Ok(Vec::new());
        }
        Ok(self.own(None).await?.into_iter().skip(1).filter_map(|(p, _)| p.id).collect())
    }

    async fn by_id(&self, id: &str) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        match self.get(id.to_owned(), &run).await?.filter(|(p, _)| self.aws.ownership.owns(&tags_of(p))) {
            Some(plan) => self.found(plan, Owner::Us).await.map(Some),
            None => Ok(None),
        }
    }

    /// AWS refuses to delete a plan that holds stages.
    async fn remove(&self, output: &UsagePlanOutput, run: &Run) -> Result<()> {
        self.delete_plan(&output.id, &output.stages, run).await
    }
}

impl Wish for UsagePlanWish {
    type Kind = UsagePlan;

    fn kind(&self) -> &UsagePlan {
        &self.plan
    }

    fn settings(&self, found: Option<&Found<UsagePlan>>) -> Result<Settings> {
        let w = &self.wish;
        // On a plan that was adopted, what the file does not name stays as it is.
        let adopted = found.and_then(Found::adopted);
        let (stages, keys) = self.wished_links(found);
        let burst = w.throttle.map(|t| i32::try_from(t.burst)).transpose()?;
        let quota = w.quota.map(|q| format!("{}/{}", q.limit, q.period.aws().to_lowercase()));
        Ok(Settings {
            name: w.name.clone(),
            description: adopted.map(|a| a.description.clone()).unwrap_or_default(),
            rate: w.throttle.map(|t| t.rate).or(adopted.and_then(|a| a.rate)),
            burst: burst.or(adopted.and_then(|a| a.burst)),
            quota: quota.or(adopted.and_then(|a| a.quota.clone())),
            quota_offset: adopted.map_or(0, |a| a.quota_offset),
            stages,
            keys,
            tags: self.plan.aws.ownership.tags(&self.plan.id(), found.map(|f| &f.owner)),
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<UsagePlanOutput> {
        let id = create_unkeyed(&Creation { of: self, want, run }, run).await?;
        Ok(UsagePlanOutput { id, stages: want.stages.clone(), own: OwnLinks::default() })
    }

    async fn update(
        &self,
        found: &Found<UsagePlan>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<UsagePlanOutput>> {
        let (plan, id, have) = (&self.plan, &found.output.id, &found.settings);
        let arn = apigateway_tags::arn(&plan.aws.cloud, &format!("usageplans/{id}"))?;
        apigateway_tags::set(&plan.aws.cloud, &arn, &have.tags, &want.tags, run).await?;
        plan.patch(id, operations(have, want), run).await?;
        for key in have.keys.keys().filter(|k| !want.keys.contains_key(*k)) {
            plan.unlink(id, key, run).await?;
        }
        for key in want.keys.keys().filter(|k| !have.keys.contains_key(*k)) {
            plan.take(id, key, run).await?;
        }
        plan.aws.cloud.forget_usage_plans();
        Ok(Applied::in_place(UsagePlanOutput { stages: want.stages.clone(), ..found.output.clone() }))
    }
}
