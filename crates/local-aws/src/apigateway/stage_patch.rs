//! UpdateStage: the deployment, variables, and settings by method.

use super::{
    access_log_settings,
    errors::bad_request,
    find,
    input::parse,
    patch::{self, Op, Patch},
    stage::{self, StageId, check_variable},
    state::{MethodSetting, Stage},
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};

/// The paths as AWS names them when it refuses another.
const PATHS: &str = "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled]";

/// All of the patches or none.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id: StageId = parse(input)?;
    let now = call.now;
    let mut stage = find::stage(call, &id.rest_api_id, &id.stage_name)?.clone();
    for patch in &patches {
        if patch.path == "/deploymentId" {
            patch.replaces()?;
            stage::check_deployment(find::api(call, &id.rest_api_id)?, patch.text())?;
            stage::move_to(&mut stage, patch.text().to_owned(), now);
        } else {
            let can_log = call.region_mut().apigateway.cloudwatch_role.is_some();
            apply(&mut stage, patch, can_log)?;
        }
    }
    access_log_settings::check_whole(&stage)?;
    stage.updated = now;
    let body = stage::wire(&stage);
    *find::stage(call, &id.rest_api_id, &id.stage_name)? = stage;
    Ok(Reply::ok(body))
}

fn apply(stage: &mut Stage, patch: &Patch, can_log: bool) -> Result<(), AwsError> {
    // Resource paths keep their escapes: they are part of a setting's key.
    let parts: Vec<&str> = patch.path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["description"] => {
            patch.replaces()?;
            stage.description = patch.non_empty();
        }
        ["tracingEnabled"] => {
            patch.replaces()?;
            stage.tracing_enabled = patch.flag();
        }
        ["accessLogSettings", member @ ..] if member.len() <= 1 => {
            return access_log_settings::patch(stage, patch, member.first().copied(), can_log);
        }
        ["cacheClusterEnabled"] if patch.replaces().is_ok() && !patch.flag() => {}
        ["cacheClusterEnabled" | "cacheClusterSize" | "clientCertificateId" | "canarySettings", ..] => {
            return Err(AwsError::not_implemented(format!("UpdateStage of {}", patch.path)));
        }
        ["variables", name] => return variable(stage, patch, name),
        [resource, method] if patch.is_removal() => return remove_settings(stage, resource, method),
        [_, _, ..] if patch.is_removal() => return Err(no_settings(&parts.join("/"))),
        [resource, method, group, setting] => {
            let key = format!("{resource}/{method}");
            return set(stage, patch, key, &format!("{group}/{setting}"), can_log);
        }
        _ => return Err(unknown(patch)),
    }
    Ok(())
}

fn unknown(patch: &Patch) -> AwsError {
    bad_request(format!("Invalid method setting path: {}. Must be one of: {PATHS}", patch.path))
}

fn variable(stage: &mut Stage, patch: &Patch, name: &str) -> Result<(), AwsError> {
    if patch.is_removal() {
        stage.variables.remove(name);
        return Ok(());
    }
    if patch.op == Op::Other {
        return Err(unknown(patch));
    }
    check_variable(name, patch.text())?;
    stage.variables.insert(name.to_owned(), patch.text().to_owned());
    Ok(())
}

fn remove_settings(stage: &mut Stage, resource: &str, method: &str) -> Result<(), AwsError> {
    let key = format!("{resource}/{method}");
    stage.method_settings.remove(&key).map(drop).ok_or_else(|| no_settings(&key))
}

fn no_settings(path: &str) -> AwsError {
    bad_request(format!(
        "Cannot remove method setting {path} because there is no method setting for this method "
    ))
}

/// A method's first own setting starts from what `*/*` has by then; later changes of `*/*` leave it alone.
fn set(stage: &mut Stage, patch: &Patch, key: String, name: &str, can_log: bool) -> Result<(), AwsError> {
    patch.replaces().map_err(|_| unknown(patch))?;
    let start = || stage.method_settings.get("*/*").cloned().unwrap_or_default();
    let mut setting = stage.method_settings.get(&key).cloned().unwrap_or_else(start);
    set_one(&mut setting, patch, name, can_log)?;
    stage.method_settings.insert(key, setting);
    Ok(())
}

fn set_one(setting: &mut MethodSetting, patch: &Patch, name: &str, can_log: bool) -> Result<(), AwsError> {
    let (member, value) = match name {
        "throttling/rateLimit" => {
            setting.throttling_rate_limit = Some(number(patch)?);
            return Ok(());
        }
        "throttling/burstLimit" => {
            setting.throttling_burst_limit = Some(number(patch)?);
            return Ok(());
        }
        "metrics/enabled" => ("metricsEnabled", json!(patch.flag())),
        "logging/dataTrace" => ("dataTraceEnabled", json!(patch.flag())),
        "logging/loglevel" => ("loggingLevel", json!(log_level(patch, can_log)?)),
        "caching/enabled" => ("cachingEnabled", json!(patch.flag())),
        "caching/dataEncrypted" => ("cacheDataEncrypted", json!(patch.flag())),
        "caching/ttlInSeconds" => ("cacheTtlInSeconds", json!(number::<u32>(patch)?)),
        "caching/requireAuthorizationForCacheControl" => {
            ("requireAuthorizationForCacheControl", json!(patch.flag()))
        }
        "caching/unauthorizedCacheControlHeaderStrategy" => {
            ("unauthorizedCacheControlHeaderStrategy", json!(patch.text()))
        }
        _ => return Err(unknown(patch)),
    };
    setting.other.insert(member.to_owned(), value);
    Ok(())
}

fn number<T: std::str::FromStr>(patch: &Patch) -> Result<T, AwsError> {
    let wrong = || bad_request(format!("Invalid value {} for {}", patch.text(), patch.path));
    patch.text().parse().map_err(|_| wrong())
}

fn log_level(patch: &Patch, can_log: bool) -> Result<&str, AwsError> {
    match patch.text() {
        "OFF" => Ok("OFF"),
        level @ ("ERROR" | "INFO") if can_log => Ok(level),
        "ERROR" | "INFO" => {
            Err(bad_request("CloudWatch Logs role ARN must be set in account settings to enable logging"))
        }
        _ => Err(bad_request("Invalid logging level specified. Valid options are OFF,ERROR,INFO")),
    }
}
