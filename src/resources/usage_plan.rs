//! The usage plan: which keys may call which stage, how fast and how often.

use super::{
    ApiKeyOutput, Context, RestApiOutput, gone,
    rest_api::{anchor, tagging},
};
use crate::{
    aws::{Class, FoundExt, Unkeyed, call, call_once, create_unkeyed, failure_of, tags},
    engine::{Applied, Handle, Id, Live, Owner, Reporter, Resource, UNKNOWN},
    stack,
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::{
    operation::get_usage_plan::GetUsagePlanOutput,
    types::{
        ApiStage, Op, PatchOperation, QuotaPeriodType, QuotaSettings, ThrottleSettings, UsagePlan as Listed,
    },
};
use futures_util::future::try_join_all;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub struct UsagePlan {
    pub at: Context,
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
}

impl UsagePlan {
    fn wished_stage(&self) -> String {
        let api = self.rest_api.get().map_or_else(|| UNKNOWN.to_owned(), |api| api.id);
        format!("{api}:{}", self.stage_name)
    }

    fn wished_keys(&self) -> BTreeMap<String, String> {
        let name = |h: &Handle<ApiKeyOutput>| h.id().as_str().trim_start_matches("api-key/").to_owned();
        let id = |h: &Handle<ApiKeyOutput>| h.get().map_or_else(|| format!("{UNKNOWN} {}", h.id()), |k| k.id);
        self.keys.iter().map(|h| (id(h), name(h))).collect()
    }

    /// Ids of the plans that may be ours: of our name, or holding a stage of our API. Lists need not show tags.
    async fn listed(&self) -> Result<Vec<String>> {
        let all = self.at.cloud.usage_plans().await?;
        let apis: Vec<String> = match self.rest_api.get() {
            Some(api) => vec![api.id],
            None => anchor(&self.at).await?.into_iter().filter_map(|(a, _)| a.id).collect(),
        };
        let holds = |p: &Listed| {
            p.api_stages().iter().any(|s| s.api_id().is_some_and(|id| apis.iter().any(|a| a == id)))
        };
        let wanted = |p: &&Listed| match &self.twin {
            Some(id) => p.id() == Some(id),
            None => p.name() == Some(&self.wish.name) || p.id == self.adopt && p.id.is_some() || holds(p),
        };
        Ok(all.iter().filter(wanted).filter_map(|p| p.id.clone()).collect())
    }

    /// The same, read one by one: each plan with its keys.
    async fn candidates(&self) -> Result<Vec<Candidate>> {
        let to = Reporter::silent(self.id.clone());
        let found = self.listed().await?.into_iter().map(|id| self.get(id, &to));
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }

    /// Ids of ours beyond the best one. Looks closer only where the list shows several that may be.
    ///
    /// # Errors
    /// As the calls.
    pub async fn twins(&self) -> Result<Vec<String>> {
        if self.listed().await?.len() < 2 {
            return Ok(Vec::new());
        }
        Ok(self.own().await?.into_iter().skip(1).filter_map(|(p, _)| p.id).collect())
    }

    async fn get(&self, id: String, to: &Reporter) -> Result<Option<Candidate>> {
        let request = self.at.cloud.apigateway.get_usage_plan().usage_plan_id(&id);
        let get = async { call(to, "GetUsagePlan", || request.clone().send()).await.found() };
        let (plan, keys) = tokio::join!(get, async { self.linked(&id, to).await.found() });
        Ok(plan?.zip(keys?))
    }

    async fn own(&self) -> Result<Vec<Candidate>> {
        Ok(self.own_of(&self.candidates().await?))
    }

    /// Best first: one that holds a stage, else the lowest id (plans have no date).
    fn own_of(&self, candidates: &[Candidate]) -> Vec<Candidate> {
        let mut ours: Vec<_> =
            candidates.iter().filter(|(p, _)| self.at.own.owns(&tags_of(p))).cloned().collect();
        ours.sort_by_key(|(p, _)| (p.api_stages().is_empty(), p.id.clone()));
        ours
    }

    async fn find(&self) -> Result<Option<(Candidate, Owner)>> {
        let candidates = self.candidates().await?;
        if let Some(own) = self.own_of(&candidates).into_iter().next() {
            let owner = self.owner(&own.0);
            return Ok(Some((own, owner)));
        }
        let chosen = |(p, _): &&Candidate| self.adopt.is_some() && p.id == self.adopt;
        let stranger =
            |(p, _): &&Candidate| p.name() == Some(&self.wish.name) && !tags_of(p).contains_key(tags::STACK);
        let strangers: Vec<_> = match candidates.iter().find(chosen) {
            Some(one) => vec![one],
            None => candidates.iter().filter(stranger).collect(),
        };
        let ids: Vec<_> = strangers.iter().filter_map(|(p, _)| p.id()).collect();
        let several = super::one_of("usage plans", &self.wish.name, "plan", &ids);
        Ok(strangers.first().map(|c| ((*c).clone(), several.unwrap_or_else(|| self.owner(&c.0)))))
    }

    fn owner(&self, plan: &GetUsagePlanOutput) -> Owner {
        let what = || format!("the usage plan {} (id {})", self.wish.name, plan.id().unwrap_or_default());
        self.at.own.owner(&tags_of(plan), what)
    }

    /// Key id to name. The answer holds the values too; they go no further.
    async fn linked(&self, plan: &str, to: &Reporter) -> Result<BTreeMap<String, String>> {
        let (mut keys, mut position) = (BTreeMap::new(), None);
        loop {
            let request = self.at.cloud.apigateway.get_usage_plan_keys().usage_plan_id(plan).limit(500);
            let request = request.set_position(position);
            let page = call(to, "GetUsagePlanKeys", || request.clone().send()).await?;
            let items = page.items.unwrap_or_default();
            keys.extend(items.into_iter().filter_map(|k| Some((k.id?, k.name.unwrap_or_default()))));
            position = page.position;
            if position.is_none() {
                return Ok(keys);
            }
        }
    }

    async fn link(&self, plan: &str, key: &str, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.apigateway.create_usage_plan_key();
        let request = request.usage_plan_id(plan).key_id(key).key_type("API_KEY");
        match call(to, "CreateUsagePlanKey", || request.clone().send()).await {
            // Linked already (a lost reply), or linked through another plan of the same stage.
            Err(e) if failure_of(&e).is_some_and(|f| f.class() == Class::AlreadyThere) => {
                let linked = self.linked(plan, to).await?.contains_key(key);
                if linked { Ok(()) } else { Err(e.context("the key is in another usage plan of this stage")) }
            }
            other => other.map(drop),
        }
    }

    async fn unlink(&self, plan: &str, key: &str, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.apigateway.delete_usage_plan_key().usage_plan_id(plan).key_id(key);
        gone(call(to, "DeleteUsagePlanKey", || request.clone().send()).await)
    }

    /// Everything in one call: AWS grants one in 20 s.
    async fn patch(&self, plan: &str, operations: Vec<PatchOperation>, to: &Reporter) -> Result<()> {
        if operations.is_empty() {
            return Ok(());
        }
        let request = self.at.cloud.apigateway.update_usage_plan().usage_plan_id(plan);
        let request = request.set_patch_operations(Some(operations));
        call(to, "UpdateUsagePlan", || request.clone().send()).await.map(drop)
    }

    fn throttle(&self) -> Option<ThrottleSettings> {
        let t = self.wish.throttle?;
        Some(
            ThrottleSettings::builder()
                .rate_limit(t.rate)
                .burst_limit(i32::try_from(t.burst).unwrap_or(i32::MAX))
                .build(),
        )
    }

    fn quota(&self) -> Option<QuotaSettings> {
        let q = self.wish.quota?;
        let limit = i32::try_from(q.limit).unwrap_or(i32::MAX);
        Some(QuotaSettings::builder().limit(limit).period(QuotaPeriodType::from(q.period.aws())).build())
    }
}

/// A plan, and its keys by id with their names.
type Candidate = (GetUsagePlanOutput, BTreeMap<String, String>);

fn tags_of(plan: &GetUsagePlanOutput) -> tags::Tags {
    plan.tags().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn stages_of(plan: &GetUsagePlanOutput) -> BTreeSet<String> {
    let stage = |s: &ApiStage| Some(format!("{}:{}", s.api_id()?, s.stage()?));
    plan.api_stages().iter().filter_map(stage).collect()
}

/// `100/day`, as in the stack file.
fn quota_text(limit: i32, period: &str) -> String {
    format!("{limit}/{}", period.to_lowercase())
}

fn operation(op: Op, path: &str, value: Option<String>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value).build()
}

fn operations(have: &Props, want: &Props) -> Vec<PatchOperation> {
    let mut all = Vec::new();
    for stage in want.stages.difference(&have.stages) {
        all.push(operation(Op::Add, "/apiStages", Some(stage.clone())));
    }
    for stage in have.stages.difference(&want.stages) {
        all.push(operation(Op::Remove, "/apiStages", Some(stage.clone())));
    }
    if have.name != want.name {
        all.push(operation(Op::Replace, "/name", Some(want.name.clone())));
    }
    if have.description != want.description {
        all.push(operation(Op::Replace, "/description", Some(want.description.clone())));
    }
    all.extend(throttle_operations(have, want));
    all.extend(quota_operations(have, want));
    all
}

fn throttle_operations(have: &Props, want: &Props) -> Vec<PatchOperation> {
    match (want.rate, want.burst) {
        _ if (have.rate, have.burst) == (want.rate, want.burst) => Vec::new(),
        (Some(rate), Some(burst)) => vec![
            operation(Op::Replace, "/throttle/rateLimit", Some(rate.to_string())),
            operation(Op::Replace, "/throttle/burstLimit", Some(burst.to_string())),
        ],
        _ => vec![operation(Op::Remove, "/throttle", None)],
    }
}

fn quota_operations(have: &Props, want: &Props) -> Vec<PatchOperation> {
    let same = have.quota == want.quota && have.quota_offset == want.quota_offset;
    match want.quota.as_ref().and_then(|q| q.split_once('/')) {
        _ if same => Vec::new(),
        Some((limit, period)) => vec![
            operation(Op::Replace, "/quota/limit", Some(limit.to_owned())),
            operation(Op::Replace, "/quota/period", Some(period.to_uppercase())),
            operation(Op::Replace, "/quota/offset", Some(want.quota_offset.to_string())),
        ],
        None => vec![operation(Op::Remove, "/quota", None)],
    }
}

struct Creation<'a> {
    of: &'a UsagePlan,
    want: &'a Props,
    to: &'a Reporter,
}

