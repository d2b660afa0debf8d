//! Aliases, as far as they are shown: they are not invoked here.

use super::{attached::Alias, constraints::Constraints, errors::not_found, name::Target, read::page_size};
use crate::{
    call::{Call, Reply},
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
fn named(name: Option<&str>) -> Constraints {
    let mut constraints = Constraints::default();
    constraints.required("name", name.as_ref());
    constraints.length("name", name, 128);
    constraints.pattern("name", name, NAME);
    let is_number = name.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let rule = "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)";
    constraints.holds("name", name.unwrap_or_default(), !is_number, rule);
    constraints
}

pub(crate) fn create_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::to_change(call, &input)?;
    let (name, version) = (input["Name"].as_str(), input["FunctionVersion"].as_str());
    let mut constraints = named(name);
    constraints.required("functionVersion", version.as_ref());
    constraints.length("functionVersion", version, 1024);
    constraints.length("description", input["Description"].as_str(), 256);
    constraints.pattern("functionVersion", version, VERSION);
    constraints.check()?;
    if !input["RoutingConfig"].is_null() {
        return Err(AwsError::not_implemented("an alias of two versions"));
    }
    let request_id = call.request_id.clone();
    let (name, version) = (name.unwrap_or_default(), version.unwrap_or_default());
    Target { qualifier: Some(version.to_owned()), ..target.clone() }.described(call)?;
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
    let target = Target::to_change(call, &input)?;
    named(input["Name"].as_str()).check()?;
    let name = input["Name"].as_str().unwrap_or_default();
    let alias = target.find(call)?.attached.aliases.get(name);
    let missing = || not_found(format!("Cannot find alias arn: {}:{name}", target.arn));
    alias.map(|a| Reply::ok(a.shown(name, &target.arn))).ok_or_else(missing)
}

/// An alias that is not there is no error.
pub(crate) fn delete_alias(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::to_change(call, &input)?;
    named(input["Name"].as_str()).check()?;
    target.find(call)?.attached.aliases.remove(input["Name"].as_str().unwrap_or_default());
    Ok(Reply::no_content())
}

pub(crate) fn list_aliases(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::to_change(call, &input)?;
    let version = input["FunctionVersion"].as_str();
    let mut constraints = Constraints::default();
    constraints.length("functionVersion", version, 1024);
    constraints.pattern("functionVersion", version, VERSION);
    let size = page_size(call, &input, constraints)?;
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
pub(crate) fn ensure_function(target: &Target) -> Result<(), AwsError> {
    match target.qualifier.as_deref() {
        None | Some("$LATEST") => Ok(()),
        Some(qualifier) => {
            Err(AwsError::not_implemented(format!("settings of the version or alias {qualifier}")))
        }
    }
}
