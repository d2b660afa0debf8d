//! The operations on aliases.

use super::{
    alias::{Alias, Routing},
    errors::{not_found, refuse},
    function::ensure_revision,
    name::FunctionRef,
    provisioned,
    read::page_size,
    routing,
};
use crate::{
    call::{Call, Reply},
    clock::later,
    constraint::Failures,
    error::AwsError,
    paging, stable_id,
};
use serde_json::{Value, json};

const NAME: &str = "[a-zA-Z0-9-_]+";
const VERSION: &str = r"(\$LATEST(\.PUBLISHED)?|[0-9]+)";
const READ_BY: &str = "GetFunction/GetAlias";

/// What an alias's name must satisfy.
fn named(name: Option<&str>) -> Failures {
    let mut failures = Failures::default();
    failures.required("name", name.as_ref());
    failures.length("name", name, 128);
    failures.pattern("name", name, NAME);
    let is_number = name.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let rule = "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)";
    if is_number {
        failures.fail("name", name.unwrap_or_default(), rule);
    }
    failures
}

/// What the other members of CreateAlias and UpdateAlias must satisfy.
fn constrain(input: &Value, failures: &mut Failures) -> Result<(), AwsError> {
    let version = input["FunctionVersion"].as_str();
    failures.length("functionVersion", version, 1024);
    failures.pattern("functionVersion", version, VERSION);
    failures.length("description", input["Description"].as_str(), 256);
    if version == Some("$LATEST.PUBLISHED") {
        return Err(AwsError::not_implemented("an alias of $LATEST.PUBLISHED"));
    }
    Ok(())
}

pub(crate) fn create_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let (name, version) = (input["Name"].as_str(), input["FunctionVersion"].as_str());
    let mut failures = named(name);
    failures.required("functionVersion", version.as_ref());
    constrain(&input, &mut failures)?;
    let weights = routing::weights(&input, &mut failures)?;
    refuse(failures)?;
    let request_id = call.request_id.clone();
    let (name, version) = (name.unwrap_or_default(), version.unwrap_or_default());
    FunctionRef { qualifier: Some(version.to_owned()), ..target.clone() }.described(call)?;
    let function = target.find(call)?;
    if function.attached.aliases.contains_key(name) {
        let why = format!("Alias already exists: {}:{name}", target.arn);
        return Err(AwsError::new(409, "ResourceConflictException", why));
    }
    let route = Routing { version: version.to_owned(), weights: weights.unwrap_or_default() };
    routing::ensure(function, &route)?;
    let alias = Alias {
        name: name.to_owned(),
        route,
        description: input["Description"].as_str().unwrap_or_default().to_owned(),
        revision: stable_id::uuid(&[&target.arn, name, &request_id]),
        statements: Vec::new(),
        before: None,
    };
    let shown = alias.shown(&target.arn);
    function.attached.aliases.insert(name.to_owned(), alias);
    Ok(Reply::created(shown))
}

pub(crate) fn get_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    refuse(named(input["Name"].as_str()))?;
    let name = input["Name"].as_str().unwrap_or_default();
    let alias = target.find(call)?.attached.aliases.get(name);
    let missing = || not_found(format!("Cannot find alias arn: {}:{name}", target.arn));
    alias.map(|a| Reply::ok(a.shown(&target.arn))).ok_or_else(missing)
}

/// What is left out stays. It is a new revision even where nothing changes.
pub(crate) fn update_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let mut failures = named(input["Name"].as_str());
    constrain(&input, &mut failures)?;
    let weights = routing::weights(&input, &mut failures)?;
    refuse(failures)?;
    let name = input["Name"].as_str().unwrap_or_default();
    let (now, from, request_id) =
        (call.now, later(call.now, call.delays.alias_update), call.request_id.clone());
    let function = target.find(call)?;
    let missing = || not_found(format!("Alias not found: {}:{name}", target.arn));
    let alias = function.attached.aliases.get(name).ok_or_else(missing)?;
    ensure_revision(&alias.revision, &input["RevisionId"], READ_BY)?;
    let mut route = alias.route.clone();
    if let Some(version) = input["FunctionVersion"].as_str() {
        version.clone_into(&mut route.version);
    }
    if let Some(weights) = weights {
        route.weights = weights;
    }
    routing::ensure(function, &route)?;
    provisioned::ensure_moves(function, name, &route.version)?;
    let alias = function.attached.aliases.get_mut(name).ok_or_else(missing)?;
    let before = alias.route.version.clone();
    alias.go_over(route, now, from);
    if let Some(description) = input["Description"].as_str() {
        description.clone_into(&mut alias.description);
    }
    alias.revision = stable_id::uuid(&[&target.arn, name, &request_id]);
    let shown = alias.shown(&target.arn);
    provisioned::moved(call, &target, name, &before)?;
    Ok(Reply::ok(shown))
}

/// An alias that is not there is no error.
pub(crate) fn delete_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    refuse(named(input["Name"].as_str()))?;
    let name = input["Name"].as_str().unwrap_or_default();
    provisioned::remove(call, &target, name)?;
    target.find(call)?.attached.aliases.remove(name);
    Ok(Reply::no_content())
}

pub(crate) fn list_aliases(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let version = input["FunctionVersion"].as_str();
    let mut failures = Failures::default();
    failures.length("functionVersion", version, 1024);
    failures.pattern("functionVersion", version, VERSION);
    let size = page_size(call, &input, failures)?;
    let aliases = target.find(call)?.attached.aliases.values();
    let of_version = aliases.filter(|a| version.is_none_or(|v| v == a.route.version));
    let listed = of_version.map(|a| (a.name.clone(), a.shown(&target.arn)));
    let (page, marker) = paging::cut(listed, input["Marker"].as_str(), size);
    let mut reply = json!({ "Aliases": page });
    if let Some(marker) = marker {
        reply["NextMarker"] = json!(marker);
    }
    Ok(Reply::ok(reply))
}
