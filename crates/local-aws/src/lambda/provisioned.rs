//! Provisioned concurrency: how many containers of a version or an alias are kept ready.

use super::{
    concurrency,
    errors::{invalid, not_found, refuse},
    function::{Function, LATEST},
    name::FunctionRef,
    provision::{Progress, ProvisionOrder, Provisioned},
    qualified,
    read::max_items,
};
use crate::{
    call::{Call, Effect, Reply},
    clock::later,
    constraint::Failures,
    error::AwsError,
    paging, stable_id,
    world::World,
};
use serde_json::{Value, json};

/// The version or alias of a request. The qualifier comes as a parameter of its own.
fn target(call: &Call, input: &Value) -> Result<FunctionRef, AwsError> {
    let mut failures = Failures::default();
    failures.required("qualifier", input["Qualifier"].as_str().as_ref());
    refuse(failures)?;
    FunctionRef::to_change(call, input)
}

/// The version that a qualifier means now.
///
/// # Errors
/// It is not there.
fn version(target: &FunctionRef, call: &mut Call) -> Result<String, AwsError> {
    let missing = qualified::missing(target);
    target.described(call).map(|version| version.version.clone()).map_err(|_| missing)
}

pub(crate) fn put(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let count = input["ProvisionedConcurrentExecutions"].as_i64();
    let mut failures = Failures::default();
    failures.required("provisionedConcurrentExecutions", count.as_ref());
    failures.range("provisionedConcurrentExecutions", count, 1..=i64::MAX);
    refuse(failures)?;
    let qualifier = target.qualifier.clone().unwrap_or_default();
    if qualifier == LATEST || version(&target, call)? == LATEST {
        return Err(invalid(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
        ));
    }
    let requested = count.and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
    let whole = FunctionRef { qualifier: None, ..target };
    ensure_target(whole.find(call)?, &qualifier)?;
    concurrency::ensure_provisionable(call, &whole.name, &qualifier, requested)?;
    let now = call.now;
    let before = whole.find(call)?.attached.provisioned.remove(&qualifier);
    let config = Provisioned {
        requested,
        allocated: before.map_or(0, |before| before.allocated),
        modified: now,
        progress: Progress::UnderWay,
        id: String::new(),
    };
    let shown = config.shown(now);
    whole.find(call)?.attached.provisioned.insert(qualifier.clone(), config);
    order(call, &whole, &qualifier)?;
    Ok(Reply::Json { status: 202, body: shown })
}

/// Whether this version or alias can have one.
fn ensure_target(function: &Function, qualifier: &str) -> Result<(), AwsError> {
    let attached = &function.attached;
    let named = attached.aliases.get(qualifier).map(|alias| &alias.route);
    let of_version = |version: &str| function.version(version).is_some_and(|v| v.settings.snap_start);
    if of_version(named.map_or(qualifier, |route| &route.version)) {
        return Err(invalid("Provisioned Concurrency is not supported for SnapStart enabled functions."));
    }
    let conflict = |why: &str| Err(AwsError::new(409, "ResourceConflictException", why));
    match named {
        Some(route) if !route.weights.is_empty() => {
            Err(invalid("Alias with weights can not be used with Provisioned Concurrency"))
        }
        Some(route) if attached.provisioned.contains_key(&route.version) => conflict(
            "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
        ),
        None if attached.provisioned_alias_of(qualifier).is_some() => {
            conflict("Version is pointed by a Provisioned Concurrency alias")
        }
        _ => Ok(()),
    }
}

/// Has the containers of a configuration made ready, for the version that its qualifier means now.
fn order(call: &mut Call, whole: &FunctionRef, qualifier: &str) -> Result<(), AwsError> {
    let (id, not_before) =
        (stable_id::uuid(&["provisioned", &call.request_id]), later(call.now, call.delays.function_pending));
    let function = whole.find(call)?;
    let alias = function.attached.aliases.get(qualifier);
    let version = alias.map_or(qualifier, |alias| &alias.route.version).to_owned();
    let sandbox = function.version(&version).map(|v| v.serving.now.clone());
    let config = function.attached.provisioned.get_mut(qualifier);
    if let (Some(sandbox), Some(config)) = (sandbox, config) {
        config.id.clone_from(&id);
        config.progress = Progress::UnderWay;
        let (count, qualifier) = (config.requested, qualifier.to_owned());
        call.effects.push(Effect::Provision(ProvisionOrder { sandbox, count, qualifier, id, not_before }));
    }
    Ok(())
}

