//! What callers of a local AWS get: the versions that are live, by what they are.

use crate::{
    functions::CRASH,
    world::{ACCOUNT, REGION},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// By function: the greeting and the image of what is live, and with its share of what is beside it. A version's number counts the
/// tries; what it is does not.
pub(crate) fn served(dump: &Value) -> BTreeMap<String, Vec<String>> {
    let functions = dump["accounts"][ACCOUNT]["regions"][REGION]["lambda"]["functions"].as_object();
    let live = |(name, function): (&String, &Value)| {
        let alias = function["aliases"].get("live")?;
        let shares = alias["weights"].as_object().into_iter().flatten();
        let shares = shares.map(|(version, share)| format!("{share} of {}", what(function, version)));
        let version = what(function, alias["version"].as_str().unwrap_or_default());
        Some((name.clone(), std::iter::once(version).chain(shares).collect()))
    };
    functions.into_iter().flatten().filter_map(live).collect()
}

/// A version that is there, by its greeting and its image.
fn what(function: &Value, version: &str) -> String {
    let Some(there) = function["versions"].get(version) else {
        return format!("version {version}, which is gone");
    };
    let greeting = there["settings"]["environment"]["GREETING"].as_str().unwrap_or_default();
    let image = there["source"].to_string();
    let digest = image.split("sha256:").nth(1).unwrap_or(&image);
    format!("{greeting} {}", digest.get(..12).unwrap_or(digest))
}

/// Why what callers get is not what they may get: it is gone, or it did not pass when it was tried.
pub(crate) fn wrongly_served(dump: &Value) -> Option<String> {
    let all = served(dump);
    let is_wrong = |what: &&String| what.contains(CRASH) || what.contains("which is gone");
    let wrong = all.iter().find_map(|(name, live)| Some((name, live.iter().find(is_wrong)?)));
    wrong.map(|(name, what)| format!("callers of {name} get {what}"))
}
