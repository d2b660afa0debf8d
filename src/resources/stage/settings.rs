//! Method settings of a stage in their own small form: only what differs from API Gateway's defaults.

use crate::aws::patch;
use aws_sdk_apigateway::types::{MethodSetting, PatchOperation};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// By `resource/method`, what differs from the defaults.
pub(super) type MethodSettings = BTreeMap<String, Value>;

/// What we call a setting, and where UpdateStage has it.
const PATHS: [(&str, &str); 6] = [
    ("rate", "throttling/rateLimit"),
    ("burst", "throttling/burstLimit"),
    ("metrics", "metrics/enabled"),
    ("data_trace", "logging/dataTrace"),
    ("logging", "logging/loglevel"),
    ("caching", "caching/enabled"),
];

/// All methods together.
pub(super) const EVERY_METHOD: &str = "*/*";

/// What differs, or nothing.
pub(super) fn setting(s: &MethodSetting) -> Option<Value> {
    let mut map = Map::new();
    // -1 and the account's own 10,000 and 5,000 mean "not set".
    let rate = s.throttling_rate_limit;
    let burst = s.throttling_burst_limit;
    if (0.0..10_000.0).contains(&rate) || (0..5_000).contains(&burst) {
        map.insert("rate".to_owned(), json!(rate));
        map.insert("burst".to_owned(), json!(burst));
    }
    if s.metrics_enabled {
        map.insert("metrics".to_owned(), json!(true));
    }
    if s.data_trace_enabled {
        map.insert("data_trace".to_owned(), json!(true));
    }
    if s.caching_enabled {
        map.insert("caching".to_owned(), json!(true));
    }
    if let Some(level) = s.logging_level().filter(|l| *l != "OFF") {
        map.insert("logging".to_owned(), json!(level));
    }
    (!map.is_empty()).then_some(Value::Object(map))
}

/// `there` with what is wished in the place of its own.
pub(super) fn merged(there: &MethodSettings, wished: MethodSettings) -> MethodSettings {
    let mut all = there.clone();
    for (path, wish) in wished {
        let setting = all.entry(path).or_insert_with(|| json!({}));
        for (name, value) in wish.as_object().into_iter().flatten() {
            setting[name] = value.clone();
        }
    }
    all
}

/// Whether each method is counted by itself.
pub(super) fn has_metrics(all: &MethodSettings) -> bool {
    all.get(EVERY_METHOD).is_some_and(|setting| setting["metrics"] == true)
}

/// `all`, with metrics of each method on or off.
pub(super) fn with_metrics(mut all: MethodSettings, on: bool) -> MethodSettings {
    if on {
        all.entry(EVERY_METHOD.to_owned()).or_insert_with(|| json!({}))["metrics"] = json!(true);
    } else if let Some(Value::Object(setting)) = all.get_mut(EVERY_METHOD) {
        setting.remove("metrics");
        if setting.is_empty() {
            all.remove(EVERY_METHOD);
        }
    }
    all
}

pub(super) fn setting_operations(have: &MethodSettings, want: &MethodSettings) -> Vec<PatchOperation> {
    let mut all = Vec::new();
    let differs = |path: &&String| have.get(*path) != want.get(*path);
    // What somebody added is taken away as a whole; what is wished is then set.
    let is_more = |path: &&String| {
        have[*path].as_object().is_some_and(|h| h.keys().any(|k| want_of(want, path, k).is_none()))
    };
    for path in have.keys().filter(differs).filter(is_more) {
        all.push(patch::remove(&format!("/{path}")));
    }
    for path in want.keys().filter(differs) {
        let wished = |(name, place): &(&str, &str)| {
            let value = want_of(want, path, name)?;
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some(patch::replace(&format!("/{path}/{place}"), text))
        };
        all.extend(PATHS.iter().filter_map(wished));
    }
    all
}

fn want_of<'a>(want: &'a MethodSettings, path: &str, name: &str) -> Option<&'a Value> {
    want.get(path)?.get(name)
}
