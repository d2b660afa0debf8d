//! Aliases, as far as they are shown: they are not invoked here.

use super::{
    attached::Alias,
    errors::{not_found, refuse},
    name::FunctionRef,
    read::page_size,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
    stable_id,
};
use serde_json::{Value, json};

const NAME: &str = "[a-zA-Z0-9-_]+";
const VERSION: &str = r"(\$LATEST(\.PUBLISHED)?|[0-9]+)";

impl Alias {
    fn shown(&self, name: &str, function_arn: &str) -> Value {
        json!({
            "AliasArn": format!("{function_arn}:{name}"),
            "Name": name,
            "FunctionVersion": self.version,
            "Description": self.description,
            "RevisionId": self.revision,
        })
    }
}

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

pub(crate) fn create_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let (name, version) = (input["Name"].as_str(), input["FunctionVersion"].as_str());
    let mut failures = named(name);
    failures.required("functionVersion", version.as_ref());
    failures.length("functionVersion", version, 1024);
    failures.length("description", input["Description"].as_str(), 256);
    failures.pattern("functionVersion", version, VERSION);
    refuse(failures)?;
    if !input["RoutingConfig"].is_null() {
        return Err(AwsError::not_implemented("an alias of two versions"));
    }
    let request_id = call.request_id.clone();
    let (name, version) = (name.unwrap_or_default(), version.unwrap_or_default());
    FunctionRef { qualifier: Some(version.to_owned()), ..target.clone() }.described(call)?;
    let function = target.find(call)?;
    if function.attached.aliases.contains_key(name) {
        let why = format!("Alias already exists: {}:{name}", target.arn);
        return Err(AwsError::new(409, "ResourceConflictException", why));
    }
    let description = input["Description"].as_str().unwrap_or_default().to_owned();
    let revision = stable_id::uuid(&[&target.arn, name, &request_id]);
    let alias = Alias { version: version.to_owned(), description, revision };
    let shown = alias.shown(name, &target.arn);
    function.attached.aliases.insert(name.to_owned(), alias);
    Ok(Reply::created(shown))
}

pub(crate) fn get_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    refuse(named(input["Name"].as_str()))?;
    let name = input["Name"].as_str().unwrap_or_default();
    let alias = target.find(call)?.attached.aliases.get(name);
    let missing = || not_found(format!("Cannot find alias arn: {}:{name}", target.arn));
    alias.map(|a| Reply::ok(a.shown(name, &target.arn))).ok_or_else(missing)
}

/// An alias that is not there is no error.
pub(crate) fn delete_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    refuse(named(input["Name"].as_str()))?;
    target.find(call)?.attached.aliases.remove(input["Name"].as_str().unwrap_or_default());
    Ok(Reply::no_content())
}

pub(crate) fn list_aliases(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let version = input["FunctionVersion"].as_str();
    let mut failures = Failures::default();
    failures.length("functionVersion", version, 1024);
    failures.pattern("functionVersion", version, VERSION);
    let size = page_size(call, &input, failures)?;
    let after = input["Marker"].as_str().unwrap_or_default();
    let aliases = &target.find(call)?.attached.aliases;
    let mut found =
        aliases.iter().filter(|(name, a)| name.as_str() > after && version.is_none_or(|v| v == a.version));
    let page: Vec<(&String, &Alias)> = found.by_ref().take(size).collect();
    let shown: Vec<Value> = page.iter().map(|(name, a)| a.shown(name, &target.arn)).collect();
    let mut reply = json!({ "Aliases": shown });
    if let (Some(_), Some((last, _))) = (found.next(), page.last()) {
        reply["NextMarker"] = json!(last);
    }
    Ok(Reply::ok(reply))
}

/// The target of settings that can also hang on an alias or a version: here on functions only.
///
/// # Errors
/// It is an alias or a version.
pub(crate) fn ensure_function(target: &FunctionRef) -> Result<(), AwsError> {
    match target.qualifier.as_deref() {
        None | Some("$LATEST") => Ok(()),
        Some(qualifier) => {
            Err(AwsError::not_implemented(format!("settings of the version or alias {qualifier}")))
        }
    }
}
