//! What names, paths and ARNs look like, and how a request names a role or user.

use super::state::EntityKind;
use crate::{
    constraint::{Members, Shape},
    error::AwsError,
};
use serde_json::Value;

pub(crate) const NAME: Shape = Shape { length: (1, 64), pattern: None };
pub(crate) const ARN: Shape = Shape { length: (20, 2048), pattern: None };
pub(crate) const PATH: Shape = Shape { length: (1, 512), pattern: None };
/// What lists are narrowed to.
pub(crate) const PATH_PREFIX: Shape =
    Shape { length: (1, 512), pattern: Some((r"\u002F[\u0021-\u007F]*", is_path_prefix)) };

/// What lists of managed policies are narrowed to.
pub(crate) const POLICY_PATH: Shape =
    Shape { length: (1, 512), pattern: Some((r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", is_policy_path)) };

fn is_policy_path(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || ".,+@=_-".contains(c);
    let parts = text.strip_prefix('/').and_then(|t| t.strip_suffix('/'));
    let fits = |parts: &str| parts.split('/').all(|part| !part.is_empty() && part.chars().all(legal));
    text == "/" || parts.is_some_and(fits)
}

fn is_path_prefix(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|b| (0x21..=0x7f).contains(&b))
}

/// The name of an existing role or user, from the input.
pub(crate) fn name_of(input: &Value, kind: EntityKind) -> Result<String, AwsError> {
    let mut members = Members::of(input);
    let name = members.text(kind.member(), NAME).to_owned();
    members.finish("ValidationError")?;
    check_name(kind.member(), &name)?;
    Ok(name)
}

pub(crate) fn check_name(member: &str, name: &str) -> Result<(), AwsError> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c)) {
        return Ok(());
    }
    let member = member.replacen(|c: char| c.is_ascii_uppercase(), &member[..1].to_lowercase(), 1);
    Err(AwsError::new(
        400,
        "ValidationError",
        format!(
            "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
        ),
    ))
}

pub(crate) fn check_path(path: &str) -> Result<(), AwsError> {
    let fits =
        path.starts_with('/') && path.ends_with('/') && path.bytes().all(|b| (0x21..=0x7e).contains(&b));
    if fits {
        return Ok(());
    }
    Err(AwsError::new(
        400,
        "ValidationError",
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    ))
}
