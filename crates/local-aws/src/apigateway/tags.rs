//! Tags of APIs, stages, keys and usage plans. ARNs here have no account:
//! `arn:aws:apigateway:us-east-2::/restapis/abc/stages/prod`.

use super::{
    errors::{bad_request, not_found},
    find, input,
    input::parse,
    state::Tags,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    tags::{MOST, WrongTag},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What keys and values are made of, by the developer guide's "Tag restrictions". The service model's `[a-zA-Z+-=._:/]` is
/// no range: `,`, `;` and `<` are refused.
const ALPHABET: &str = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagResource {
    resource_arn: String,
    tags: Tags,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UntagResource {
    resource_arn: String,
    #[serde(default, deserialize_with = "input::one_or_many")]
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetTags {
    resource_arn: String,
}

pub(crate) fn tag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: TagResource = parse(input)?;
    let tags = find_tags(call, &input.resource_arn)?;
    let mut after = tags.clone();
    after.extend(input.tags);
    check(&after)?;
    *tags = after;
    Ok(Reply::no_content())
}

pub(crate) fn untag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: UntagResource = parse(input)?;
    find_tags(call, &input.resource_arn)?.retain(|key, _| !input.tag_keys.contains(key));
    Ok(Reply::no_content())
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input: GetTags = parse(input)?;
    Ok(Reply::ok(json!({ "tags": find_tags(call, &input.resource_arn)? })))
}

fn find_tags<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, AwsError> {
    let own = call.region.clone();
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let path = match fields.as_slice() {
        ["arn", _, "apigateway", region, "", path] if *region == own => *path,
        _ => return Err(bad_request(format!("Invalid resource ARN specified: {arn}"))),
    };
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["", "restapis", id] => Ok(&mut find::api(call, id)?.tags),
        ["", "restapis", id, "stages", stage] => Ok(&mut find::stage(call, id, stage)?.tags),
        ["", "usageplans", id] => Ok(&mut find::plan(call, id)?.tags),
        ["", "apikeys", id] => Ok(&mut find::key(call, id)?.tags),
        _ => Err(not_found(format!("Invalid resource ARN specified: {arn}"))),
    }
}

/// The rules for all tags of one thing together.
pub(crate) fn check(tags: &Tags) -> Result<(), AwsError> {
    if tags.len() > MOST {
        return Err(bad_request(format!("Tags can not be more than {MOST}")));
    }
    tags.iter().try_for_each(|(key, value)| check_one(key, value))
}

fn check_one(key: &str, value: &str) -> Result<(), AwsError> {
    let Some(what) = WrongTag::of(key, value) else { return Ok(()) };
    Err(bad_request(match what {
        WrongTag::Reserved => "Tag keys starting with 'aws:' are reserved for system use".to_owned(),
        WrongTag::Key => format!("Invalid tag key {key}: 1 to 128 characters of {ALPHABET} are allowed"),
        WrongTag::Value => {
            format!("Invalid tag value for {key}: up to 256 characters of {ALPHABET} are allowed")
        }
    }))
}

/// Adds `tags` to a reply that shows them only where there are some.
pub(crate) fn show(body: &mut Value, tags: &Tags) {
    if !tags.is_empty() {
        body["tags"] = json!(tags);
    }
}

/// Adds `tags` to a reply that always shows them.
pub(crate) fn show_always(body: &mut Value, tags: &Tags) {
    body["tags"] = json!(tags);
}
