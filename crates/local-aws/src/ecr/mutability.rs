//! Whether a tag can move to another image.

use super::{constraint, constraint::invalid, input::Input, state::Mutability};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    policy::Pattern,
};
use serde_json::{Value, json};

const MODES: &[&str] = &["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"];
const FILTERS: &str = "imageTagMutabilityExclusionFilters";

impl Mutability {
    /// MUTABLE where the input doesn't say.
    pub(crate) fn of_create(input: &Input) -> Result<Self, AwsError> {
        Self::of(input.optional("imageTagMutability").unwrap_or("MUTABLE"), input)
    }

    fn of(mode: &str, input: &Input) -> Result<Self, AwsError> {
        constraint::one_of("imageTagMutability", mode, MODES)?;
        let exclusions = input.list(FILTERS).iter().map(filter).collect::<Result<Vec<_>, _>>()?;
        if input.has(FILTERS) {
            constraint::length(FILTERS, exclusions.len(), 1..=usize::MAX)?;
        }
        match (mode.ends_with("_WITH_EXCLUSION"), exclusions.len()) {
            (true, 1..=5) | (false, 0) => Ok(Self { mode: mode.to_owned(), exclusions }),
            (true, _) => Err(invalid(FILTERS, format!("{mode} needs one to five filters"))),
            (false, _) => Err(invalid(FILTERS, format!("{mode} takes no filters"))),
        }
    }

    /// Whether this tag, once given, stays where it is.
    pub(crate) fn is_fixed(&self, tag: &str) -> bool {
        let excluded = self.exclusions.iter().any(|pattern| Pattern::plain(pattern).matches(tag));
        self.mode.starts_with("IMMUTABLE") != excluded
    }

    /// The member with the filters, which only a mode with exclusions has.
    pub(crate) fn add_exclusions(&self, reply: &mut Value) {
        if !self.exclusions.is_empty() {
            let one = |filter: &String| json!({ "filterType": "WILDCARD", "filter": filter });
            reply[FILTERS] = self.exclusions.iter().map(one).collect();
        }
    }
}

fn filter(filter: &Value) -> Result<String, AwsError> {
    constraint::one_of(
        "imageTagMutabilityExclusionFilters.filterType",
        filter["filterType"].as_str().unwrap_or_default(),
        &["WILDCARD"],
    )?;
    let pattern = filter["filter"].as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._*-".contains(c);
    if (1..=128).contains(&pattern.len()) && pattern.chars().all(allowed) {
        return Ok(pattern.to_owned());
    }
    Err(invalid(
        "imageTagMutabilityExclusionFilters.filter",
        "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$'",
    ))
}

pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let mutability = Mutability::of(input.text("imageTagMutability")?, &input)?;
    let repository = input.repository(call)?;
    repository.mutability = mutability.clone();
    let name = repository.name.clone();
    let mut reply = json!({
        "registryId": call.account,
        "repositoryName": name,
        "imageTagMutability": mutability.mode,
    });
    mutability.add_exclusions(&mut reply);
    Ok(Reply::ok(reply))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(mode: &str, filters: &[&str]) -> Result<Mutability, AwsError> {
        let filters: Vec<_> =
            filters.iter().map(|f| json!({"filterType": "WILDCARD", "filter": f})).collect();
        let given = (!filters.is_empty()).then_some(filters);
        Mutability::of(mode, &Input(json!({ FILTERS: given })))
    }

    #[test]
    fn exclusions_turn_the_rule_around() {
        let fixed = of("IMMUTABLE_WITH_EXCLUSION", &["dev-*"]).unwrap();
        assert!(fixed.is_fixed("v1") && !fixed.is_fixed("dev-1"));
        let moving = of("MUTABLE_WITH_EXCLUSION", &["v*"]).unwrap();
        assert!(moving.is_fixed("v1") && !moving.is_fixed("dev-1"));
        assert!(of("IMMUTABLE", &[]).unwrap().is_fixed("v1") && !of("MUTABLE", &[]).unwrap().is_fixed("v1"));
    }

    #[test]
    fn filters_go_with_the_modes_that_have_them() {
        assert!(of("IMMUTABLE", &["a"]).is_err() && of("IMMUTABLE_WITH_EXCLUSION", &[]).is_err());
        assert!(of("SOMETIMES", &[]).is_err() && of("MUTABLE_WITH_EXCLUSION", &["a b"]).is_err());
    }
}
