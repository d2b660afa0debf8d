//! Costs worked out by hand, beside those of the program.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Amount, Cost};
use crate::{
    health::{FunctionNumbers, Times},
    stack::{Values, read},
};
use std::path::Path;

fn cost(functions: &str, api: &str) -> Cost {
    let text = format!(
        "stack: s\nregion: us-east-2\nfunctions:\n  f: {{image: {{context: .}}, memory: 512, timeout: 29{functions}}}\n\
         api:\n  routes: {{POST /: f}}\n{api}"
    );
    let stack = read(&text, "stack.yaml", Path::new("/"), Values::Numbers, &|_| None).expect("a stack");
    Cost::of(&stack, "us-east-2").unwrap()
}

/// Of the line that begins so.
fn most(cost: &Cost, what: &str) -> Option<Amount> {
    cost.lines.iter().find(|line| line.what == what).expect("the line").most
}

fn near(is: f64, by_hand: f64) {
    assert!((is - by_hand).abs() < by_hand * 1e-9, "{is} is not {by_hand}");
}

#[test]
fn a_quota_is_a_ceiling() {
    let cost = cost("", "  auth: api_key\n  usage_plan: {quota: 100/day}\n");
    // 100 requests to the API and to the function, 3.50 and 0.20 USD a million.
    near(most(&cost, "calls with a key").unwrap().day, 100.0 * 3.70 / 1e6);
    // 39 s (29, and 10 of start) of half a GB.
    near(most(&cost, "calls with a key: time").unwrap().day, 100.0 * 39.0 * 0.5 * 0.000_016_666_7);
    // 6 MB each, 0.09 USD a GB.
    near(most(&cost, "calls with a key: answers").unwrap().day, 100.0 * 6.0 / 1024.0 * 0.09);
    near(cost.most.month, cost.most.day * 31.0);
    assert_eq!(cost.boundless().count(), 0);
}

#[test]
fn a_call_costs_what_was_billed_of_it() {
    let mut cost = cost("", "");
    assert_eq!(cost.calls[0].measured, None);
    cost.calls[0].measure(&FunctionNumbers {
        function: "f".to_owned(),
        calls: 10.0,
        errors: 0.0,
        throttles: 0.0,
        times: Times::default(),
        calls_in_time: Vec::new(),
        starts: Some(1),
        start_ms: Some(900.0),
        billed_ms: Some(200.0),
        memory_used: Some(300),
        memory: 512,
        release: None,
    });
    let measured = cost.calls[0].measured.as_ref().unwrap();
    // A request, and 0.2 s of half a GB.
    near(measured.call, 3.70 / 1e6 + 0.2 * 0.5 * 0.000_016_666_7);
    assert_eq!((measured.memory_used, measured.memory), (Some(300), 512));
}

#[test]
fn each_key_has_the_quota_for_itself_and_a_month_touches_six_weeks() {
    let cost = cost("", "  auth: api_key\n  keys: [a, b]\n  usage_plan: {quota: 700/week}\n");
    let line = most(&cost, "calls with a key").unwrap();
    near(line.day, 1400.0 * 3.70 / 1e6);
    near(line.month, 6.0 * 1400.0 * 3.70 / 1e6);
}

#[test]
fn without_a_quota_the_throttles_are_ceilings_by_key_and_by_method() {
    let by_key = cost("", "  auth: api_key\n  usage_plan: {rate: 1, burst: 2}\n");
    near(most(&by_key, "calls with a key").unwrap().day, 86_402.0 * 3.70 / 1e6);
    let by_method = cost("", "  throttle: {rate: 2, burst: 4}\n  cors: {origins: ['https://a.example']}\n");
    near(most(&by_method, "POST / by anybody").unwrap().day, 172_804.0 * 3.70 / 1e6);
    near(most(&by_method, "preflights").unwrap().day, 172_804.0 * 3.50 / 1e6);
}

#[test]
fn where_nothing_limits_it_there_is_no_ceiling_and_the_key_is_named() {
    let open = cost("", "  cors: {origins: ['https://a.example']}\n");
    assert_eq!(open.boundless().count(), open.lines.len());
    assert!(open.boundless().all(|line| line.key.is_some_and(|key| key.starts_with("api.throttle"))));
    let keyed = cost("", "  auth: api_key\n");
    assert!(
        keyed.boundless().all(|line| line.key.is_some_and(|key| key.starts_with("api.usage_plan.quota")))
    );
}

