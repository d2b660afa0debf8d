//! The stage: the URL, and which deployment of the definition it serves.

mod deployment;
mod settings;

use super::{Document, RestApiOutput, chains, leftovers::Listed, own_api, rest_api::anchor};
use crate::{
    aws::{StackAws, apigateway_tags, call, finish_existing, ignore_not_found, ordered, patch, tags},
    engine::{Applied, Breaks, Deletable, Found, Id, Kind, Link, Need, Owner, Run, Wish, Words},
    stack::{Entry, Throttle},
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::{Deployment, PatchOperation, Stage as Described};
use serde::Serialize;
use serde_json::json;
use settings::{
    EVERY_METHOD, MethodSettings, has_metrics, merged, setting, setting_operations, with_metrics,
};
use std::{collections::BTreeMap, rc::Rc};

pub(crate) struct Stage {
    pub aws: StackAws,
    pub name: String,
}

/// What the stack file wishes of it.
pub(crate) struct StageWish {
    pub stage: Stage,
    pub throttle: Option<Throttle>,
    /// `None`: as it is.
    pub metrics: Option<bool>,
    pub tracing: bool,
    pub rest_api: Need<RestApiOutput>,
    pub document: Rc<Document>,
    /// `--redeploy`
    pub redeploy: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// The description of the deployment it serves: `lambdeploy <hash of the definition>`.
    deployment: String,
    /// `--redeploy` wishes it; what is there never is.
    redeploy: bool,
    description: String,
    variables: BTreeMap<String, String>,
    tracing: bool,
    /// By `resource/method`, what differs from API Gateway's own defaults.
    method_settings: MethodSettings,
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
pub(super) async fn own_stages(aws: &StackAws) -> Result<Vec<String>> {
    let Some(api) = own_api(aws).await? else { return Ok(Vec::new()) };
    let found = aws.cloud.stages(api.id().unwrap_or_default()).await?;
    let own = found.iter().filter(|s| aws.ownership.owns(&tags_of(s)));
    Ok(own.filter_map(|s| s.stage_name.clone()).collect())
}

/// For which state the contract of this stage is known to have held.
pub(crate) fn checked_mark(stage: &Described) -> Option<String> {
    tags_of(stage).remove(tags::CHECKED)
}

/// Keeps on a stage for which state its contract held; `None`: for no state.
///
/// # Errors
/// As the calls.
pub(crate) async fn mark_checked(aws: &StackAws, api: &str, stage: &str, mark: Option<&str>) -> Result<()> {
    let run = aws.cloud.looking_at(&Id::of("stage", stage));
    let arn = apigateway_tags::arn(&aws.cloud, &format!("restapis/{api}/stages/{stage}"))?;
    let tag = |value: &str| tags::Tags::from([(tags::CHECKED.to_owned(), value.to_owned())]);
    let (have, want) = (tag(""), mark.map(tag).unwrap_or_default());
    apigateway_tags::set(&aws.cloud, &arn, &have, &want, &run).await
}

/// The tags of a stage, in order.
pub(super) fn tags_of(stage: &Described) -> tags::Tags {
    ordered(stage.tags())
}

impl Stage {
    async fn patch(&self, api: &str, operations: Vec<PatchOperation>, run: &Run) -> Result<()> {
        if operations.is_empty() {
            return Ok(());
        }
        let request = self.aws.cloud.apigateway.update_stage().rest_api_id(api).stage_name(&self.name);
        let request = request.set_patch_operations(Some(operations));
        call(run, "UpdateStage", || request.clone().send()).await.map(drop)
    }

    fn found(
        &self,
        api: String,
        api_owner: &Owner,
        stage: &Described,
        deployments: &[Deployment],
    ) -> Found<Self> {
        let have = tags_of(stage);
        let owner =
            self.aws.ownership.owner(&have, || format!("the stage {} of the REST API {api}", self.name));
        // A stage of our own API is ours, whoever made it: it goes with it.
        let owner = if *api_owner == Owner::Us { Owner::Us } else { owner };
        let serves = deployments.iter().find(|d| d.id == stage.deployment_id);
        let method_settings = stage.method_settings().into_iter().flatten();
        let settings = Settings {
            deployment: serves.and_then(|d| d.description()).unwrap_or("(not ours)").to_owned(),
            redeploy: false,
            description: stage.description().unwrap_or_default().to_owned(),
            variables: ordered(stage.variables()),
            tracing: stage.tracing_enabled,
            method_settings: method_settings
                .filter_map(|(path, s)| Some((path.clone(), setting(s)?)))
                .collect(),
            tags: self.aws.ownership.managed(&have, &owner),
        };
        let deployment = stage.deployment_id.clone().unwrap_or_default();
        Found { settings, output: StageOutput { api, deployment }, owner }
    }
}

impl StageWish {
    /// `there`: what stays where the file names nothing else.
    fn method_settings(&self, there: &MethodSettings, found: Option<&Settings>) -> MethodSettings {
        let throttle = |t: Throttle| json!({ "rate": t.rate, "burst": t.burst });
        let wished = self.throttle.map(|t| (EVERY_METHOD.to_owned(), throttle(t))).into_iter().collect();
        let is_on = found.is_some_and(|found| has_metrics(&found.method_settings));
        with_metrics(merged(there, wished), self.metrics.unwrap_or(is_on))
    }

    /// A stage only ever points to a deployment that was seen to be complete: a run that dies in between leaves none
    /// that looks finished.
    async fn make(&self, api: &str, want: &Settings, run: &Run) -> Result<StageOutput> {
        let deployment = self.deployment(api, &want.deployment, false, run).await?;
        let request =
            self.stage.aws.cloud.apigateway.create_stage().rest_api_id(api).stage_name(&self.stage.name);
        let request = request
            .deployment_id(&deployment)
            .tracing_enabled(want.tracing)
            .set_tags(Some(want.tags.clone().into_iter().collect()));
        if let Err(e) = call(run, "CreateStage", || request.clone().send()).await {
            return finish_existing(&self.stage.aws.cloud, self, e, want, run).await;
        }
        self.stage.patch(api, setting_operations(&BTreeMap::new(), &want.method_settings), run).await?;
        Ok(StageOutput { api: api.to_owned(), deployment })
    }
}

impl Kind for Stage {
    const NAME: &'static str = "stage";
    const WORDS: &'static [Words] = &[
        Words::new(
            "deployment",
            "the URL serves the new definition",
            "the URL serves another definition than the stack file's",
        ),
        Words::new("redeploy", "the definition is deployed again", "the definition is deployed again"),
    ];
    const LINKS: &'static [Link] = &[
        Link::of(chains::KEY, Breaks::Never),
        Link::of(chains::DEFINITION, Breaks::Fields(&["deployment"])),
    ];
    type Settings = Settings;
    type Output = StageOutput;

    fn key(&self) -> &str {
        &self.name
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let Some((api, api_owner)) = anchor(&self.aws).await? else { return Ok(None) };
        let api = api.id.context("GetRestApis answered an API without an id")?;
        let (stages, deployments) = tokio::join!(self.aws.cloud.stages(&api), self.deployments(&api, &run));
        let stages = stages?;
        let Some(stage) = stages.iter().find(|s| s.stage_name() == Some(&self.name)) else { return Ok(None) };
        Ok(Some(self.found(api, &api_owner, stage, &deployments?)))
    }
}

