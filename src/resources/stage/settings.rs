//! Method settings of a stage in their own small form: only what differs from API Gateway's defaults.

use aws_sdk_apigateway::types::{MethodSetting, Op, PatchOperation};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn replace(path: &str, value: String) -> PatchOperation {
    PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
}

/// What differs, or nothing.
pub(super) fn setting(s: &MethodSetting) -> Option<Value> {
    let mut map = serde_json::Map::new();
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

pub(super) fn setting_operations(
    have: &BTreeMap<String, Value>,
    want: &BTreeMap<String, Value>,
) -> Vec<PatchOperation> {
    let mut all = Vec::new();
    // What somebody added is taken away as a whole; what is wished is then set.
    for path in have.keys().filter(|p| have.get(*p) != want.get(*p)) {
        all.push(PatchOperation::builder().op(Op::Remove).path(format!("/{path}")).build());
    }
    for (path, value) in want.iter().filter(|(p, v)| have.get(*p) != Some(v)) {
        all.push(replace(&format!("/{path}/throttling/rateLimit"), value["rate"].to_string()));
        all.push(replace(&format!("/{path}/throttling/burstLimit"), value["burst"].to_string()));
    }
    all
}
