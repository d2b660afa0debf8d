//! UpdateFunctionConfiguration and UpdateFunctionCode.

use super::{
    changes::Changes,
    create::read_architecture,
    dependencies,
    errors::{invalid, refuse},
    function::{Function, Seen},
    name::FunctionRef,
    publish, snap_start,
    source::{ImageSource, Source},
};
use crate::{
    call::{Call, Effect, Reply},
    clock::later,
    constraint::Failures,
    error::AwsError,
};
use serde_json::{Value, json};

/// Members whose meaning is not emulated.
const NOT_EMULATED: [&str; 6] =
    ["S3Bucket", "S3Key", "S3ObjectVersion", "S3ObjectStorageMode", "PublishTo", "SourceKMSKeyArn"];
const READ_BY: &str = "GetFunction/GetAlias";

pub(crate) fn update_function_configuration(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let mut failures = Failures::default();
    let changes = Changes::read(&input, &mut failures)?;
    refuse(failures)?;
    changes.check()?;
    let now = call.now;
    let function = target.find(call)?;
    function.ensure_revision(&input["RevisionId"], now, READ_BY)?;
    function.ensure_settled(now)?;
    check_package(function, &changes)?;
    let mut settings = function.settings.clone();
    settings.apply(changes);
    snap_start::ensure_possible(&settings, &function.source)?;
    let before = &function.settings;
    // A change of something else doesn't ask whether the role is still good.
    if (&settings.role, &settings.tracing, &settings.vpc) != (&before.role, &before.tracing, &before.vpc) {
        dependencies::ensure_role(call, &settings)?;
    }
    let grantee = dependencies::grantee(call, &settings);
    let delays = call.delays;
    let function = target.find(call)?;
    let before = std::mem::replace(&mut function.settings, settings);
    let settings = &function.settings;
    // The same variables, saved once more under the same role and key, leave the grant as it is.
    let kept = before.has_variables() && settings.has_variables();
    if !kept || (&before.role, &before.kms_key) != (&settings.role, &settings.kms_key) {
        function.grantee = grantee;
    }
    let leaves = before.is_in_vpc() && !settings.is_in_vpc();
    let reply = finish(call, &target)?;
    if leaves {
        let function = target.find(call)?;
        let gone = later(now, delays.network_release.max(delays.function_update));
        function.history.updated_from = Some(gone);
    }
    Ok(reply)
}

fn check_package(function: &Function, changes: &Changes) -> Result<(), AwsError> {
    match function.source {
        Source::Image(_) if changes.names_zip_settings() => Err(invalid(
            "Please don't provide Handler or Runtime or Layer when updating a function with packageType Image.",
        )),
        Source::Zip { .. } if changes.names_image_config() => {
            Err(invalid("Please don't provide ImageConfig when updating a function with packageType Zip."))
        }
        _ => Ok(()),
    }
}

pub(crate) fn update_function_code(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let mut failures = Failures::default();
    let architecture = read_architecture(&input, &mut failures);
    refuse(failures)?;
    if let Some(member) = NOT_EMULATED.into_iter().find(|m| !input[m].is_null()) {
        return Err(AwsError::not_implemented(format!("UpdateFunctionCode with {member}")));
    }
    let now = call.now;
    let function = target.find(call)?;
    function.ensure_revision(&input["RevisionId"], now, READ_BY)?;
    function.ensure_takes_code(now)?;
    let current = function.source.clone();
    let source = new_source(call, &input, &current, &target)?;
    let function = target.find(call)?;
    let architecture = architecture.unwrap_or_else(|| function.architecture.clone());
    if input["DryRun"] == json!(true) {
        let would_be = Function { source, architecture, ..function.clone() };
        return Ok(Reply::ok(would_be.configuration(Seen::At(now))));
    }
    function.source = source;
    function.architecture = architecture;
    let reply = finish(call, &target)?;
    if input["Publish"] == json!(true) { publish(call, &target) } else { Ok(reply) }
}

/// Answers the version in place of the function.
fn publish(call: &mut Call, target: &FunctionRef) -> Result<Reply, AwsError> {
    let mut function = target.find(call)?.clone();
    let before = function.last_version;
    let version = publish::with_change(&mut function, call);
    let seen = if function.last_version == before { Seen::At(call.now) } else { Seen::Created };
    let reply = function.version(&version).map(|version| publish::shown(version, seen));
    *target.find(call)? = function;
    Ok(Reply::ok(reply.unwrap_or_default()))
}

fn new_source(
    call: &mut Call,
    input: &Value,
    current: &Source,
    target: &FunctionRef,
) -> Result<Source, AwsError> {
    match (current, input["ImageUri"].as_str()) {
        (Source::Zip { .. }, Some(_)) => {
            Err(invalid("Please don't provide ImageUri when updating a function with packageType Zip."))
        }
        (Source::Zip { .. }, None) => Source::zip(input),
        (Source::Image(_), None) => {
            Err(invalid("Please provide ImageUri when updating a function with packageType Image."))
        }
        (Source::Image(_), Some(uri)) => {
            let image = ImageSource::resolve(call, uri)?;
            dependencies::ensure_pull(call, &image, &target.arn)?;
            Ok(Source::Image(image))
        }
    }
}

fn finish(call: &mut Call, target: &FunctionRef) -> Result<Reply, AwsError> {
    let (now, delays, request_id) = (call.now, call.delays, call.request_id.clone());
    let function = target.find(call)?;
    function.updated(now, &delays, &request_id);
    let (reply, sandbox) = (function.configuration(Seen::Updated), function.sandbox(now));
    call.effects.push(Effect::ReplaceContainers(sandbox));
    Ok(Reply::ok(reply))
}
