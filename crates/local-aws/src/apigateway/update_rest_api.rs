//! UpdateRestApi.

use super::{
    draft::Draft,
    endpoint,
    errors::{bad_request, refuse_by},
    find::ApiId,
    input::parse,
    patch::{self, Op, Patch},
    policy,
    rest_api::{self, KEY_SOURCES},
    state::RestApi,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde_json::Value;

/// All of the patches or none.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let patches = patch::read(call, &input)?;
    let id: ApiId = parse(input)?;
    let mut api = rest_api::to_update(call, &id.rest_api_id)?;
    for patch in &patches {
        apply(call, &mut api, patch)?;
    }
    Ok(Reply::ok(rest_api::updated(call, api)?))
}

fn apply(call: &Call<'_>, api: &mut RestApi, patch: &Patch) -> Result<(), AwsError> {
    let parts = patch.parts();
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["binaryMediaTypes", kind] => {
            binary_media_type(&mut api.draft, patch, kind);
            Ok(())
        }
        ["endpointConfiguration", "types", _] => {
            if patch.op == Op::Other {
                return Err(bad_request(
                    "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
                ));
            }
            endpoint::set_type(&mut api.endpoint_configuration, patch.text())
        }
        ["description"] if patch.is_removal() => {
            api.draft.description = None;
            Ok(())
        }
        [
            "name"
            | "description"
            | "version"
            | "apiKeySource"
            | "policy"
            | "minimumCompressionSize"
            | "disableExecuteApiEndpoint",
        ]
        | ["endpointConfiguration", "ipAddressType"] => {
            patch.replaces()?;
            replace(call, api, patch, &parts[0])
        }
        _ => Err(patch.unknown_path()),
    }
}

fn replace(call: &Call<'_>, api: &mut RestApi, patch: &Patch, member: &str) -> Result<(), AwsError> {
    let draft = &mut api.draft;
    match member {
        "name" => {
            rest_api::check_name(patch.text())?;
            draft.name = patch.text().to_owned();
        }
        "description" => draft.description = patch.non_empty(),
        "version" => draft.version = patch.non_empty(),
        "apiKeySource" => {
            refuse_by(|failures| failures.one_of("apiKeySource", Some(patch.text()), KEY_SOURCES))?;
            draft.api_key_source = patch.text().to_owned();
        }
        "policy" => api.policy = policy::read(call, &api.id, patch.text())?,
        "minimumCompressionSize" => {
            // What is no number is as much out of bounds as -1.
            let size = patch.non_empty().map(|text| text.parse().unwrap_or(-1));
            draft.minimum_compression_size = rest_api::compression(size)?;
        }
        "disableExecuteApiEndpoint" => api.disable_execute_api_endpoint = patch.flag(),
        _ => endpoint::set_address_type(&mut api.endpoint_configuration, patch.text())?,
    }
    Ok(())
}

/// The type is in the path; only `replace` has a value, which goes to the end of the list.
fn binary_media_type(draft: &mut Draft, patch: &Patch, kind: &str) {
    let types = &mut draft.binary_media_types;
    if matches!(patch.op, Op::Remove | Op::Replace) {
        types.retain(|t| t != kind);
    }
    let added = match patch.op {
        Op::Add => kind,
        Op::Replace => patch.text(),
        _ => return,
    };
    if !types.iter().any(|t| t == added) {
        types.push(added.to_owned());
    }
}
