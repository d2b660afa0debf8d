//! Stages: a name under which a deployment is served.

use super::{
    errors::{bad_request, conflict, limit_exceeded},
    find,
    input::{non_empty, parse},
    state::{MethodSetting, RestApi, Stage, Tags},
    tags,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MOST: usize = 10;
const LONGEST_NAME: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateStage {
    rest_api_id: String,
    stage_name: String,
    deployment_id: String,
    description: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    tracing_enabled: bool,
    #[serde(default)]
    tags: Tags,
    #[serde(default)]
    cache_cluster_enabled: bool,
    cache_cluster_size: Option<String>,
    documentation_version: Option<String>,
    canary_settings: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StageId {
    pub rest_api_id: String,
    pub stage_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetStages {
    rest_api_id: String,
    deployment_id: Option<String>,
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: CreateStage = parse(input)?;
    if input.cache_cluster_enabled
        || input.cache_cluster_size.is_some()
        || input.documentation_version.is_some()
        || input.canary_settings.is_some()
    {
        return Err(AwsError::not_implemented(
            "CreateStage with a cache cluster, a documentation version or a canary",
        ));
    }
    tags::check(&input.tags)?;
    let stage = Stage {
        description: non_empty(input.description),
        variables: input.variables,
        tracing_enabled: input.tracing_enabled,
        tags: input.tags,
        ..new(input.stage_name, input.deployment_id, call.now)
    };
    let api = find::api(call, &input.rest_api_id)?;
    check_deployment(api, &stage.deployment_id)?;
    if api.stages.contains_key(&stage.name) {
        return Err(conflict("Stage already exists"));
    }
    let body = wire(&stage);
    create_or_move(api, stage)?;
    Ok(Reply::created(body))
}

/// A stage of which nothing else is said.
pub(crate) fn new(name: String, deployment_id: String, now: Timestamp) -> Stage {
    Stage {
        name,
        deployment_id,
        former: None,
        description: None,
        variables: BTreeMap::new(),
        tracing_enabled: false,
        method_settings: BTreeMap::new(),
        access_log: None,
        tags: Tags::new(),
        created: now,
        updated: now,
    }
}

pub(crate) fn check_deployment(api: &RestApi, id: &str) -> Result<(), AwsError> {
    if api.deployments.contains_key(id) { Ok(()) } else { Err(bad_request("Deployment id does not exist")) }
}

/// A stage of that name is moved to the new one's deployment; what CreateDeployment says of it otherwise wins too.
pub(crate) fn create_or_move(api: &mut RestApi, stage: Stage) -> Result<(), AwsError> {
    check_name(&stage.name)?;
    stage.variables.iter().try_for_each(|(name, value)| check_variable(name, value))?;
    let full = api.stages.len() >= MOST;
    match api.stages.get_mut(&stage.name) {
        Some(existing) => {
            move_to(existing, stage.deployment_id, stage.updated);
            existing.description = stage.description.or(existing.description.take());
            existing.variables.extend(stage.variables);
            existing.tracing_enabled |= stage.tracing_enabled;
        }
        None if full => {
            return Err(limit_exceeded(
                "Maximum number of Stages for this API has been reached. Please contact AWS if you need additional Stages.",
            ));
        }
        None => drop(api.stages.insert(stage.name.clone(), stage)),
    }
    Ok(())
}

/// Remembers what was served before, as long as that still is.
pub(crate) fn move_to(stage: &mut Stage, deployment_id: String, now: Timestamp) {
    if stage.deployment_id != deployment_id {
        stage.former = Some((std::mem::replace(&mut stage.deployment_id, deployment_id), now));
    }
    stage.updated = now;
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(fits) {
        return Ok(());
    }
    Err(bad_request("Stage name only allows a-zA-Z0-9_-, and at most 128 characters"))
}

pub(crate) fn check_variable(name: &str, value: &str) -> Result<(), AwsError> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(word) {
        return Err(bad_request(format!(
            "Invalid stage variable name: {name}. Names are alphanumeric, with _"
        )));
    }
    if value.chars().all(|c| word(c) || "-.~:/?#&=,".contains(c)) {
        return Ok(());
    }
    Err(bad_request(format!(
        "Invalid stage variable value: {value}. Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','."
    )))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: StageId = parse(input)?;
    Ok(Reply::ok(wire(find::stage(call, &id.rest_api_id, &id.stage_name)?)))
}

/// Not paged.
pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: GetStages = parse(input)?;
    let stages = find::api(call, &input.rest_api_id)?.stages.values();
    let asked = |s: &&Stage| input.deployment_id.as_ref().is_none_or(|id| s.deployment_id == *id);
    let items: Vec<Value> = stages.filter(asked).map(wire).collect();
    Ok(Reply::ok(json!({ "item": items })))
}

/// Leaves the usage plans silently.
pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let id: StageId = parse(input)?;
    find::stage(call, &id.rest_api_id, &id.stage_name)?;
    find::api(call, &id.rest_api_id)?.stages.remove(&id.stage_name);
    for plan in call.region_mut().apigateway.plans.values_mut() {
        plan.api_stages.retain(|s| s.api_id != id.rest_api_id || s.stage != id.stage_name);
    }
    Ok(Reply::accepted())
}

pub(crate) fn wire(stage: &Stage) -> Value {
    let settings = stage.method_settings.iter().map(|(key, setting)| (key.clone(), wire_setting(setting)));
    let mut body = json!({
        "stageName": stage.name,
        "deploymentId": stage.deployment_id,
        "cacheClusterEnabled": false,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": Value::Object(settings.collect()),
        "tracingEnabled": stage.tracing_enabled,
        "createdDate": stage.created.as_second(),
        "lastUpdatedDate": stage.updated.as_second(),
    });
    if let Some(description) = &stage.description {
        body["description"] = json!(description);
    }
    if let Some(log) = &stage.access_log {
        body["accessLogSettings"] = json!(log);
    }
    if !stage.variables.is_empty() {
        body["variables"] = json!(stage.variables);
    }
    tags::show(&mut body, &stage.tags);
    body
}

/// With AWS's defaults for what was never set.
fn wire_setting(setting: &MethodSetting) -> Value {
    let mut body = json!({
        "metricsEnabled": false,
        "dataTraceEnabled": false,
        "throttlingBurstLimit": setting.throttling_burst_limit.unwrap_or(5000),
        "throttlingRateLimit": setting.throttling_rate_limit.unwrap_or(10_000.0),
        "cachingEnabled": false,
        "cacheTtlInSeconds": 300,
        "cacheDataEncrypted": false,
        "requireAuthorizationForCacheControl": true,
        "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    });
    for (name, value) in &setting.other {
        body[name] = value.clone();
    }
    body
}
