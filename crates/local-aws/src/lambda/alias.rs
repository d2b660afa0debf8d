//! An alias: a name for a version, or for two between which its calls are shared.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A name for a version, with a policy of its own.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Alias {
    pub name: String,
    #[serde(flatten)]
    pub route: Routing,
    pub description: String,
    /// Changes with every change.
    pub revision: String,
    /// The resource policy of the alias. That of its function, or of its versions, is another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Value>,
    /// Until then calls go where they went before the last change.
    #[serde(skip)]
    pub before: Option<(Timestamp, Routing)>,
}

/// Where an alias's calls go.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Routing {
    /// `$LATEST`, or a version's number.
    pub version: String,
    /// The share of a second version, 0 to 1, by its number; empty or one entry.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
}

impl Routing {
    /// The version for one call. `chance` is a number in 0..1.
    pub(crate) fn pick(&self, chance: f64) -> &str {
        let second = self.weights.iter().find(|(_, weight)| chance < **weight);
        second.map_or(&self.version, |(version, _)| version)
    }

    pub(crate) fn names(&self, version: &str) -> bool {
        self.version == version || self.weights.contains_key(version)
    }
}

impl Alias {
    /// Where calls go that come now.
    pub(crate) fn serving(&self, now: Timestamp) -> &Routing {
        match &self.before {
            Some((until, before)) if now < *until => before,
            _ => &self.route,
        }
    }

    /// Sends calls elsewhere, from `from` on.
    pub(crate) fn go_over(&mut self, route: Routing, now: Timestamp, from: Timestamp) {
        let serving = self.serving(now).clone();
        self.before = (from > now && serving != route).then_some((from, serving));
        self.route = route;
    }

    /// The output shape `AliasConfiguration`.
    pub(crate) fn shown(&self, function_arn: &str) -> Value {
        let mut shown = json!({
            "AliasArn": format!("{function_arn}:{}", self.name),
            "Name": self.name,
            "FunctionVersion": self.route.version,
            "Description": self.description,
            "RevisionId": self.revision,
        });
        if !self.route.weights.is_empty() {
            shown["RoutingConfig"] = json!({ "AdditionalVersionWeights": self.route.weights });
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_calls_goes_to_the_second_version() {
        let route = Routing { version: "1".to_owned(), weights: [("2".to_owned(), 0.25)].into() };
        assert_eq!([0.0, 0.2, 0.25, 0.9].map(|chance| route.pick(chance)), ["2", "2", "1", "1"]);
        let alone = Routing { weights: BTreeMap::new(), ..route };
        assert_eq!([0.0, 0.9].map(|chance| alone.pick(chance)), ["1", "1"]);
    }
}
