//! Tags of functions.

use super::{
    errors::{invalid, refuse},
    function::Function,
    name::FunctionRef,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
    tags::{self, WrongTag},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const RESOURCE: &str = r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)";
const KEY: &str = r"Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)";

/// Tags of a request, checked.
///
/// # Errors
/// `InvalidParameterValueException`: too many, keys or values that are too long, keys that are AWS's own.
pub(crate) fn read(tags: &Value) -> Result<BTreeMap<String, String>, AwsError> {
    let Value::Object(members) = tags else { return Ok(BTreeMap::new()) };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tags: BTreeMap<_, _> = members.iter().map(|(k, v)| (k.clone(), text(v))).collect();
    ensure_fit(&tags)?;
    match tags.iter().find(|(key, value)| WrongTag::of(key, value).is_some()) {
        Some((key, _)) => Err(invalid(format!("The tag with key '{key}' is not valid."))),
        None => Ok(tags),
    }
}

fn ensure_fit(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() <= tags::MOST { Ok(()) } else { Err(too_many()) }
}

fn too_many() -> AwsError {
    invalid("Number of tags exceeds resource tag limit.")
}

fn tagged<'a>(call: &'a mut Call, input: &Value) -> Result<&'a mut Function, AwsError> {
    let resource = input["Resource"].as_str();
    let mut failures = Failures::default();
    failures.required("resource", resource.as_ref());
    failures.pattern("resource", resource, RESOURCE);
    refuse(failures)?;
    let resource = resource.unwrap_or_default();
    if !resource.contains(":function:") {
        return Err(AwsError::not_implemented(format!("tagging {resource}")));
    }
    let target = FunctionRef::of(call, &json!({ "FunctionName": resource }))?;
    if target.qualifier.is_some() {
        return Err(invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        ));
    }
    target.find(call)
}

pub(crate) fn tag_resource(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let mut failures = Failures::default();
    failures.required("tags", input["Tags"].as_object());
    refuse(failures)?;
    let new = read(&input["Tags"])?;
    let function = tagged(call, &input)?;
    if new.is_empty() {
        return Err(invalid("An error occurred and the request cannot be processed."));
    }
    function.tags = tags::added(&function.tags, new).ok_or_else(too_many)?;
    Ok(Reply::no_content())
}

pub(crate) fn untag_resource(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let keys = &input["TagKeys"];
    // One key arrives as a text, several as a list.
    let one = std::slice::from_ref(keys);
    let texts: Vec<&str> =
        keys.as_array().map_or(one, Vec::as_slice).iter().filter_map(Value::as_str).collect();
    let mut failures = Failures::default();
    failures.required("tagKeys", texts.first());
    for key in &texts {
        failures.length("tagKeys", Some(key), 128);
        // A regular expression of AWS's model that `regex-lite` can't read.
        if key.is_empty() || !tags::is_legal(key) {
            failures.fail("tagKeys", key, KEY);
        }
    }
    refuse(failures)?;
    let function = tagged(call, &input)?;
    for key in texts {
        function.tags.remove(key);
    }
    Ok(Reply::no_content())
}

pub(crate) fn list_tags(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let tags = &tagged(call, &input)?.tags;
    Ok(Reply::ok(json!({ "Tags": tags })))
}
