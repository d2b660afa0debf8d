//! Tags of functions.

use super::{constraints::Constraints, errors::invalid, function::Function, name::Target};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const RESOURCE: &str = r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)";
const KEY: &str = r"Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*)";
const MOST: usize = 50;

/// Tags of a request, checked.
///
/// # Errors
/// `InvalidParameterValueException`: too many, keys or values that are too long, keys that are AWS's own.
pub(crate) fn read(tags: &Value) -> Result<BTreeMap<String, String>, AwsError> {
    let Value::Object(members) = tags else { return Ok(BTreeMap::new()) };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tags: BTreeMap<_, _> = members.iter().map(|(k, v)| (k.clone(), text(v))).collect();
    ensure_fit(&tags)?;
    for (key, value) in &tags {
        let length = key.chars().count();
        let fits = (1..=128).contains(&length) && value.chars().count() <= 256;
        if !fits
            || key.to_lowercase().starts_with("aws:")
            || !(key.chars().chain(value.chars())).all(is_legal)
        {
            return Err(invalid(format!("The tag with key '{key}' is not valid.")));
        }
    }
    Ok(tags)
}

fn is_legal(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c)
}

fn ensure_fit(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() <= MOST {
        return Ok(());
    }
    Err(invalid("Number of tags exceeds resource tag limit."))
}

fn tagged<'a>(call: &'a mut Call, input: &Value) -> Result<&'a mut Function, AwsError> {
    let resource = input["Resource"].as_str();
    let mut constraints = Constraints::default();
    constraints.required("resource", resource.as_ref());
    constraints.pattern("resource", resource, RESOURCE);
    constraints.check()?;
    let resource = resource.unwrap_or_default();
    if !resource.contains(":function:") {
        return Err(AwsError::not_implemented(format!("tagging {resource}")));
    }
    let target = Target::of(call, &json!({ "FunctionName": resource }))?;
    if target.qualifier.is_some() {
        return Err(invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        ));
    }
    target.find(call)
}

pub(crate) fn tag_resource(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let mut constraints = Constraints::default();
    constraints.required("tags", input["Tags"].as_object());
    constraints.check()?;
    let new = read(&input["Tags"])?;
    let function = tagged(call, &input)?;
    let mut tags = function.tags.clone();
    if new.is_empty() {
        return Err(invalid("An error occurred and the request cannot be processed."));
    }
    tags.extend(new);
    ensure_fit(&tags)?;
    function.tags = tags;
    Ok(Reply::no_content())
}

pub(crate) fn untag_resource(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let keys = &input["TagKeys"];
    // One key arrives as a text, several as a list.
    let one = std::slice::from_ref(keys);
    let texts: Vec<&str> =
        keys.as_array().map_or(one, Vec::as_slice).iter().filter_map(Value::as_str).collect();
    let mut constraints = Constraints::default();
    constraints.required("tagKeys", texts.first());
    for key in &texts {
        constraints.length("tagKeys", Some(key), 128);
        // A regular expression of AWS's model that `regex-lite` can't read.
        constraints.holds("tagKeys", key, !key.is_empty() && key.chars().all(is_legal), KEY);
    }
    constraints.check()?;
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
