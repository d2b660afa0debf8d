//! What names, tags and digests look like, and the sentence that ECR refuses others with.

use crate::error::AwsError;
use std::fmt::Display;

const NAME: &str = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*";
const TAG: &str = r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}";
const DIGEST: &str = r"[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+";
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=256;

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
    let length = |bound: &str, n| invalid("repositoryName", format!("must have length {bound} {n}"));
    match name {
        _ if name.len() < *NAME_LENGTH.start() => {
            Err(length("greater than or equal to", NAME_LENGTH.start()))
        }
        _ if name.len() > *NAME_LENGTH.end() => Err(length("less than or equal to", NAME_LENGTH.end())),
        _ if is_repository_name(name) => Ok(()),
        _ => Err(pattern("repositoryName", NAME)),
    }
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
    if values.contains(&value) {
        return Ok(());
    }
    Err(invalid(member, format!("Member must satisfy enum value set: [{}]", values.join(", "))))
}

fn pattern(member: &str, pattern: &str) -> AwsError {
    invalid(member, format!("must satisfy regular expression '{pattern}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_names_are_lower_case_words_with_single_separators() {
        for good in ["ab", "a/b", "team/my-app", "a--b", "a__b", "a.b_c", "jere-egyptian-art-analyzer"] {
            assert!(is_repository_name(good), "{good}");
        }
        for bad in ["a", "", "egyptianArt", "a..b", "a___b", "-ab", "ab-", "a//b", "/ab", "a b", "a._b"] {
            assert!(!is_repository_name(bad), "{bad}");
        }
        assert!(!is_repository_name(&"a".repeat(257)));
    }

    #[test]
    fn tags_begin_with_a_word_character_and_have_at_most_128() {
        assert!(is_tag("latest") && is_tag("_x.1-2") && is_tag(&"a".repeat(128)));
        assert!(!is_tag("") && !is_tag(".x") && !is_tag("a/b") && !is_tag(&"a".repeat(129)));
    }
}
