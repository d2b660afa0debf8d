//! What names, tags and digests look like, and the sentence that ECR refuses others with.

use crate::{constraint::Rule, error::AwsError};
use std::{fmt::Display, ops::RangeInclusive};

const NAME: &str = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*";
const TAG: &str = r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}";
const DIGEST: &str = r"[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+";
const NAME_LENGTH: RangeInclusive<usize> = 2..=256;

/// `InvalidParameterException` in ECR's own sentence.
pub(crate) fn invalid(member: &str, constraint: impl Display) -> AwsError {
    let text = format!("Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'");
    AwsError::new(400, "InvalidParameterException", text)
}

pub(crate) fn is_repository_name(name: &str) -> bool {
    NAME_LENGTH.contains(&name.len()) && name.split('/').all(is_name_part)
}

/// Runs of letters and digits, joined by one `.`, one or two `_`, or any number of `-`.
fn is_name_part(part: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separator = |s: &str| matches!(s, "" | "." | "_" | "__") || s.bytes().all(|b| b == b'-');
    part.starts_with(alphanumeric) && part.ends_with(alphanumeric) && part.split(alphanumeric).all(separator)
}

pub(crate) fn repository_name(name: &str) -> Result<(), AwsError> {
    length("repositoryName", name.len(), NAME_LENGTH)?;
    if is_repository_name(name) { Ok(()) } else { Err(pattern("repositoryName", NAME)) }
}

/// Whether this can be an image's tag.
pub(crate) fn is_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128 && tag.starts_with(word) && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

pub(crate) fn tag(tag: &str) -> Result<(), AwsError> {
    if is_tag(tag) { Ok(()) } else { Err(pattern("imageTag", TAG)) }
}

/// Why a digest in an image id is refused (a failure in a batch, not an error).
pub(crate) fn digest_reason() -> String {
    format!("Invalid request parameters: image digest should satisfy the regex '{DIGEST}'")
}

/// An account's number.
pub(crate) fn registry_id(member: &str, id: &str) -> Result<(), AwsError> {
    if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(pattern(member, "[0-9]{12}"))
}

/// What the model lets pass as a layer's digest: more than there can be.
pub(crate) fn layer_digest(digest: &str) -> Result<(), AwsError> {
    let algorithm = |c: char| c.is_ascii_alphanumeric() || "-_+.".contains(c);
    let hex = |c: char| c.is_ascii_hexdigit();
    let fits = digest.split_once(':').is_some_and(|(name, hash)| {
        !name.is_empty() && name.chars().all(algorithm) && !hash.is_empty() && hash.chars().all(hex)
    });
    if fits { Ok(()) } else { Err(pattern("layerDigest", DIGEST)) }
}

pub(crate) fn one_of(member: &str, value: &str, values: &[&str]) -> Result<(), AwsError> {
    check(member, Rule::on_word(value, values))
}

/// As many items, or characters, as are allowed.
pub(crate) fn length(member: &str, length: usize, allowed: RangeInclusive<usize>) -> Result<(), AwsError> {
    check(member, Rule::on_length(length, allowed))
}

/// A member that has to be there and is not.
pub(crate) fn missing(member: &str) -> AwsError {
    broken(member, &Rule::NotNull)
}

/// ECR names the first rule only that is broken.
fn check(member: &str, rule: Option<Rule>) -> Result<(), AwsError> {
    rule.map_or(Ok(()), |rule| Err(broken(member, &rule)))
}

fn broken(member: &str, rule: &Rule) -> AwsError {
    match rule {
        Rule::Pattern(pattern) => invalid(member, format!("must satisfy regular expression '{pattern}'")),
        Rule::OneOf(_) => invalid(member, rule),
        rule => invalid(member, rule.to_string().trim_start_matches("Member ")),
    }
}

fn pattern(member: &str, pattern: &'static str) -> AwsError {
    broken(member, &Rule::Pattern(pattern))
}
