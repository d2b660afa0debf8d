//! Deployments: immutable copies of a draft, and which of them a stage serves.

use super::{
    draft::{Draft, Resource},
    errors::{bad_request, not_found},
    find::{self, ListIn},
    ids,
    input::{non_empty, one_or_many, parse},
    page::is_found,
    patch, stage,
    state::{Deployment, RestApi, Stage},
};
use crate::{
    call::{Call, Reply},
    config::Delays,
    error::AwsError,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateDeployment {
    rest_api_id: String,
    stage_name: Option<String>,
    stage_description: Option<String>,
    description: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    tracing_enabled: Option<bool>,
    cache_cluster_enabled: Option<bool>,
    cache_cluster_size: Option<String>,
    canary_settings: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeploymentId {
    rest_api_id: String,
    deployment_id: String,
    #[serde(default, deserialize_with = "one_or_many")]
    embed: Vec<String>,
}

/// With a stage's name, that stage is created or moved.
pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateDeployment = parse(input)?;
    if input.cache_cluster_enabled == Some(true)
        || input.cache_cluster_size.is_some()
        || input.canary_settings.is_some()
    {
        return Err(AwsError::not_implemented("CreateDeployment with a cache cluster or a canary"));
    }
    let id = ids::fresh(call);
    let (now, delays) = (call.now, call.delays);
    let api = find::api(call, &input.rest_api_id)?;
    check_deployable(&api.draft)?;
    let deployment = Deployment {
        id: id.clone(),
        description: non_empty(input.description),
        created: now,
        snapshot: snapshot(api, now, delays.import_settles),
    };
    let body = wire(&deployment, &[]);
    if let Some(name) = non_empty(input.stage_name) {
        let stage = Stage {
            description: non_empty(input.stage_description),
            variables: input.variables,
            tracing_enabled: input.tracing_enabled.unwrap_or_default(),
            ..stage::new(name, id.clone(), now)
        };
        stage::create_or_move(api, stage)?;
    }
    api.deployments.insert(id, deployment);
    Ok(Reply::created(body))
}

fn check_deployable(draft: &Draft) -> Result<(), AwsError> {
    let mut methods = draft.resources.values().flat_map(|r| r.resource_methods.values()).peekable();
    if methods.peek().is_none() {
        return Err(bad_request("The REST API doesn't contain any methods"));
    }
    if methods.any(|method| method.method_integration.is_none()) {
        return Err(bad_request("No integration defined for method"));
    }
    Ok(())
}

/// The draft; while an import settles, the draft as it was before.
fn snapshot(api: &RestApi, now: Timestamp, settles: Duration) -> Arc<Draft> {
    let settled = api.imported.is_none_or(|imported| is_older(imported, now, settles));
    match &api.before_import {
        Some(before) if !settled => before.clone(),
        _ => Arc::new(api.draft.clone()),
    }
}

fn is_older(then: Timestamp, now: Timestamp, age: Duration) -> bool {
    Duration::try_from(now.duration_since(then)).unwrap_or_default() >= age
}

fn wire(deployment: &Deployment, embed: &[String]) -> Value {
    let mut body = json!({ "id": deployment.id, "createdDate": deployment.created.as_second() });
    if let Some(description) = &deployment.description {
        body["description"] = json!(description);
    }
    if embed.iter().any(|e| e == "apisummary") {
        body["apiSummary"] = summary(&deployment.snapshot);
    }
    body
}

/// Path → method → how it is called.
fn summary(draft: &Draft) -> Value {
    let methods = |resource: &Resource| {
        let one = |(name, method): (&String, &super::draft::Method)| {
            let how = json!({
                "authorizationType": method.authorization_type,
                "apiKeyRequired": method.api_key_required,
            });
            (name.clone(), how)
        };
        Value::Object(resource.resource_methods.iter().map(one).collect::<Map<_, _>>())
    };
    let with_methods = draft.resources.values().filter(|r| !r.resource_methods.is_empty());
    Value::Object(with_methods.map(|r| (r.path.clone(), methods(r))).collect())
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: ListIn = parse(input)?;
    let deployments = &find::api(call, &input.rest_api_id)?.deployments;
    let all: Vec<_> = deployments.iter().map(|(id, d)| (id.clone(), wire(d, &[]))).collect();
    input.paging.reply(call, all)
}

fn find_deployment<'a>(call: &'a mut Call<'_>, id: &DeploymentId) -> Result<&'a mut Deployment, AwsError> {
    let deployments = &mut find::api(call, &id.rest_api_id)?.deployments;
    deployments.get_mut(&id.deployment_id).ok_or_else(no_deployment)
}

fn no_deployment() -> AwsError {
    not_found("Invalid Deployment identifier specified")
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: DeploymentId = parse(input)?;
    let found = find_deployment(call, &id)?.clone();
    if !is_found(call, found.created) {
        return Err(no_deployment());
    }
    Ok(Reply::ok(wire(&found, &id.embed)))
}

pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    const PATHS: &[&str] = &["/description"];
    let patches = patch::read(call, &input)?;
    let id: DeploymentId = parse(input)?;
    let deployment = find_deployment(call, &id)?;
    if let Some(wrong) = patches.iter().find(|p| p.path != PATHS[0] || p.replaces().is_err()) {
        return Err(wrong.unsupported(PATHS));
    }
    for patch in &patches {
        deployment.description = patch.non_empty();
    }
    Ok(Reply::ok(wire(deployment, &[])))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: DeploymentId = parse(input)?;
    find_deployment(call, &id)?;
    let api = find::api(call, &id.rest_api_id)?;
    if api.stages.values().any(|stage| stage.deployment_id == id.deployment_id) {
        return Err(bad_request("Active stages pointing to this deployment must be moved or deleted"));
    }
    api.deployments.remove(&id.deployment_id);
    Ok(Reply::accepted())
}

impl RestApi {
    /// What one of its stages serves at `now`: shortly after a move still the former deployment, while that is there.
    pub(crate) fn live(&self, stage: &Stage, now: Timestamp, delays: &Delays) -> Option<&Deployment> {
        let former =
            stage.former.as_ref().filter(|(_, moved)| !is_older(*moved, now, delays.deployment_live));
        let former = former.and_then(|(id, _)| self.deployments.get(id));
        former.or_else(|| self.deployments.get(&stage.deployment_id))
    }
}
