//! The operations that only read.

use super::{
    concurrency::reserved_in,
    errors::refuse,
    function::{Function, Seen},
    name::FunctionRef,
};
use crate::{
    authorization,
    call::{Call, Reply},
    constraint::Failures,
    error::AwsError,
    paging,
    permission::Permission,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) fn get_function(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    let (now, delays) = (call.now, call.delays);
    let young = |f: &Function| now.duration_since(f.created).unsigned_abs() < delays.function_visible;
    if target.described(call).is_ok_and(young) {
        return Err(target.not_found());
    }
    let (tags, reserved) = whole(call, &target)?;
    let configuration = configuration(call, &target)?;
    let function = target.described(call)?;
    let mut reply = json!({
        "Configuration": configuration,
        "Code": function.source.location(),
    });
    if let Some(reserved) = reserved {
        reply["Concurrency"] = json!({ "ReservedConcurrentExecutions": reserved });
    }
    match may_list_tags(call, &target) {
        Ok(()) if tags.is_empty() => {}
        Ok(()) => reply["Tags"] = json!(tags),
        Err(error) => {
            reply["TagsError"] = json!({ "ErrorCode": error.code, "Message": error.message });
        }
    }
    Ok(Reply::ok(reply))
}

/// Tags and reserved concurrency: versions have none of their own.
fn whole(call: &mut Call, target: &FunctionRef) -> Result<(BTreeMap<String, String>, Option<u32>), AwsError> {
    let function = call.region_mut().lambda.functions.get(&target.name);
    function.map(|f| (f.tags.clone(), f.reserved_concurrency)).ok_or_else(|| target.not_found())
}

/// Tags are shown to those only who may also list them.
fn may_list_tags(call: &mut Call, target: &FunctionRef) -> Result<(), AwsError> {
    authorization::check_one(call, &Permission::new("lambda:ListTags", &target.arn))
}

pub(crate) fn get_function_configuration(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    Ok(Reply::ok(configuration(call, &target)?))
}

/// Why the caller does not see variables under this key: whoever asks for them has to be allowed to decrypt them.
fn unreadable(call: &mut Call, key: &str) -> Option<Value> {
    let decrypt = Permission::new("kms:Decrypt", key);
    let error = authorization::check_one(call, &decrypt).err()?;
    let why = format!(
        "Lambda was unable to decrypt your environment variables because the KMS access was denied. Please check your KMS permissions. KMS Exception: AccessDeniedException KMS Message: {}",
        error.message
    );
    Some(json!({ "ErrorCode": "AccessDeniedException", "Message": why }))
}

/// What the function, its version or its alias looks like; the ARN is answered as it was asked for.
fn configuration(call: &mut Call, target: &FunctionRef) -> Result<Value, AwsError> {
    let now = call.now;
    let function = target.described(call)?;
    let mut configuration = function.configuration(Seen::At(now));
    configuration["FunctionArn"] = json!(target.qualified_arn());
    let key = function.settings.kms_key.clone().filter(|_| function.settings.has_variables());
    if let Some(error) = key.and_then(|key| unreadable(call, &key)) {
        configuration["Environment"] = json!({ "Error": error });
    }
    Ok(configuration)
}

pub(crate) fn list_functions(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let mut failures = Failures::default();
    failures.one_of("functionVersion", input["FunctionVersion"].as_str(), &["ALL"]);
    if !input["MasterRegion"].is_null() {
        return Err(AwsError::not_implemented("ListFunctions with MasterRegion"));
    }
    let all = input["FunctionVersion"] == "ALL";
    let size = page_size(call, &input, failures)?;
    let now = call.now;
    let functions = call.region_mut().lambda.functions.values();
    let listed =
        functions.flat_map(|f| if all { listed_versions(f, now) } else { vec![listed_latest(f, now)] });
    Ok(page("Functions", listed, &input, size))
}

/// One page of what is listed by key, as the member `name`. A marker is a key as it is.
fn page(name: &str, listed: impl IntoIterator<Item = (String, Value)>, input: &Value, size: usize) -> Reply {
    let (page, marker) = paging::cut(listed, input["Marker"].as_str(), size);
    let mut reply = json!({ name: page });
    if let Some(marker) = marker {
        reply["NextMarker"] = json!(marker);
    }
    Reply::ok(reply)
}

fn listed_latest(function: &Function, now: Timestamp) -> (String, Value) {
    (function.id.name.clone(), function.configuration(Seen::Listed(now)))
}

/// `$LATEST` and every published version, each by its own ARN. A key ends in the number, behind a blank, which no
/// name has: so all of one function stand together.
fn listed_versions(function: &Function, now: Timestamp) -> Vec<(String, Value)> {
    let qualified = |f: &Function| {
        let mut shape = f.configuration(Seen::Listed(now));
        shape["FunctionArn"] = json!(f.qualified_arn());
        shape
    };
    let published = function.versions.iter();
    let published = published.map(|(n, f)| (format!("{} {n:020}", f.id.name), qualified(f)));
    std::iter::once((function.id.name.clone(), qualified(function))).chain(published).collect()
}

/// How many items a page may have, where it is said: 1 to `most`.
pub(crate) fn max_items(input: &Value, most: i64, failures: &mut Failures) -> Option<i64> {
    let asked = input["MaxItems"].as_str().and_then(|text| text.parse().ok());
    failures.range("maxItems", asked, 1..=most);
    asked
}

/// AWS gives at most 50 functions a page, whatever is asked for.
pub(crate) fn page_size(call: &Call, input: &Value, mut failures: Failures) -> Result<usize, AwsError> {
    let asked = max_items(input, 10_000, &mut failures);
    refuse(failures)?;
    let asked = asked.and_then(|n| usize::try_from(n).ok()).unwrap_or(50);
    Ok(paging::size(asked.min(50), call.config))
}

pub(crate) fn list_versions_by_function(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    let size = page_size(call, &input, Failures::default())?;
    let now = call.now;
    let listed = listed_versions(target.find(call)?, now);
    Ok(page("Versions", listed, &input, size))
}

pub(crate) fn get_function_code_signing_config(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    target.find(call)?;
    Ok(Reply::ok(json!({ "FunctionName": target.name })))
}

pub(crate) fn get_runtime_management_config(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    target.described(call)?;
    Ok(Reply::ok(json!({ "UpdateRuntimeOn": "Auto", "FunctionArn": target.qualified_arn() })))
}

pub(crate) fn get_account_settings(call: &mut Call, _input: Value) -> Result<Reply, AwsError> {
    let most = call.config.concurrency;
    let lambda = &call.region_mut().lambda;
    let code_size: u64 = lambda.functions.values().map(|f| f.source.size()).sum();
    Ok(Reply::ok(json!({
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800_u64,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": most,
            "UnreservedConcurrentExecutions": most.saturating_sub(reserved_in(lambda, "")),
        },
        "AccountUsage": { "TotalCodeSize": code_size, "FunctionCount": lambda.functions.len() },
    })))
}
