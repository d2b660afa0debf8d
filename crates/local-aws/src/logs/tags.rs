//! Tags of log groups, which are named by their ARN without `:*`.

use super::{
    errors::invalid,
    input::{done, logs},
    state::LogGroup,
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    tags::{MOST, is_legal, is_reserved},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const KEY: Shape = Shape { length: (1, 128), pattern: Some((r"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)", is_legal)) };
const VALUE: Shape = Shape { length: (0, 256), pattern: Some((r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", is_legal)) };
const ARN: Shape = Shape { length: (1, 1011), pattern: Some((r"[\w+=/:,.@-]*", arn)) };

fn arn(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=/:,.@-#".contains(c))
}

/// The member `tags` of an input.
pub(crate) fn read(members: &mut Members<'_>, input: &Value) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for (key, value) in input["tags"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        members.check_text("tags", key, KEY);
        members.check_text("tags", value, VALUE);
        if is_reserved(key) {
            return Err(invalid("aws: prefixed tag key names are not allowed for external use."));
        }
        tags.insert(key.clone(), value.to_owned());
    }
    if input["tags"].is_object() {
        members.count("tags", tags.len(), 1..=MOST);
    }
    Ok(tags)
}

fn check_count(count: usize) -> Result<(), AwsError> {
    if count <= MOST {
        return Ok(());
    }
    Err(AwsError::new(400, "TooManyTagsException", format!("Tag limit exceeded: {count} of {MOST}")))
}

fn group<'a>(call: &'a mut Call<'_>, input: &Value) -> Result<&'a mut LogGroup, AwsError> {
    let mut members = Members::of(input);
    let arn = members.text("resourceArn", ARN);
    done(members)?;
    let ours = call.arn("logs", "log-group:");
    let name = arn.strip_prefix(&ours).ok_or_else(|| invalid(format!("Invalid resource ARN: {arn}")))?;
    let missing =
        || AwsError::new(400, "ResourceNotFoundException", "The specified resource does not exist.");
    logs(call).groups.get_mut(name).ok_or_else(missing)
}

pub(crate) fn tag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let new = read(&mut members, &input)?;
    if input["tags"].is_null() {
        members.missing("tags");
    }
    done(members)?;
    let group = group(call, &input)?;
    let mut tags = group.tags.clone();
    tags.extend(new);
    check_count(tags.len())?;
    group.tags = tags;
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn untag(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let gone = members.texts("tagKeys", 0..=MOST, KEY);
    if input["tagKeys"].is_null() {
        members.missing("tagKeys");
    }
    done(members)?;
    group(call, &input)?.tags.retain(|key, _| !gone.contains(&key.as_str()));
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    Ok(Reply::ok(json!({ "tags": group(call, &input)?.tags })))
}
