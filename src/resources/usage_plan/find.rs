//! Which of the region's usage plans is the stack's: found by tag, which lists need not show.

use super::UsagePlan;
use crate::{
    aws::{FoundExt, ambiguous, call, ordered, tags},
    engine::{Kind as _, Owner, Run},
    resources::{
        own_api,
        rest_api::{self, anchor},
    },
};
use anyhow::Result;
use aws_sdk_apigateway::{
    operation::get_usage_plan::GetUsagePlanOutput,
    types::{ApiStage, UsagePlan as PlanOfList},
};
use futures_util::{StreamExt, TryStreamExt, future::try_join_all, stream};
use std::collections::{BTreeMap, BTreeSet};

/// Plans read at once, where all have to be: API Gateway grants ten requests a second.
const AT_ONCE: usize = 8;

/// A plan, and its keys by id with their names.
pub(super) type Candidate = (GetUsagePlanOutput, BTreeMap<String, String>);

pub(super) fn tags_of(plan: &GetUsagePlanOutput) -> tags::Tags {
    ordered(plan.tags())
}

pub(super) fn stages_of(plan: &GetUsagePlanOutput) -> BTreeSet<String> {
    let stage = |s: &ApiStage| Some(format!("{}:{}", s.api_id()?, s.stage()?));
    plan.api_stages().iter().filter_map(stage).collect()
}

fn holds_stage_of(stages: &[ApiStage], api: Option<&str>) -> bool {
    stages.iter().any(|s| s.api_id().is_some() && s.api_id() == api)
}

impl UsagePlan {
    /// The id of the stack's REST API: `known` already, or that of the one that is there.
    async fn api(&self, known: Option<&str>) -> Result<Option<String>> {
        match known {
            Some(api) => Ok(Some(api.to_owned())),
            None => Ok(anchor(&self.aws).await?.and_then(|(api, _)| api.id)),
        }
    }

    /// Ids of the plans that may be ours: of our name, or holding a stage of our API. Lists need not show tags.
    pub(super) async fn listed(&self, api: Option<&str>) -> Result<Vec<String>> {
        let all = self.aws.cloud.usage_plans().await?;
        let api = self.api(api).await?;
        let holds = |p: &PlanOfList| holds_stage_of(p.api_stages(), api.as_deref());
        let (name, chosen) = (&self.aws.file.usage_plan, self.aws.chosen(Self::WORD));
        let wanted =
            |p: &&PlanOfList| p.name() == Some(name) || chosen.is_some() && p.id() == chosen || holds(p);
        Ok(all.iter().filter(wanted).filter_map(|p| p.id.clone()).collect())
    }

    /// The same, read one by one: each plan with its keys.
    async fn candidates(&self, api: Option<&str>) -> Result<Vec<Candidate>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let found = self.listed(api).await?.into_iter().map(|id| self.get(id, &run));
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }

    pub(super) async fn get(&self, id: String, run: &Run) -> Result<Option<Candidate>> {
        let (plan, keys) =
            tokio::join!(self.plan(id.clone(), run), async { self.linked(&id, run).await.found() });
        Ok(plan?.zip(keys?))
    }

    async fn plan(&self, id: String, run: &Run) -> Result<Option<GetUsagePlanOutput>> {
        let request = self.aws.cloud.apigateway.get_usage_plan().usage_plan_id(&id);
        call(run, "GetUsagePlan", || request.clone().send()).await.found()
    }

    /// Ours under another name and with none of our stages. Only looked for where the stack has had a plan: it means
    /// reading them all.
    async fn estranged(&self) -> Result<Option<Candidate>> {
        let api = own_api(&self.aws).await?;
        let has_had =
            api.is_some_and(|api| self.aws.inventory(&rest_api::tags_of(&api)).has("usage-plan", ""));
        if !has_had {
            return Ok(None);
        }
        let (all, known) = (self.aws.cloud.usage_plans().await?, self.listed(None).await?);
        let run = self.aws.cloud.looking_at(&self.id());
        let others = all.iter().filter_map(|p| p.id.clone()).filter(|id| !known.contains(id));
        let plans: Vec<_> = others.map(|id| self.plan(id, &run)).collect();
        let mut plans = stream::iter(plans).buffer_unordered(AT_ONCE);
        while let Some(plan) = plans.try_next().await? {
            if let Some(id) = plan.filter(|p| self.aws.ownership.owns(&tags_of(p))).and_then(|p| p.id) {
                return self.get(id, &run).await;
            }
        }
        Ok(None)
    }

    /// All of the stack's, best first.
    pub(super) async fn own(&self, api: Option<&str>) -> Result<Vec<Candidate>> {
        let candidates = self.candidates(api).await?;
        self.own_of(&candidates, api).await
    }

    /// Best first: one that lets keys into our API, else one that holds a stage of it, else the lowest id (plans have no
    /// date).
    async fn own_of(&self, candidates: &[Candidate], api: Option<&str>) -> Result<Vec<Candidate>> {
        let mut ours: Vec<_> =
            candidates.iter().filter(|(p, _)| self.aws.ownership.owns(&tags_of(p))).cloned().collect();
        if ours.len() > 1 {
            let api = self.api(api).await?;
            ours.sort_by_key(|(plan, keys)| {
                (!holds_stage_of(plan.api_stages(), api.as_deref()), keys.is_empty(), plan.id.clone())
            });
        }
        Ok(ours)
    }

    pub(super) async fn described(&self) -> Result<Option<(Candidate, Owner)>> {
        let candidates = self.candidates(None).await?;
        if let Some(own) = self.own_of(&candidates, None).await?.into_iter().next() {
            let owner = self.owner(&own.0);
            return Ok(Some((own, owner)));
        }
        if let Some(own) = self.estranged().await? {
            let owner = self.owner(&own.0);
            return Ok(Some((own, owner)));
        }
        let (name, chosen) = (&self.aws.file.usage_plan, self.aws.chosen(Self::WORD));
        let chosen = |(p, _): &&Candidate| chosen.is_some() && p.id() == chosen;
        let stranger = |(p, _): &&Candidate| p.name() == Some(name) && !tags_of(p).contains_key(tags::STACK);
        let strangers: Vec<_> = match candidates.iter().find(chosen) {
            Some(one) => vec![one],
            None => candidates.iter().filter(stranger).collect(),
        };
        let ids: Vec<_> = strangers.iter().filter_map(|(p, _)| p.id()).collect();
        let several = ambiguous("usage plans", name, Self::WORD, &ids);
        Ok(strangers.first().map(|c| ((*c).clone(), several.unwrap_or_else(|| self.owner(&c.0)))))
    }

    fn owner(&self, plan: &GetUsagePlanOutput) -> Owner {
        let what =
            || format!("the usage plan {} (id {})", self.aws.file.usage_plan, plan.id().unwrap_or_default());
        self.aws.ownership.owner(&tags_of(plan), what)
    }
}
