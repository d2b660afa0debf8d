//! `metrics`: exactly what was called, in few round trips, and with half the rights.

use crate::{
    stacks::HELLO,
    stage_url::StageUrl,
    world::{ACCOUNT, REGION, World},
};
use lambdeploy::testing::{
    contract::{Ask, Carrier, SentKey},
    deployer::{Scope, Task, documents},
    health::Health,
};
use local_aws::{Config, Reaction, Scripted};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

const LATENCY: Duration = Duration::from_millis(60);
const DAY: i64 = 86_400;

/// A function that fails where the body says so.
fn function(event: &Value, _: &Value) -> Reaction {
    match event["body"].as_str() {
        Some("fail") => Reaction::Exit(1),
        _ => Reaction::Respond(json!({ "statusCode": 200, "body": "{}" })),
    }
}

fn world() -> World {
    let config = Config { latency: LATENCY, ..Config::default() };
    World::running(config, Arc::new(Scripted::new(|event, _| function(event, &Value::Null))))
}

/// With room for many calls.
fn stack() -> String {
    HELLO.replace("{rate: 10, burst: 20, quota: 100/day}", "{rate: 1000, burst: 1000, quota: 250/day}")
}

async fn call(url: &StageUrl, body: &str, key: SentKey) -> u16 {
    let ask = Ask {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: Vec::new(),
        key,
        body: Some(body.as_bytes().to_vec()),
    };
    url.carry(&ask).await.unwrap().status
}

