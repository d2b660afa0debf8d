//! The stage: the URL, and which deployment of the definition it serves.

mod deployment;
mod settings;

use super::{
    Document, RestApiOutput, StackAws, apigateway_tags, ignore_not_found, own_api, rest_api::anchor,
};
use crate::{
    aws::{call, tags},
    engine::{Applied, Handle, Id, Live, Owner, Resource, Run},
    stack::Throttle,
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::{Deployment, Op, PatchOperation, Stage as Found};
use serde::Serialize;
use serde_json::json;
use settings::{EVERY_METHOD, Settings, merged, replace, setting, setting_operations};
use std::{cell::Cell, collections::BTreeMap, rc::Rc};

pub struct Stage {
    pub aws: StackAws,
    pub id: Id,
    pub name: String,
    pub throttle: Option<Throttle>,
    pub tracing: bool,
    pub rest_api: Handle<RestApiOutput>,
    pub document: Rc<Document>,
    pub definition: Id,
    /// Functions and permissions: what must stand before a stage that people call moves on.
    pub behind: Vec<Id>,
    /// `--redeploy`
    pub redeploy: bool,
    /// Another stage takes its place: the URL changes.
    pub replaced: bool,
    /// Whether people call it already; known once observed.
    pub is_live: Cell<bool>,
}

#[derive(Debug, Serialize)]
pub struct Props {
    /// The description of the deployment it serves: `lambdeploy <hash of the definition>`.
    deployment: String,
    /// `--redeploy` wishes it; what is there never is.
    redeploy: bool,
    description: String,
    variables: BTreeMap<String, String>,
    tracing: bool,
    /// By `resource/method`, what differs from API Gateway's own defaults.
    method_settings: Settings,
    tags: tags::Tags,
}

#[derive(Debug, Clone)]
pub struct StageOutput {
    pub api: String,
    pub deployment: String,
}

/// Names of the stages of the stack's API that carry its tags.
///
/// # Errors
/// As the calls.
pub async fn own_stages(aws: &StackAws) -> Result<Vec<String>> {
    let Some(api) = own_api(aws).await? else { return Ok(Vec::new()) };
    let found = aws.cloud.stages(api.id().unwrap_or_default()).await?;
    let own = found.iter().filter(|s| aws.ownership.owns(&tags_of(s)));
    Ok(own.filter_map(|s| s.stage_name.clone()).collect())
}

/// For which state the contract of this stage is known to have held.
pub fn checked_mark(stage: &Found) -> Option<String> {
    tags_of(stage).remove(tags::CHECKED)
}

/// Keeps on a stage for which state its contract held; `None`: for no state.
///
/// # Errors
/// As the calls.
pub async fn mark_checked(aws: &StackAws, api: &str, stage: &str, mark: Option<&str>) -> Result<()> {
    let run = aws.cloud.looking_at(&Id::of("stage", stage));
    let arn = apigateway_tags::arn(aws, &format!("restapis/{api}/stages/{stage}"))?;
    let tag = |value: &str| tags::Tags::from([(tags::CHECKED.to_owned(), value.to_owned())]);
    let (have, want) = (tag(""), mark.map(tag).unwrap_or_default());
    apigateway_tags::set(aws, &arn, &have, &want, &run).await
}

/// The tags of a stage, in order.
pub fn tags_of(stage: &Found) -> tags::Tags {
    stage.tags().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect()
}

impl Stage {
    fn settings(&self) -> Settings {
        let throttle = |t: Throttle| json!({ "rate": t.rate, "burst": t.burst });
        self.throttle.map(|t| (EVERY_METHOD.to_owned(), throttle(t))).into_iter().collect()
    }

    /// A stage only ever points to a deployment that was seen to be complete: a run that dies in between leaves none
    /// that looks finished.
    async fn make(&self, api: &str, want: &Props, run: &Run) -> Result<StageOutput> {
        let deployment = self.deployment(api, &want.deployment, run).await?;
        let request = self.aws.cloud.apigateway.create_stage().rest_api_id(api).stage_name(&self.name);
        let request = request
            .deployment_id(&deployment)
            .tracing_enabled(want.tracing)
            .set_tags(Some(want.tags.clone().into_iter().collect()));
        if let Err(e) = call(run, "CreateStage", || request.clone().send()).await {
            return super::finish_existing(&self.aws, self, e, want, run).await;
        }
        self.patch(api, setting_operations(&BTreeMap::new(), &want.method_settings), run).await?;
        Ok(StageOutput { api: api.to_owned(), deployment })
    }

    async fn patch(&self, api: &str, operations: Vec<PatchOperation>, run: &Run) -> Result<()> {
        if operations.is_empty() {
            return Ok(());
        }
        let request = self.aws.cloud.apigateway.update_stage().rest_api_id(api).stage_name(&self.name);
        let request = request.set_patch_operations(Some(operations));
        call(run, "UpdateStage", || request.clone().send()).await.map(drop)
    }
}

impl Resource for Stage {
    type Props = Props;
    type Output = StageOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn needs(&self) -> Vec<Id> {
        let mut needs = vec![self.rest_api.id(), self.definition.clone()];
        if self.is_live.get() {
            needs.extend(self.behind.iter().cloned());
        }
        needs
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.rest_api.id()]
    }

    /// On a stage that was adopted, what the file does not name stays as it is.
    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        let adopted = have.filter(|h| h.owner != Owner::Us).map(|h| &h.props);
        let there = adopted.map(|a| a.method_settings.clone()).unwrap_or_default();
        Ok(Props {
            deployment: self.document.deployment_description()?,
            redeploy: self.redeploy,
            description: adopted.map(|a| a.description.clone()).unwrap_or_default(),
            variables: adopted.map(|a| a.variables.clone()).unwrap_or_default(),
            tracing: self.tracing || adopted.is_some_and(|a| a.tracing),
            method_settings: merged(&there, self.settings()),
            tags: self.aws.ownership.tags(&self.id, have.map(|h| &h.owner)),
        })
    }

    fn retiring_replaces(&self, _: &Live<Self>) -> Option<String> {
        self.replaced.then(|| format!("the stage {} is replaced: the URL changes", self.name))
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id);
        let Some((api, api_owner)) = anchor(&self.aws).await? else { return Ok(None) };
        let api = api.id.context("GetRestApis answered an API without an id")?;
        let (stages, deployments) = tokio::join!(self.aws.cloud.stages(&api), self.deployments(&api, &run));
        let stages = stages?;
        let found = stages.iter().find(|s| s.stage_name() == Some(&self.name));
        self.is_live.set(found.is_some());
        let Some(stage) = found else { return Ok(None) };
        Ok(Some(self.live(api, &api_owner, stage, &deployments?)))
    }

    async fn create(&self, want: &Props, run: &Run) -> Result<StageOutput> {
        let api = self.rest_api.ready()?.id;
        self.make(&api, want, run).await
    }

    async fn update(&self, have: &Live<Self>, want: &Props, run: &Run) -> Result<Applied<StageOutput>> {
        let api = &have.output.api;
        let arn = apigateway_tags::arn(&self.aws, &format!("restapis/{api}/stages/{}", self.name))?;
        apigateway_tags::set(&self.aws, &arn, &have.props.tags, &want.tags, run).await?;
        let mut operations = setting_operations(&have.props.method_settings, &want.method_settings);
        if have.props.description != want.description {
            operations.push(replace("/description", want.description.clone()));
        }
        if have.props.tracing != want.tracing {
            operations.push(replace("/tracingEnabled", want.tracing.to_string()));
        }
        for name in have.props.variables.keys().filter(|name| !want.variables.contains_key(*name)) {
            operations
                .push(PatchOperation::builder().op(Op::Remove).path(format!("/variables/{name}")).build());
        }
        let mut live = have.output.deployment.clone();
        if have.props.deployment != want.deployment || want.redeploy {
            live = self.deployment(api, &want.deployment, run).await?;
            operations.push(replace("/deploymentId", live.clone()));
        }
        self.patch(api, operations, run).await?;
        self.prune(api, &live, run).await?;
        Ok(Applied::in_place(StageOutput { api: api.clone(), deployment: live }))
    }

    async fn delete(&self, have: &Live<Self>, run: &Run) -> Result<()> {
        let request =
            self.aws.cloud.apigateway.delete_stage().rest_api_id(&have.output.api).stage_name(&self.name);
        ignore_not_found(call(run, "DeleteStage", || request.clone().send()).await)
    }
}

impl Stage {
    fn live(&self, api: String, api_owner: &Owner, stage: &Found, deployments: &[Deployment]) -> Live<Self> {
        let have = tags_of(stage);
        let owner =
            self.aws.ownership.owner(&have, || format!("the stage {} of the REST API {api}", self.name));
        // A stage of our own API is ours, whoever made it: it goes with it.
        let owner = if *api_owner == Owner::Us { Owner::Us } else { owner };
        let serves = deployments.iter().find(|d| d.id == stage.deployment_id);
        let settings = stage.method_settings().into_iter().flatten();
        let props = Props {
            deployment: serves.and_then(|d| d.description()).unwrap_or("(not ours)").to_owned(),
            redeploy: false,
            description: stage.description().unwrap_or_default().to_owned(),
            variables: stage.variables().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect(),
            tracing: stage.tracing_enabled,
            method_settings: settings.filter_map(|(path, s)| Some((path.clone(), setting(s)?))).collect(),
            tags: self.aws.ownership.managed(&have, &owner),
        };
        let deployment = stage.deployment_id.clone().unwrap_or_default();
        Live { props, output: StageOutput { api, deployment }, owner }
    }
}