#[test]
fn reserved_concurrency_bounds_the_time_whoever_calls() {
    let cost = cost(", reserved_concurrency: 2", "");
    let all_day = 2.0 * 86_400.0 * 0.5 * 0.000_016_666_7;
    near(most(&cost, "POST / by anybody: time").unwrap().day, all_day);
    assert_eq!(most(&cost, "POST / by anybody"), None);
    assert!(cost.lines.iter().any(|line| line.why.contains("reserved_concurrency 2")));
}

#[test]
fn alarms_are_paid_by_their_metrics() {
    let rate = |more: &str| {
        let cost = cost("", more);
        cost.rates.iter().find(|rate| rate.what.starts_with("alarms")).map(|rate| rate.what.clone())
    };
    assert_eq!(rate(""), None);
    let all = rate("alerts: {email: [a@b.example]}\n").unwrap();
    assert!(all.starts_with("alarms on 4 metrics"), "{all}");
}

#[test]
fn an_authorizer_runs_for_whoever_is_refused() {
    let with = |more: &str| {
        cost(", reserved_concurrency: 1", &format!("  auth: {{authorizer: {{function: f}}}}\n{more}"))
    };
    // Ten calls a second for the one that runs at once, and its time day and night.
    let line = most(&with(""), "authorizer f").unwrap();
    near(line.day, 864_000.0 * 0.20 / 1e6 + 86_400.0 * 0.5 * 0.000_016_666_7);
    assert!(most(&with("  throttle: {rate: 1, burst: 1}\n"), "authorizer f").unwrap().day < line.day);
}

#[test]
fn memory_architecture_and_storage_have_their_prices() {
    let cost = cost(", architecture: arm64, ephemeral_storage: 1536", "");
    near(cost.calls[0].second, 0.5 * 0.000_013_333_4 + 1.0 * 0.000_000_030_9);
    near(cost.calls[0].longest, 3.70 / 1e6 + 39.0 * cost.calls[0].second);
}

#[test]
fn what_is_kept_ready_and_snapshots_cost_without_a_call() {
    let ready = cost(", provisioned_concurrency: 3", "");
    let line = ready.lines.iter().find(|line| line.what == "f kept ready").expect("the line");
    // 3 times half a GB, all day: 0.54 USD.
    near(line.most.unwrap().day, 3.0 * 0.5 * 86_400.0 * 0.000_004_166_7);
    assert_eq!(line.why, "provisioned_concurrency 3 of 512 MB, day and night");
    near(ready.most.month, line.most.unwrap().day * 31.0);
    let arm = cost(", provisioned_concurrency: 1, architecture: arm64", "");
    near(most(&arm, "f kept ready").unwrap().day, 0.5 * 86_400.0 * 0.000_003_333_4);

    let snapshots = cost(", snapstart: true", "");
    near(most(&snapshots, "f snapshots").unwrap().day, 0.5 * 86_400.0 * 0.000_001_504_6);
    let restored = snapshots.rates.iter().find(|rate| rate.what.starts_with("f restored")).expect("the rate");
    near(restored.price, 0.5 * 0.000_139_799_8);
    near(snapshots.calls[0].longest, 3.70 / 1e6 + 39.0 * snapshots.calls[0].second + restored.price);
    let kept = cost(", snapstart: true, release: {keep: 3}", "");
    near(most(&kept, "f snapshots").unwrap().day, 3.0 * 0.5 * 86_400.0 * 0.000_001_504_6);
    assert!(cost("", "").lines.iter().all(|line| !line.what.starts_with("f ")));
}

#[test]
fn a_region_without_prices_takes_the_default_and_says_so() {
    let text = "stack: s\nfunctions: {f: {image: {context: .}}}\napi: {routes: {GET /: f}}\n";
    let stack = read(text, "stack.yaml", Path::new("/"), Values::Numbers, &|_| None).expect("a stack");
    assert!(!Cost::of(&stack, "mars-west-9").unwrap().of_region);
    assert!(Cost::of(&stack, "eu-central-1").unwrap().of_region);
}

#[test]
fn a_number_from_outside_must_be_set() {
    let text = "stack: s\nfunctions: {f: {image: {context: .}, environment: {KEY: '${SECRET}'}, memory: '${MEMORY}'}}\n\
                api: {routes: {GET /: f}}\n";
    let error = read(text, "stack.yaml", Path::new("/"), Values::Numbers, &|_| None).expect_err("a mistake");
    assert_eq!(error.mistakes.iter().map(|m| m.message.clone()).collect::<Vec<_>>(), ["`MEMORY` is not set"]);
}
