//! What inputs of several operations have in common: names, limits, tokens.

use super::{errors::invalid, state::Logs};
use crate::{
    call::Call,
    constraint::{Members, Shape},
    error::AwsError,
    paging,
};
use serde_json::Value;

pub(crate) const GROUP: Shape =
    Shape { length: (1, 512), pattern: Some((r"[\.\-_/#A-Za-z0-9]+", group_name)) };
pub(crate) const STREAM: Shape =
    Shape { length: (1, 512), pattern: Some(("[^:*]*", |t| !t.contains([':', '*']))) };
pub(crate) const IDENTIFIER: Shape =
    Shape { length: (1, 2048), pattern: Some((r"[\w#+=/:,.@-]*", |t| t.chars().all(identifier))) };
pub(crate) const TOKEN: Shape = Shape { length: (1, usize::MAX), pattern: None };

fn group_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || ".-_/#".contains(c))
}

fn identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_#+=/:,.@-".contains(c)
}

/// The logs of the caller's region.
pub(crate) fn logs<'a>(call: &'a mut Call<'_>) -> &'a mut Logs {
    &mut call.region_mut().logs
}

/// # Errors
/// `InvalidParameterException`, as every broken member in this service.
pub(crate) fn done(members: Members<'_>) -> Result<(), AwsError> {
    members.finish("InvalidParameterException")
}

/// The group that `logGroupName` or `logGroupIdentifier` (a name or an ARN) names.
pub(crate) fn group_of(input: &Value) -> Result<String, AwsError> {
    let mut members = Members::of(input);
    let name = members.optional_text("logGroupName", GROUP);
    let identifier = members.optional_text("logGroupIdentifier", IDENTIFIER);
    done(members)?;
    match (name, identifier) {
        (Some(name), None) => Ok(name.to_owned()),
        (None, Some(identifier)) => Ok(name_in(identifier).to_owned()),
        _ => Err(invalid("Exactly one of logGroupName or logGroupIdentifier must be specified.")),
    }
}

/// The group's name in its ARN, or the name itself.
pub(crate) fn name_in(identifier: &str) -> &str {
    identifier.split_once(":log-group:").map_or(identifier, |(_, name)| name)
}

/// The member `limit` and how many items come where it is missing, bounded by the configured page.
pub(crate) fn limit(call: &Call<'_>, input: &Value, most: i64) -> Result<usize, AwsError> {
    let mut members = Members::of(input);
    let limit = members.number("limit", 1..=most).unwrap_or(most);
    done(members)?;
    Ok(paging::size(usize::try_from(limit).unwrap_or(usize::MAX), call.config))
}

/// The text that the member `nextToken` was made of.
pub(crate) fn token(input: &Value) -> Result<Option<String>, AwsError> {
    let mut members = Members::of(input);
    let token = members.optional_text("nextToken", TOKEN);
    done(members)?;
    token.map(|t| paging::key_of(t).ok_or_else(|| invalid("The specified nextToken is invalid."))).transpose()
}