impl Deletable for Stage {
    fn replaced(&self, _: &Found<Self>) -> Option<String> {
        Some(format!("the stage {} is replaced: the URL changes", self.name))
    }

    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        let request = self.aws.cloud.apigateway.delete_stage();
        let request = request.rest_api_id(&found.output.api).stage_name(&self.name);
        let result = ignore_not_found(call(run, "DeleteStage", || request.clone().send()).await);
        self.aws.cloud.forget_stages();
        result
    }
}

impl Listed for Stage {
    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self { aws: aws.clone(), name: entry.name.clone() }
    }

    fn in_file(aws: &StackAws) -> Option<Entry> {
        Some(Entry::new(Self::NAME, &aws.file.stage, &aws.file.stage))
    }

    async fn unlisted(aws: &StackAws) -> Result<Vec<Entry>> {
        let names = own_stages(aws).await?;
        Ok(names.into_iter().map(|name| Entry::new(Self::NAME, &name, &name)).collect())
    }
}

impl Wish for StageWish {
    type Kind = Stage;

    fn kind(&self) -> &Stage {
        &self.stage
    }

    /// On a stage that was adopted, what the file does not name stays as it is.
    fn settings(&self, found: Option<&Found<Stage>>) -> Result<Settings> {
        let adopted = found.and_then(Found::adopted);
        let there = adopted.map(|a| a.method_settings.clone()).unwrap_or_default();
        Ok(Settings {
            deployment: self.document.deployment_description()?,
            redeploy: self.redeploy,
            description: adopted.map(|a| a.description.clone()).unwrap_or_default(),
            variables: adopted.map(|a| a.variables.clone()).unwrap_or_default(),
            tracing: self.tracing || adopted.is_some_and(|a| a.tracing),
            method_settings: self.method_settings(&there, found.map(|f| &f.settings)),
            tags: self.stage.aws.ownership.tags(&self.stage.id(), found.map(|f| &f.owner)),
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<StageOutput> {
        let api = self.rest_api.ready()?.id;
        let made = self.make(&api, want, run).await;
        self.stage.aws.cloud.forget_stages();
        made
    }

    async fn update(&self, found: &Found<Stage>, want: &Settings, run: &Run) -> Result<Applied<StageOutput>> {
        let (api, have) = (&found.output.api, &found.settings);
        let arn = apigateway_tags::arn(
            &self.stage.aws.cloud,
            &format!("restapis/{api}/stages/{}", self.stage.name),
        )?;
        apigateway_tags::set(&self.stage.aws.cloud, &arn, &have.tags, &want.tags, run).await?;
        let mut operations = setting_operations(&have.method_settings, &want.method_settings);
        operations.extend(patch::changed("/description", &have.description, &want.description));
        operations.extend(patch::changed("/tracingEnabled", &have.tracing, &want.tracing));
        let gone = have.variables.keys().filter(|name| !want.variables.contains_key(*name));
        operations.extend(gone.map(|name| patch::remove(&format!("/variables/{name}"))));
        let mut live = found.output.deployment.clone();
        if have.deployment != want.deployment || want.redeploy {
            live = self.deployment(api, &want.deployment, true, run).await?;
            operations.push(patch::replace("/deploymentId", &live));
        }
        self.stage.patch(api, operations, run).await?;
        self.stage.prune(api, &live, run).await?;
        self.stage.aws.cloud.forget_stages();
        Ok(Applied::in_place(StageOutput { api: api.clone(), deployment: live }))
    }
}
