//! Account policies of type RETENTION_POLICY: they decide how long log groups keep events, whatever the groups say.

use super::{
    errors::{invalid, not_found},
    input::{done, logs},
    state::RetentionPolicy,
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
};
use serde_json::{Value, json};

const NAME: Shape = Shape { length: (1, 256), pattern: None };
const DOCUMENT: Shape = Shape { length: (1, 30_720), pattern: None };
const DAYS: [i64; 17] =
    [30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

fn read_type(members: &mut Members<'_>) -> Result<(), AwsError> {
    const TYPES: [&str; 6] = [
        "DATA_PROTECTION_POLICY",
        "SUBSCRIPTION_FILTER_POLICY",
        "FIELD_INDEX_POLICY",
        "TRANSFORMER_POLICY",
        "METRIC_EXTRACTION_POLICY",
        "RETENTION_POLICY",
    ];
    match members.one_of("policyType", &TYPES) {
        None => {
            members.missing("policyType");
            Ok(())
        }
        Some("RETENTION_POLICY") => Ok(()),
        Some(other) => Err(AwsError::not_implemented(format!("account policies of type {other}"))),
    }
}

pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let name = members.text("policyName", NAME).to_owned();
    let document = members.text("policyDocument", DOCUMENT).to_owned();
    read_type(&mut members)?;
    done(members)?;
    if !input["selectionCriteria"].is_null() {
        return Err(AwsError::not_implemented("PutAccountPolicy with selectionCriteria"));
    }
    let text: Value = serde_json::from_str(&document).unwrap_or_default();
    let days = match &text["retentionInDays"] {
        Value::String(never) if never == "NEVER_EXPIRE" => None,
        days if days.as_i64().is_some_and(|d| DAYS.contains(&d)) => days.as_i64(),
        _ => return Err(invalid("The policy document is invalid: retentionInDays.")),
    };
    let from = match text["enforcementMode"].as_str() {
        Some("NEW_ONLY") => Some(call.now.as_millisecond()),
        Some("RETROACTIVE") => None,
        _ => return Err(invalid("The policy document is invalid: enforcementMode.")),
    };
    let policy = RetentionPolicy { days, from, document: document.clone() };
    logs(call).retention_policies.0.insert(name.clone(), policy);
    let shown = json!({ "policyName": name, "policyDocument": document, "policyType": "RETENTION_POLICY", "scope": "ALL" });
    Ok(Reply::ok(json!({ "accountPolicy": shown })))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let name = members.text("policyName", NAME).to_owned();
    read_type(&mut members)?;
    done(members)?;
    match logs(call).retention_policies.0.remove(&name) {
        Some(_) => Ok(Reply::Empty { status: 200 }),
        None => Err(not_found("account policy")),
    }
}
