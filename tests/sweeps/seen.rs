//! What there is in a local AWS, as far as a person would count and call it.

use crate::world::{ACCOUNT, REGION};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Names of everything, sorted, each as often as it is there.
pub(crate) fn names(dump: &Value) -> BTreeMap<&'static str, Vec<String>> {
    let (account, region) = parts(dump);
    let keys = |v: &Value| v.as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect();
    let named = |v: &Value, path: &str| {
        let mut all: Vec<String> =
            values(v).filter_map(|i| i.pointer(path)?.as_str().map(str::to_owned)).collect();
        all.sort();
        all
    };
    let gateway = &region["apigateway"];
    let statements = |f: &Value| {
        let on_aliases = values(&f["aliases"]).map(|alias| &alias["statements"]);
        let all = std::iter::once(&f["statements"]).chain(on_aliases);
        all.flat_map(|list| list.as_array().cloned().unwrap_or_default()).collect::<Vec<_>>()
    };
    let mut permissions: Vec<String> = values(&region["lambda"]["functions"])
        .flat_map(|f| statements(f).into_iter().map(|s| s["Sid"].to_string()))
        .collect();
    permissions.sort();
    BTreeMap::from([
        ("permissions", permissions),
        ("roles", keys(&account["iam"]["roles"])),
        ("functions", keys(&region["lambda"]["functions"])),
        ("log groups", keys(&region["logs"]["groups"])),
        ("repositories", keys(&region["ecr"]["repositories"])),
        ("apis", named(&gateway["apis"], "/draft/name")),
        ("stages", values(&gateway["apis"]).flat_map(|api| keys(&api["stages"])).collect()),
        ("keys", named(&gateway["keys"], "/name")),
        ("plans", named(&gateway["plans"], "/name")),
        ("topics", keys(&region["sns"]["topics"])),
        ("subscriptions", values(&region["sns"]["topics"]).flat_map(subscribed).collect()),
        ("alarms", keys(&region["cloudwatch"]["alarms"])),
        ("budgets", keys(&account["budgets"])),
    ])
}

/// The addresses of a topic.
fn subscribed(topic: &Value) -> Vec<String> {
    values(&topic["subscriptions"]).map(|it| it["endpoint"].to_string()).collect()
}

/// How many snapshots of all APIs there are.
pub(crate) fn deployments(dump: &Value) -> usize {
    let (_, region) = parts(dump);
    values(&region["apigateway"]["apis"]).map(|api| values(&api["deployments"]).count()).sum()
}

/// The URL's parts: `api/stage`.
pub(crate) fn urls(dump: &Value) -> BTreeSet<String> {
    let (_, region) = parts(dump);
    let apis = region["apigateway"]["apis"].as_object().into_iter().flatten();
    let stages = |(id, api): (&String, &Value)| {
        let stages = api["stages"].as_object().into_iter().flatten();
        stages.map(|(stage, _)| format!("{id}/{stage}")).collect::<Vec<_>>()
    };
    apis.flat_map(stages).collect()
}

/// Key name to its value.
pub(crate) fn key_values(dump: &Value) -> BTreeSet<(String, String)> {
    let (_, region) = parts(dump);
    let text = |k: &Value, field: &str| k[field].as_str().unwrap_or_default().to_owned();
    values(&region["apigateway"]["keys"]).map(|k| (text(k, "name"), text(k, "value"))).collect()
}

/// Why a call of a stage would not reach its function: nothing, where all is well.
pub(crate) fn broken(dump: &Value) -> Vec<String> {
    let (_, region) = parts(dump);
    let apis = region["apigateway"]["apis"].as_object().into_iter().flatten();
    apis.flat_map(|(id, api)| {
        values(&api["stages"]).flat_map(move |stage| broken_stage(id, api, stage, region))
    })
    .collect()
}