impl Unkeyed for Creation<'_> {
    /// The plan's id.
    type Item = String;

    async fn ours(&self, mine: Option<&String>) -> Result<Vec<String>> {
        self.of.at.cloud.forget_usage_plans();
        let listed = self.of.listed().await?;
        match mine {
            // Nobody else's, and perhaps not even ours yet in a lagging list.
            Some(mine) if listed.iter().all(|id| id == mine) => Ok(vec![mine.clone()]),
            _ => Ok(self.of.own().await?.into_iter().filter_map(|(p, _)| p.id).collect()),
        }
    }

    async fn complete(&self, id: &String) -> Result<()> {
        try_join_all(self.want.keys.keys().map(|key| self.of.link(id, key, self.to))).await.map(drop)
    }

    async fn create(&self) -> Result<String> {
        let mut request = self.of.at.cloud.apigateway.create_usage_plan();
        request = request
            .name(&self.want.name)
            .set_throttle(self.of.throttle())
            .set_quota(self.of.quota())
            .set_tags(Some(self.want.tags.clone().into_iter().collect()));
        for stage in &self.want.stages {
            let (api, stage) = stage.split_once(':').unwrap_or((stage, ""));
            request = request.api_stages(ApiStage::builder().api_id(api).stage(stage).build());
        }
        let made = call_once(self.to, "CreateUsagePlan", || request.clone().send()).await?;
        made.id.context("CreateUsagePlan answered without an id")
    }

    async fn delete(&self, id: &String) -> Result<()> {
        self.of.remove(id, &self.want.stages, self.to).await
    }

    fn same(a: &String, b: &String) -> bool {
        a == b
    }
}

