//! Publishing: what the function is now becomes a version, for good.

use super::{
    errors::{invalid, refuse},
    function::{Function, Seen, Serving},
    history::{Attempt, FailedAttempt, History},
    name::FunctionRef,
};
use crate::{
    call::{Call, Effect, Reply},
    clock::later,
    constraint::Failures,
    error::AwsError,
    stable_id,
};
use jiff::Timestamp;
use serde_json::{Value, json};

const READ_BY: &str = "GetFunction/GetAlias";

pub(crate) fn publish_version(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let description = input["Description"].as_str();
    let mut failures = Failures::default();
    failures.length("description", description, 256);
    failures.one_of("publishTo", input["PublishTo"].as_str(), &["LATEST_PUBLISHED"]);
    refuse(failures)?;
    if !input["PublishTo"].is_null() {
        return Err(AwsError::not_implemented("PublishVersion with PublishTo"));
    }
    let (now, active_from) = (call.now, later(call.now, call.delays.function_pending));
    let request_id = call.request_id.clone();
    let function = target.find(call)?;
    function.ensure_revision(&input["RevisionId"], now, READ_BY)?;
    function.ensure_settled(now)?;
    ensure_code(function, &input["CodeSha256"])?;
    let publication = Publication { now, active_from, request_id: &request_id };
    let (version, effect) = publish(function, description, publication);
    let reply = Reply::created(shown(version, Seen::At(now)));
    call.effects.extend(effect);
    Ok(reply)
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

/// As the operations that change a function do it on request. The version is `Pending` at least as long as the change
/// takes. Answers its number.
pub(crate) fn with_change(function: &mut Function, call: &mut Call) -> String {
    let changed = function.history.updated_from.unwrap_or(call.now);
    let active_from = later(call.now, call.delays.function_pending).max(changed);
    let publication = Publication { now: call.now, active_from, request_id: &call.request_id };
    let (version, effect) = publish(function, None, publication);
    call.effects.extend(effect);
    version.version.clone()
}

/// A version, with the ARN that names it.
pub(crate) fn shown(version: &Function, seen: Seen) -> Value {
    let mut shown = version.configuration(seen);
    shown["FunctionArn"] = json!(version.qualified_arn());
    shown
}

/// When and by what call a version is published.
struct Publication<'a> {
    now: Timestamp,
    active_from: Timestamp,
    request_id: &'a str,
}

/// What has not changed since the last version is not published again: then this is that version. With SnapStart a new
/// one is `Pending` until its snapshot is there, which the effect brings about.
fn publish<'a>(
    function: &'a mut Function,
    description: Option<&str>,
    publication: Publication<'_>,
) -> (&'a Function, Option<Effect>) {
    let last = function.last_version;
    let is_new = function.versions.get(&last).is_none_or(|v| v.published_of != function.fingerprint());
    if is_new {
        function.last_version += 1;
        let version = snapshot(function, description, &publication);
        function.revised(publication.request_id);
        function.versions.insert(function.last_version, version);
    }
    let version = &function.versions[&function.last_version];
    let (sandbox, not_before) = (version.serving.now.clone(), publication.active_from);
    (version, (is_new && sandbox.snap_start).then_some(Effect::Snapshot { sandbox, not_before }))
}

fn snapshot(function: &Function, description: Option<&str>, publication: &Publication<'_>) -> Function {
    let number = function.last_version.to_string();
    let history = History {
        active_from: publication.active_from,
        updated_from: None,
        revision: stable_id::uuid(&[&function.id.arn, &number, publication.request_id]),
        failure: FailedAttempt::of(&function.source, Attempt::Creation),
        used: publication.now,
        woken: false,
    };
    let mut version = Function {
        version: number,
        tags: Default::default(),
        statements: Vec::new(),
        reserved_concurrency: None,
        versions: Default::default(),
        attached: Default::default(),
        published_of: function.fingerprint(),
        history,
        ..function.clone()
    };
    if let Some(description) = description {
        description.clone_into(&mut version.settings.description);
    }
    version.serving = Serving { now: version.new_sandbox(), next: None };
    if version.serving.now.snap_start {
        version.history.active_from = Timestamp::MAX;
    }
    version
}