fn broken_stage(id: &str, api: &Value, stage: &Value, region: &Value) -> Vec<String> {
    let deployment = stage["deployment_id"].as_str().unwrap_or_default();
    let Some(served) = api["deployments"].get(deployment) else {
        return vec![format!("the stage of {id} serves the deployment {deployment}, which is not there")];
    };
    let mut wrong = Vec::new();
    let mut functions = BTreeSet::new();
    integrations(served, &mut functions);
    if functions.is_empty() {
        wrong.push(format!("the stage of {id} serves no function"));
    }
    for function in functions {
        let (name, alias) = function.split_once(':').unwrap_or((&function, ""));
        let there = &region["lambda"]["functions"][name];
        let called = if alias.is_empty() { there } else { &there["aliases"][alias] };
        if !called["statements"].to_string().contains(&format!(":{id}/")) {
            wrong.push(format!("the stage of {id} calls {function}, which is gone or not permitted"));
        }
    }
    wrong
}

/// Names of all functions that a deployment's integrations call, with the alias if they name one.
fn integrations(value: &Value, functions: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|v| integrations(v, functions)),
        Value::Array(list) => list.iter().for_each(|v| integrations(v, functions)),
        Value::String(text) => {
            if let Some((_, rest)) = text.split_once(":function:") {
                functions.insert(rest.split('/').next().unwrap_or_default().to_owned());
            }
        }
        _ => {}
    }
}

fn parts(dump: &Value) -> (&Value, &Value) {
    let account = &dump["accounts"][ACCOUNT];
    (account, &account["regions"][REGION])
}

fn values(v: &Value) -> impl Iterator<Item = &Value> {
    v.as_object().into_iter().flatten().map(|(_, v)| v)
}

/// Why somebody who could call before can't call now.
pub(crate) fn unreachable(before: &Value, now: &Value) -> Option<String> {
    if urls(before).is_empty() {
        return None;
    }
    let wrong = broken(now);
    lost(before, now).or_else(|| (!wrong.is_empty()).then(|| wrong.join("; ")))
}

/// URLs or key values that were there before and are not now.
pub(crate) fn lost(before: &Value, now: &Value) -> Option<String> {
    let (had, has) = (urls(before), urls(now));
    if !had.is_subset(&has) {
        return Some(format!("the URL changed from {had:?} to {has:?}"));
    }
    let keys = key_values(before).is_subset(&key_values(now));
    (!keys).then(|| "a key is gone or has another value".to_owned())
}

/// A dump without its times, and without the ids of revisions, which count the requests: two states that differ in
/// nothing else are one state.
pub(crate) fn timeless(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            text.push('{');
            // Nothing reads what functions wrote.
            for (key, value) in map.iter().filter(|(key, _)| *key != "streams") {
                text.push_str(key);
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            items.iter().for_each(|item| write(item, text));
            text.push(']');
        }
        Value::String(s) if is_time(s) || is_revision(s) => text.push('T'),
        // An alias's releases, each with its time, and when one was taken back.
        Value::String(s) if s.starts_with("lambdeploy: ") => {
            let words = s.split(' ').filter(|word| !(word.starts_with("20") && word.ends_with('Z')));
            words.for_each(|word| text.push_str(word.split('/').next().unwrap_or_default()));
        }
        // Milliseconds since 1970: of 2017 to 2033.
        Value::Number(n)
            if n.as_u64().is_some_and(|n| (1_500_000_000_000..2_000_000_000_000).contains(&n)) =>
        {
            text.push('T');
        }
        other => {
            text.push_str(&other.to_string());
            text.push(',');
        }
    }
}

/// `2026-01-31T…`
fn is_time(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() >= 19 && b[..4].iter().all(u8::is_ascii_digit) && b[4] == b'-' && b[10] == b'T' && b[13] == b':'
}

/// A UUID.
fn is_revision(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() == 36 && [8, 13, 18, 23].iter().all(|i| b[*i] == b'-')
}
