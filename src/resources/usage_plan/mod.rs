//! The usage plan: which keys may call which stage, how fast and how often.

mod creation;
mod find;
mod links;
mod patch;

use super::{ApiKeyOutput, RestApiOutput, StackAws, apigateway_tags, ignore_not_found};
use crate::{
    aws::{call, create_unkeyed, tags},
    engine::{Applied, Handle, Id, Live, Owner, Resource, Run, UNKNOWN},
    stack,
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use creation::Creation;
use find::{stages_of, tags_of};
use links::OwnLinks;
use patch::{operation, operations};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub struct UsagePlan {
    pub aws: StackAws,
    pub id: Id,
    pub wish: stack::UsagePlan,
    pub stage_name: String,
    pub rest_api: Handle<RestApiOutput>,
    pub stage: Id,
    pub keys: Vec<Handle<ApiKeyOutput>>,
    /// `--adopt plan=<id>`
    pub adopt: Option<String>,
    /// This one and no other: a twin, to be deleted.
    pub twin: Option<String>,
    /// What outlives it: the API, or the inventory's entry of a plan that is no longer in the stack file.
    pub anchor: Id,
}

#[derive(Debug, Serialize)]
pub struct Props {
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
pub struct UsagePlanOutput {
    pub id: String,
    /// `api:stage`, as attached.
    stages: BTreeSet<String>,
    own: OwnLinks,
}

impl UsagePlan {
    fn wished_stage(&self) -> String {
        let api = self.rest_api.get().map_or_else(|| UNKNOWN.to_owned(), |api| api.id);
        format!("{api}:{}", self.stage_name)
    }

    fn wished_keys(&self) -> BTreeMap<String, String> {
        let id = |h: &Handle<ApiKeyOutput>| h.get().map_or_else(|| format!("{UNKNOWN} {}", h.id()), |k| k.id);
        self.keys.iter().map(|h| (id(h), name_of(h))).collect()
    }

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
    async fn remove(&self, id: &str, stages: &BTreeSet<String>, run: &Run) -> Result<()> {
        let detach = stages.iter().map(|s| operation(Op::Remove, "/apiStages", Some(s.clone()))).collect();
        ignore_not_found(self.patch(id, detach, run).await)?;
        let request = self.aws.cloud.apigateway.delete_usage_plan().usage_plan_id(id);
        let result = ignore_not_found(call(run, "DeleteUsagePlan", || request.clone().send()).await);
        self.aws.cloud.forget_lists();
        result
    }
}

/// As the stack file names the key.
fn name_of(key: &Handle<ApiKeyOutput>) -> String {
    key.id().as_str().trim_start_matches("api-key/").to_owned()
}

/// `100/day`, as in the stack file.
fn quota_text(limit: i32, period: &str) -> String {
    format!("{limit}/{}", period.to_lowercase())
}

impl Resource for UsagePlan {
    type Props = Props;
    type Output = UsagePlanOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn aws_name(&self, have: Option<&Live<Self>>) -> String {
        let there = have.map(|h| format!("{} (id {})", h.props.name, h.output.id));
        there.unwrap_or_else(|| self.wish.name.clone())
    }

    fn needs(&self) -> Vec<Id> {
        self.keys.iter().map(Handle::id).chain([self.stage.clone(), self.rest_api.id()]).collect()
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.stage.clone(), self.anchor.clone()]
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        let w = &self.wish;
        // On a plan that was adopted, what the file does not name stays as it is.
        let adopted = have.filter(|h| h.owner != Owner::Us).map(|h| &h.props);
        let (stages, keys) = self.wished_links(have);
        let burst = w.throttle.map(|t| i32::try_from(t.burst)).transpose()?;
        let quota = w.quota.map(|q| format!("{}/{}", q.limit, q.period.aws().to_lowercase()));
        Ok(Props {
            name: w.name.clone(),
            description: adopted.map(|a| a.description.clone()).unwrap_or_default(),
            rate: w.throttle.map(|t| t.rate).or(adopted.and_then(|a| a.rate)),
            burst: burst.or(adopted.and_then(|a| a.burst)),
            quota: quota.or(adopted.and_then(|a| a.quota.clone())),
            quota_offset: adopted.map_or(0, |a| a.quota_offset),
            stages,
            keys,
            tags: self.aws.ownership.tags(&self.id, have.map(|h| &h.owner)),
        })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let Some(((plan, keys), owner)) = self.find().await? else { return Ok(None) };
        let id = plan.id.clone().context("GetUsagePlan answered without an id")?;
        let stages = stages_of(&plan);
        let output = UsagePlanOutput { id, own: self.own_links().await?, stages: stages.clone() };
        let throttle = plan.throttle();
        let quota = plan.quota();
        let props = Props {
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
        Ok(Some(Live { props, output, owner }))
    }

    async fn create(&self, want: &Props, run: &Run) -> Result<UsagePlanOutput> {
        let id = create_unkeyed(&Creation { of: self, want, run }, run).await?;
        Ok(UsagePlanOutput { id, stages: want.stages.clone(), own: OwnLinks::default() })
    }

    async fn update(&self, have: &Live<Self>, want: &Props, run: &Run) -> Result<Applied<UsagePlanOutput>> {
        let id = &have.output.id;
        let arn = apigateway_tags::arn(&self.aws, &format!("usageplans/{id}"))?;
        apigateway_tags::set(&self.aws, &arn, &have.props.tags, &want.tags, run).await?;
        self.patch(id, operations(&have.props, want), run).await?;
        for key in have.props.keys.keys().filter(|k| !want.keys.contains_key(*k)) {
            self.unlink(id, key, run).await?;
        }
        for key in want.keys.keys().filter(|k| !have.props.keys.contains_key(*k)) {
            self.take(id, key, run).await?;
        }
        self.aws.cloud.forget_lists();
        Ok(Applied::in_place(UsagePlanOutput { stages: want.stages.clone(), ..have.output.clone() }))
    }

    async fn delete(&self, have: &Live<Self>, run: &Run) -> Result<()> {
        self.remove(&have.output.id, &have.output.stages, run).await
    }
}
