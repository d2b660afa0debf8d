//! What there is in a local AWS, as far as a person would count and call it.

use crate::world::{ACCOUNT, REGION};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Names of everything, sorted, each as often as it is there.
pub fn names(dump: &Value) -> BTreeMap<&'static str, Vec<String>> {
    let (account, region) = parts(dump);
    let keys = |v: &Value| v.as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect();
    let named = |v: &Value, path: &str| {
        let mut all: Vec<String> =
            values(v).filter_map(|i| i.pointer(path)?.as_str().map(str::to_owned)).collect();
        all.sort();
        all
    };
    let gateway = &region["apigateway"];
    BTreeMap::from([
        ("roles", keys(&account["iam"]["roles"])),
        ("functions", keys(&region["lambda"]["functions"])),
        ("log groups", keys(&region["logs"]["groups"])),
        ("repositories", keys(&region["ecr"]["repositories"])),
        ("apis", named(&gateway["apis"], "/draft/name")),
        ("stages", values(&gateway["apis"]).flat_map(|api| keys(&api["stages"])).collect()),
        ("keys", named(&gateway["keys"], "/name")),
        ("plans", named(&gateway["plans"], "/name")),
    ])
}

/// The URL's parts: `api/stage`.
pub fn urls(dump: &Value) -> BTreeSet<String> {
    let (_, region) = parts(dump);
    let apis = region["apigateway"]["apis"].as_object().into_iter().flatten();
    let stages = |(id, api): (&String, &Value)| {
        let stages = api["stages"].as_object().into_iter().flatten();
        stages.map(|(stage, _)| format!("{id}/{stage}")).collect::<Vec<_>>()
    };
    apis.flat_map(stages).collect()
}

/// Key name to its value.
pub fn key_values(dump: &Value) -> BTreeSet<(String, String)> {
    let (_, region) = parts(dump);
    let text = |k: &Value, field: &str| k[field].as_str().unwrap_or_default().to_owned();
    values(&region["apigateway"]["keys"]).map(|k| (text(k, "name"), text(k, "value"))).collect()
}

/// Why a call of a stage would not reach its function: nothing, where all is well.
pub fn broken(dump: &Value) -> Vec<String> {
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
        let statements = &region["lambda"]["functions"][&function]["statements"];
        if !statements.to_string().contains(&format!(":{id}/")) {
            wrong.push(format!("the stage of {id} calls {function}, which is gone or not permitted"));
        }
    }
    wrong
}

/// Names of all functions that a deployment's integrations call.
fn integrations(value: &Value, functions: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|v| integrations(v, functions)),
        Value::Array(list) => list.iter().for_each(|v| integrations(v, functions)),
        Value::String(text) => {
            if let Some((_, rest)) = text.split_once(":function:") {
                functions.insert(rest.split(['/', ':']).next().unwrap_or_default().to_owned());
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

/// A dump without its times: two states that differ in nothing else are one state.
pub fn timeless(value: &Value) -> String {
    let text = value.to_string();
    let time = regex_lite::Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z").unwrap();
    time.replace_all(&text, "T").into_owned()
}
