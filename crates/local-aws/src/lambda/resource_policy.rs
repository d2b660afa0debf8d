//! The resource policy as a document: everything that IAM's policy language can say, where AddPermission only allows.

use super::{
    errors::{invalid, not_found, refuse},
    function::ensure_revision,
    name::FunctionRef,
    permission::{POLICY_LIMIT, document},
    qualified,
};
use crate::{
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
    policy,
};
use serde_json::{Value, json};

const ARN: &str = r"arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_])+)?|runtime/[a-zA-Z0-9-_./]+)";
const READ_BY: &str = "GetResourcePolicy";

fn target(call: &Call, input: &Value) -> Result<FunctionRef, AwsError> {
    let arn = input["ResourceArn"].as_str();
    let mut failures = Failures::default();
    failures.required("resourceArn", arn.as_ref());
    failures.length("resourceArn", arn, 512);
    failures.pattern("resourceArn", arn, ARN);
    refuse(failures)?;
    FunctionRef::of(call, &json!({ "FunctionName": arn }))
}

/// Takes the place of whatever was there, statements of AddPermission too.
pub(crate) fn put_resource_policy(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let text = input["Policy"].as_str();
    let mut failures = Failures::default();
    failures.required("policy", text.as_ref());
    failures.length("policy", text, POLICY_LIMIT);
    refuse(failures)?;
    let text = text.unwrap_or_default();
    let policy = policy::check(text, policy::PolicyKind::Resource).map_err(invalid)?;
    let (now, request_id) = (call.now, call.request_id.clone());
    let mut resource = qualified::find(&target, call)?;
    ensure_revision(&resource.revision_id(now), &input["RevisionId"], READ_BY)?;
    *resource.statements() = match policy["Statement"].clone() {
        Value::Array(statements) => statements,
        one => vec![one],
    };
    resource.revised(&request_id);
    Ok(Reply::ok(json!({ "Policy": text, "RevisionId": resource.revision_id(now) })))
}

pub(crate) fn get_resource_policy(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let now = call.now;
    let mut resource = qualified::find(&target, call)?;
    if resource.statements().is_empty() {
        return Err(not_found("The resource you requested does not exist."));
    }
    let policy = document(resource.statements()).to_string();
    Ok(Reply::ok(json!({ "Policy": policy, "RevisionId": resource.revision_id(now) })))
}

pub(crate) fn delete_resource_policy(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = target(call, &input)?;
    let (now, request_id) = (call.now, call.request_id.clone());
    let mut resource = qualified::find(&target, call)?;
    ensure_revision(&resource.revision_id(now), &input["RevisionId"], READ_BY)?;
    resource.statements().clear();
    resource.revised(&request_id);
    Ok(Reply::no_content())
}