async fn read(world: &World, text: &str) -> Health {
    let stack = world.stack(text);
    Health::read(&stack, &world.cloud().await, DAY).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
pub(crate) async fn two_hundred_calls_of_which_twenty_fail() {
    let world = world();
    world.settles(&stack()).await;
    let url = StageUrl::of(&world, "default").await;
    for n in 0..200 {
        let fails = n % 10 == 0;
        let status = call(&url, if fails { "fail" } else { "{}" }, SentKey::Right).await;
        assert_eq!(status, if fails { 502 } else { 200 });
    }
    for _ in 0..3 {
        assert_eq!(call(&url, "{}", SentKey::None).await, 403);
    }
    // What CloudWatch has not told yet is told a minute later.
    tokio::time::advance(Duration::from_mins(2)).await;
    let text = stack();
    let cloud = world.deployer(&world.stack(&text), Task::Metrics).await;
    let from = world.aws.requests().entries().len();
    let health = Health::read(&world.stack(&text), &cloud, DAY).await.unwrap().unwrap();
    let api = health.api.as_ref().unwrap();
    let text = format!("{health:#?}");
    assert_eq!((api.calls, api.errors_4xx, api.errors_5xx), (203.0, 3.0, 20.0), "{text}");
    let function = &health.functions[0];
    assert_eq!((function.calls, function.errors, function.throttles), (200.0, 20.0, 0.0), "{text}");
    assert!((api.calls_in_time.iter().sum::<f64>() - 203.0).abs() < 0.5, "{text}");
    assert!(function.times.p95.is_some() && function.memory_used.is_some() && function.starts > Some(0));
    // Scripted functions take no time.
    assert_eq!(function.billed_ms, Some(0.0), "{text}");
    let release = function.release.as_ref().unwrap();
    assert_eq!((release.version.as_str(), release.canary.is_none()), ("1", true), "{text}");
    let key = &health.keys[0];
    assert_eq!((key.key.as_str(), key.used, key.limit), ("client", Some(200), Some(250)), "{text}");
    assert_eq!((health.remarks.len(), health.metrics_asked), (0, 12), "{text}");

    let entries = world.aws.requests().entries().split_off(from);
    let start = entries.iter().map(|e| e.start).fold(f64::INFINITY, f64::min);
    let end = entries.iter().map(|e| e.end).fold(0.0, f64::max);
    let levels = ((end - start) / LATENCY.as_secs_f64()).round();
    let names: Vec<_> = entries.iter().map(|e| format!("{:.2} {}", e.start - start, e.operation)).collect();
    assert!(levels <= 3.0, "{levels} levels: {names:#?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_was_called_and_nothing_is_there() {
    let world = World::new();
    let text = stack();
    let nothing = world.stack(&text);
    assert!(Health::read(&nothing, &world.cloud().await, DAY).await.unwrap().is_none());
    world.settles(&text).await;
    let health = read(&world, &text).await;
    assert_eq!((health.functions[0].calls, health.functions[0].times.p50), (0.0, None));
    assert_eq!((health.keys[0].used, health.keys[0].today), (Some(0), 0));
}

#[tokio::test(start_paused = true)]
async fn another_api_of_the_name_is_told() {
    let world = World::new();
    world.settles(&stack()).await;
    world.cloud().await.apigateway.create_rest_api().name("hello").send().await.unwrap();
    let health = read(&world, &stack()).await;
    assert!(
        health.remarks[0].contains("another REST API of the region is named hello"),
        "{:?}",
        health.remarks
    );
}

/// `--watch` looks again and again with the same clients.
#[tokio::test(start_paused = true)]
async fn a_second_look_sees_what_has_changed() {
    let world = World::new();
    let text = stack();
    world.settles(&text).await;
    let (stack, cloud) = (world.stack(&text), world.cloud().await);
    let live = async || {
        let health = Health::read(&stack, &cloud, DAY).await.unwrap().unwrap();
        health.functions[0].release.clone().map(|release| release.version)
    };
    assert_eq!(live().await.as_deref(), Some("1"));
    let alias = cloud.lambda.update_alias().function_name("hello-hello").name("live");
    alias.function_version("$LATEST").send().await.unwrap();
    assert_eq!(live().await.as_deref(), Some("$LATEST"));
}

/// What the quota does not let through is refused, and counts for the API.
#[tokio::test(start_paused = true)]
async fn a_quota_that_is_used_up() {
    let world = world();
    let text = stack().replace("250/day", "5/day");
    world.settles(&text).await;
    let url = StageUrl::of(&world, "default").await;
    for n in 0..8 {
        assert_eq!(call(&url, "{}", SentKey::Right).await, if n < 5 { 200 } else { 429 });
    }
    tokio::time::advance(Duration::from_mins(2)).await;
    let health = read(&world, &text).await;
    let (key, api) = (&health.keys[0], health.api.as_ref().unwrap());
    assert_eq!((key.used, key.limit, api.errors_4xx), (Some(5), Some(5), 3.0), "{health:#?}");
}

/// A right that is missing is named, and the rest is told.
#[tokio::test(start_paused = true)]
async fn without_a_right_the_rest_is_told() {
    let world = world();
    let text = format!("{}\nalerts: {{email: [me@example.com], when: [errors]}}\n", stack());
    world.settles(&text).await;
    let url = StageUrl::of(&world, "default").await;
    assert_eq!(call(&url, "{}", SentKey::Right).await, 200);
    tokio::time::advance(Duration::from_mins(2)).await;
    let stack = world.stack(&text);
    let (region, account) = (REGION.to_owned(), ACCOUNT.to_owned());
    let scope = Scope { stack: &stack, region, account, also: BTreeSet::new(), ids: None };
    let all = serde_json::to_string(&documents(&scope, Task::Metrics)).unwrap();
    for right in
        ["cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms", "logs:FilterLogEvents", "lambda:GetAlias"]
    {
        let fewer = all.replace(&format!("\"{right}\""), "\"sts:GetSessionToken\"");
        assert_ne!(fewer, all, "{right}");
        world.aws.allow_only(right, serde_json::from_str(&fewer).unwrap());
        let cloud = world.cloud_of(right, REGION).await;
        let health = Health::read(&stack, &cloud, DAY).await.unwrap().unwrap();
        let named = health.remarks.iter().filter(|remark| remark.contains(right)).count();
        assert_eq!((named, health.remarks.len()), (1, 1), "{right}: {health:#?}");
        assert_eq!(health.keys[0].used, Some(1), "{right}: {health:#?}");
        let calls = health.functions.first().map(|function| function.calls);
        assert_eq!(calls == Some(1.0), right != "cloudwatch:GetMetricData", "{right}: {health:#?}");
    }
}
