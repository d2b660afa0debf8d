//! The operations that only read.

use super::{
    ACCOUNT_CONCURRENCY, OPERATIONS, concurrency::reserved_in, constraints::Constraints, function::Seen,
    name::Target,
};
use crate::{
    authorization,
    error::AwsError,
    operation::{Call, Reply},
};
use serde_json::{Value, json};

pub fn get_function(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::of(call, &input)?;
    let now = call.now;
    let function = target.find(call)?;
    let mut reply = json!({
        "Configuration": qualified(function.configuration(Seen::At(now)), &target),
        "Code": function.source.location(),
    });
    if let Some(reserved) = function.reserved_concurrency {
        reply["Concurrency"] = json!({ "ReservedConcurrentExecutions": reserved });
    }
    let tags = function.tags.clone();
    match may_list_tags(call, &target) {
        Ok(()) if tags.is_empty() => {}
        Ok(()) => reply["Tags"] = json!(tags),
        Err(error) => {
            reply["TagsError"] = json!({ "ErrorCode": error.code, "Message": error.message });
        }
    }
    Ok(Reply::ok(reply))
}

/// Tags are shown to those only who may also list them.
fn may_list_tags(call: &mut Call, target: &Target) -> Result<(), AwsError> {
    let operation = OPERATIONS.iter().find(|o| o.name == "ListTags");
    let operation = operation.ok_or_else(|| AwsError::not_implemented("ListTags"))?;
    authorization::check(call, operation, &json!({ "Resource": target.arn }), None)
}

pub fn get_function_configuration(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::of(call, &input)?;
    let now = call.now;
    let configuration = target.find(call)?.configuration(Seen::At(now));
    Ok(Reply::ok(qualified(configuration, &target)))
}

/// The ARN is answered as it was asked for.
fn qualified(mut configuration: Value, target: &Target) -> Value {
    configuration["FunctionArn"] = json!(target.qualified_arn());
    configuration
}

pub fn list_functions(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let mut constraints = Constraints::default();
    constraints.one_of("functionVersion", input["FunctionVersion"].as_str(), &["ALL"]);
    if !input["MasterRegion"].is_null() {
        return Err(AwsError::not_implemented("ListFunctions with MasterRegion"));
    }
    let size = page_size(call, &input, constraints)?;
    let (now, marker) = (call.now, input["Marker"].as_str().unwrap_or_default().to_owned());
    let functions = &call.region_mut().lambda.functions;
    let mut after = functions.values().filter(|f| f.id.name > marker);
    let page: Vec<_> = after.by_ref().take(size).collect();
    let more = after.next().is_some();
    let mut reply =
        json!({ "Functions": page.iter().map(|f| f.configuration(Seen::Listed(now))).collect::<Vec<_>>() });
    if let (true, Some(last)) = (more, page.last()) {
        reply["NextMarker"] = json!(last.id.name);
    }
    Ok(Reply::ok(reply))
}

/// AWS gives at most 50 functions a page, whatever is asked for.
fn page_size(call: &Call, input: &Value, mut constraints: Constraints) -> Result<usize, AwsError> {
    let asked = input["MaxItems"].as_str().and_then(|text| text.parse::<i64>().ok());
    constraints.range("maxItems", asked, 1, 10_000);
    constraints.check()?;
    let asked = asked.and_then(|n| usize::try_from(n).ok()).unwrap_or(50);
    Ok(asked.min(50).min(call.config.page_size.unwrap_or(50)).max(1))
}

pub fn list_versions_by_function(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::of(call, &input)?;
    page_size(call, &input, Constraints::default())?;
    let now = call.now;
    let mut latest = target.find(call)?.configuration(Seen::Listed(now));
    latest["FunctionArn"] = json!(format!("{}:$LATEST", target.arn));
    Ok(Reply::ok(json!({ "Versions": [latest] })))
}

pub fn list_aliases(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::to_change(call, &input)?;
    let version = input["FunctionVersion"].as_str();
    let mut constraints = Constraints::default();
    constraints.length("functionVersion", version, 1024);
    constraints.pattern("functionVersion", version, r"(\$LATEST(\.PUBLISHED)?|[0-9]+)");
    page_size(call, &input, constraints)?;
    target.find(call)?;
    Ok(Reply::ok(json!({ "Aliases": [] })))
}

pub fn get_function_code_signing_config(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::of(call, &input)?;
    target.find(call)?;
    Ok(Reply::ok(json!({ "FunctionName": target.name })))
}

pub fn get_runtime_management_config(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = Target::of(call, &input)?;
    target.find(call)?;
    Ok(Reply::ok(json!({ "UpdateRuntimeOn": "Auto", "FunctionArn": target.qualified_arn() })))
}

pub fn get_account_settings(call: &mut Call, _input: Value) -> Result<Reply, AwsError> {
    let lambda = &call.region_mut().lambda;
    let code_size: u64 = lambda.functions.values().map(|f| f.source.size()).sum();
    Ok(Reply::ok(json!({
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800_u64,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": ACCOUNT_CONCURRENCY,
            "UnreservedConcurrentExecutions": ACCOUNT_CONCURRENCY - reserved_in(lambda, ""),
        },
        "AccountUsage": { "TotalCodeSize": code_size, "FunctionCount": lambda.functions.len() },
    })))
}
