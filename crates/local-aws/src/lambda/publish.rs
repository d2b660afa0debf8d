//! PublishVersion: what the function is now, for good. Versions can be listed and described; calling one, or changing its
//! permissions, is not emulated.

use super::{
    errors::{invalid, refuse},
    function::{Function, Seen},
    history::History,
    name::FunctionRef,
};
use crate::{
    call::{Call, Reply},
    clock::later,
    constraint::Failures,
    error::AwsError,
    stable_id,
};
use serde_json::{Value, json};

const READ_BY: &str = "GetFunction/GetAlias";

pub(crate) fn publish_version(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let description = input["Description"].as_str();
    let mut failures = Failures::default();
    failures.length("description", description, 256);
    refuse(failures)?;
    if !input["PublishTo"].is_null() {
        return Err(AwsError::not_implemented("PublishVersion with PublishTo"));
    }
    let (now, pending) = (call.now, later(call.now, call.delays.function_pending));
    let request_id = call.request_id.clone();
    let function = target.find(call)?;
    function.ensure_revision(&input["RevisionId"], now, READ_BY)?;
    function.ensure_settled(now)?;
    ensure_code(function, &input["CodeSha256"])?;
    let (number, version) = match function.versions.last_key_value() {
        // What has not changed since is not published again.
        Some((number, last)) if is_as(last, function) => (*number, last.clone()),
        last => {
            let number = last.map_or(1, |(number, _)| number + 1);
            let history = History {
                active_from: pending,
                updated_from: None,
                revision: stable_id::uuid(&[&function.id.arn, &request_id]),
                failure: None,
                used: now,
                woken: false,
            };
            (number, snapshot(function, number, description, history))
        }
    };
    let mut reply = version.configuration(Seen::At(now));
    reply["FunctionArn"] = json!(format!("{}:{number}", function.id.arn));
    function.versions.insert(number, version);
    Ok(Reply::created(reply))
}

fn ensure_code(function: &Function, wanted: &Value) -> Result<(), AwsError> {
    let current = function.source.sha256();
    match wanted.as_str() {
        Some(hash) if hash != current => Err(invalid(format!(
            "CodeSHA256 ({hash}) is different from current CodeSHA256 in $LATEST ({current}). Please try again with the CodeSHA256 in $LATEST."
        ))),
        _ => Ok(()),
    }
}

/// Whether code and configuration are the same, whatever the descriptions say.
fn is_as(version: &Function, latest: &Function) -> bool {
    let mut settings = version.settings.clone();
    settings.description.clone_from(&latest.settings.description);
    (&settings, &version.source, &version.architecture)
        == (&latest.settings, &latest.source, &latest.architecture)
}

fn snapshot(function: &Function, number: u64, description: Option<&str>, history: History) -> Function {
    let mut version = Function {
        version: number.to_string(),
        tags: Default::default(),
        statements: Vec::new(),
        reserved_concurrency: None,
        versions: Default::default(),
        attached: Default::default(),
        created: function.created,
        history,
        ..function.clone()
    };
    if let Some(description) = description {
        description.clone_into(&mut version.settings.description);
    }
    version
}