/// The containers of a version are not kept ready any longer.
fn release(call: &mut Call, whole: &FunctionRef, version: &str) -> Result<(), AwsError> {
    let not_before = call.now;
    if let Some(version) = whole.find(call)?.version(version) {
        let sandbox = version.serving.now.clone();
        let (qualifier, id) = (String::new(), String::new());
        call.effects.push(Effect::Provision(ProvisionOrder { sandbox, count: 0, qualifier, id, not_before }));
    }
    Ok(())
}

/// An alias has gone over from a version: what it keeps ready goes with it.
///
/// # Errors
/// The alias is not there.
pub(crate) fn moved(call: &mut Call, whole: &FunctionRef, alias: &str, from: &str) -> Result<(), AwsError> {
    let function = whole.find(call)?;
    let to = function.attached.aliases.get(alias).map(|a| a.route.version.as_str());
    if !function.attached.provisioned.contains_key(alias) || to == Some(from) {
        return Ok(());
    }
    release(call, whole, from)?;
    order(call, whole, alias)
}

/// Whether an alias that keeps containers ready can go over to a version.
///
/// # Errors
/// The version starts from a snapshot.
pub(crate) fn ensure_moves(function: &Function, alias: &str, to: &str) -> Result<(), AwsError> {
    let snap_start = function.version(to).is_some_and(|v| v.settings.snap_start);
    if snap_start && function.attached.provisioned.contains_key(alias) {
        return Err(invalid("Provisioned Concurrency is not supported for SnapStart enabled functions."));
    }
    Ok(())
}

/// Every container is ready, or one failed. A configuration that was changed meanwhile waits for others.
pub(crate) fn finished(world: &mut World, order: &ProvisionOrder, progress: Progress) {
    let id = &order.sandbox.id;
    let functions = &mut world.region(&id.account, &id.region).lambda.functions;
    let config = functions.get_mut(&id.name).and_then(|f| f.attached.provisioned.get_mut(&order.qualifier));
    if let Some(config) = config.filter(|config| config.id == order.id) {
        config.allocated = if matches!(progress, Progress::Failed(_)) { 0 } else { config.requested };
        config.progress = progress;
    }
}

pub(crate) fn get(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let (whole, qualifier) = existing(call, &input)?;
    let now = call.now;
    let config = whole.find(call)?.attached.provisioned.get(&qualifier).map(|c| c.shown(now));
    let why = "No Provisioned Concurrency Config found for this function";
    let missing = || AwsError::new(404, "ProvisionedConcurrencyConfigNotFoundException", why);
    config.map(Reply::ok).ok_or_else(missing)
}

/// One that is not there is no error.
pub(crate) fn delete(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let (whole, qualifier) = existing(call, &input)?;
    remove(call, &whole, &qualifier)?;
    Ok(Reply::no_content())
}

/// Takes a configuration away, with its alias or version or by itself.
///
/// # Errors
/// The function is not there.
pub(crate) fn remove(call: &mut Call, whole: &FunctionRef, qualifier: &str) -> Result<(), AwsError> {
    let attached = &mut whole.find(call)?.attached;
    let version = attached.aliases.get(qualifier).map(|alias| alias.route.version.clone());
    match attached.provisioned.remove(qualifier) {
        Some(_) => release(call, whole, version.as_deref().unwrap_or(qualifier)),
        None => Ok(()),
    }
}

fn existing(call: &mut Call, input: &Value) -> Result<(FunctionRef, String), AwsError> {
    let target = target(call, input)?;
    let qualifier = target.qualifier.clone().unwrap_or_default();
    if qualifier == LATEST {
        return Err(invalid("The function resource provided must be an alias or a published version."));
    }
    version(&target, call)?;
    Ok((FunctionRef { qualifier: None, ..target }, qualifier))
}

pub(crate) fn list(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let mut failures = Failures::default();
    let asked = max_items(&input, 50, &mut failures);
    refuse(failures)?;
    let size = paging::size(asked.and_then(|n| usize::try_from(n).ok()).unwrap_or(50), call.config);
    let now = call.now;
    let missing = not_found(format!("Function not found: {}", target.qualified_arn()));
    let configs = &target.find(call).map_err(|_| missing)?.attached.provisioned;
    let listed = configs.iter().map(|(qualifier, config)| {
        let mut shown = config.shown(now);
        shown["FunctionArn"] = json!(format!("{}:{qualifier}", target.arn));
        (qualifier.clone(), shown)
    });
    let (page, marker) = paging::cut(listed, input["Marker"].as_str(), size);
    let mut reply = json!({ "ProvisionedConcurrencyConfigs": page });
    if let Some(marker) = marker {
        reply["NextMarker"] = json!(marker);
    }
    Ok(Reply::ok(reply))
}