impl UsagePlan {
    /// AWS refuses to delete a plan that holds stages.
    async fn remove(&self, id: &str, stages: &BTreeSet<String>, to: &Reporter) -> Result<()> {
        let detach = stages.iter().map(|s| operation(Op::Remove, "/apiStages", Some(s.clone()))).collect();
        gone(self.patch(id, detach, to).await)?;
        let request = self.at.cloud.apigateway.delete_usage_plan().usage_plan_id(id);
        let result = gone(call(to, "DeleteUsagePlan", || request.clone().send()).await);
        self.at.cloud.forget_lists();
        result
    }
}

impl Resource for UsagePlan {
    type Props = Props;
    type Output = UsagePlanOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn needs(&self) -> Vec<Id> {
        self.keys.iter().map(Handle::id).chain([self.stage.clone(), self.rest_api.id()]).collect()
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.stage.clone(), self.rest_api.id()]
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        let w = &self.wish;
        Ok(Props {
            name: w.name.clone(),
            description: String::new(),
            rate: w.throttle.map(|t| t.rate),
            burst: w.throttle.map(|t| i32::try_from(t.burst)).transpose()?,
            quota: w.quota.map(|q| format!("{}/{}", q.limit, q.period.aws().to_lowercase())),
            quota_offset: 0,
            stages: [self.wished_stage()].into(),
            keys: self.wished_keys(),
            tags: self.at.own.tags(&self.id, have.map(|h| &h.owner)),
        })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let Some(((plan, mut keys), owner)) = self.find().await? else { return Ok(None) };
        let id = plan.id.clone().context("GetUsagePlan answered without an id")?;
        let mut stages = stages_of(&plan);
        let attached = stages.clone();
        if owner != Owner::Us {
            // On a plan that was here before, other people's stages and keys are theirs.
            let api = anchor(&self.at).await?.and_then(|(a, _)| a.id);
            stages.retain(|s| api.as_ref().is_some_and(|api| s.starts_with(&format!("{api}:"))));
            let names: Vec<_> =
                self.keys.iter().map(|h| h.id().as_str().trim_start_matches("api-key/").to_owned()).collect();
            keys.retain(|_, name| names.contains(name));
        }
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
            tags: self.at.own.managed(&tags_of(&plan), &owner),
        };
        Ok(Some(Live { props, output: UsagePlanOutput { id, stages: attached }, owner }))
    }

    async fn create(&self, want: &Props, to: &Reporter) -> Result<UsagePlanOutput> {
        let id = create_unkeyed(&Creation { of: self, want, to }, to).await?;
        Ok(UsagePlanOutput { id, stages: want.stages.clone() })
    }

    async fn update(
        &self,
        have: &Live<Self>,
        want: &Props,
        to: &Reporter,
    ) -> Result<Applied<UsagePlanOutput>> {
        let id = &have.output.id;
        let arn = tagging::arn(&self.at, &format!("usageplans/{id}"))?;
        tagging::set(&self.at, &arn, &have.props.tags, &want.tags, to).await?;
        self.patch(id, operations(&have.props, want), to).await?;
        for key in have.props.keys.keys().filter(|k| !want.keys.contains_key(*k)) {
            self.unlink(id, key, to).await?;
        }
        for key in want.keys.keys().filter(|k| !have.props.keys.contains_key(*k)) {
            self.link(id, key, to).await?;
        }
        self.at.cloud.forget_lists();
        Ok(Applied::in_place(UsagePlanOutput { id: id.clone(), stages: want.stages.clone() }))
    }

    async fn delete(&self, have: &Live<Self>, to: &Reporter) -> Result<()> {
        self.remove(&have.output.id, &have.output.stages, to).await
    }
}
