//! AWS as slow to agree as it is: young roles, pending functions, lagging lists, keys that take their time, grants.
//! Every life converges, every wait is said and has an end, and at its end AWS has the last word.

use crate::{
    stacks::HELLO,
    stage_url::{broken, verify},
    world::{REGION, World, lines, write},
};
use lambdeploy::testing::{
    engine::{Change, Event, Options, Report},
    stack_graph::Wishes,
};
use local_aws::{Config, Consistency, Reaction, Scripted};
use regex_lite::Regex;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

fn world(seed: u64) -> World {
    fastrand::seed(seed);
    let answer = |_: &Value, _: &_| {
        Reaction::Respond(json!({
            "statusCode": 200, "headers": { "Access-Control-Allow-Origin": "https://www.example.com" }, "body": "{}",
        }))
    };
    let config = Config { consistency: Consistency::Realistic, seed, ..Config::default() };
    World::running(config, Arc::new(Scripted::new(answer)))
}

/// What AWS imposes on a first `up`, one after the other: two levels to look, the API, the role and its time until Lambda
/// may assume it, the function and its time as Pending, a look at it, the permission.
fn imposed(config: &Config) -> Duration {
    let delays = config.delays();
    delays.role_assumable + delays.function_pending + config.latency * 7
}

#[tokio::test(start_paused = true)]
async fn a_first_up_takes_at_most_a_tenth_longer_than_aws_makes_it() {
    let text = format!("{HELLO}\nretain: [images]\n");
    for seed in 0..12 {
        let latency = Duration::from_millis(60);
        let config = Config { consistency: Consistency::Realistic, seed, latency, ..Config::default() };
        let imposed = imposed(&config);
        let world = World::with(config);
        // Its image is in ECR, and AWS grants everything again.
        world.settles(&text).await;
        is_done(&world.destroy(&text).await);
        tokio::time::sleep(Duration::from_mins(10)).await;
        let since = Instant::now();
        is_done(&world.up(&text).await);
        let took = since.elapsed();
        assert!(took <= imposed.mul_f64(1.1), "seed {seed}: {took:?}, and AWS imposes {imposed:?}");
    }
}

/// All notes, with their times.
fn notes(world: &World) -> Vec<(Instant, String)> {
    let said = world.said.borrow();
    let note = |(at, event): &(Instant, Event)| match event {
        Event::Note { id, text } => Some((*at, format!("{id}: {text}"))),
        _ => None,
    };
    said.iter().filter_map(note).collect()
}

/// Wherever time went by without a request, a wait had been said, with what is waited for, how long it has been, and
/// how long it may be.
fn waits_are_said(world: &World, start: Instant) {
    let wait = Regex::new(r"^\S+: waiting for .+: (\d+) s of at most (\d+) s \(.+\)$").unwrap();
    let waits: Vec<_> = notes(world).into_iter().filter(|(_, n)| n.contains("waiting for")).collect();
    for (_, note) in &waits {
        let found = wait.captures(note).unwrap_or_else(|| panic!("{note}"));
        let number = |n| found.get(n).unwrap().as_str().parse::<u64>().unwrap();
        assert!(number(1) <= number(2) && number(2) <= 600, "{note}");
    }
    let mut times: Vec<f64> = world.aws.requests().entries().iter().map(|e| e.start).collect();
    times.sort_by(f64::total_cmp);
    for pair in times.windows(2).filter(|pair| pair[1] - pair[0] > 0.1) {
        // The longest wait of all is for a grant: 35 s.
        let said = waits.iter().map(|(at, _)| (*at - start).as_secs_f64());
        let since = said.filter(|at| *at <= pair[0] + 0.01 && *at > pair[0] - 36.0).count();
        assert!(since > 0, "nobody said what was waited for from {} s to {} s", pair[0], pair[1]);
    }
}

#[track_caller]
fn is_done(report: &Report) {
    assert!(report.is_complete(), "{report:?}");
}

/// A whole life, each command right after the other.
async fn life(seed: u64) {
    let start = Instant::now();
    let world = world(seed);
    world.settles(HELLO).await;
    let idle = world.up(HELLO).await;
    assert!(idle.done.iter().all(|(_, c)| *c == Change::Keep), "{idle:?}");

    write(world.folder.path(), "app.py", "print('hello again')\n");
    let changed = HELLO.replace("image: {context: .}", "image: {context: .}\n    memory: 256");
    let changed = changed.replace("keys: [client]", "keys: [client, other]").replace("100/day", "200/day");
    let changed = changed.replace("POST /: hello\n", "POST /: hello\n    GET /more: hello\n");
    world.settles(&changed).await;
    is_done(&world.destroy(&changed).await);
    world.settles(&changed).await;
    world.settles(HELLO).await;
    is_done(&world.destroy(HELLO).await);
    assert_eq!(world.dump(), World::new().dump());
    waits_are_said(&world, start);
    let said = notes(&world);
    for awaited in [
        "AWS to see what was just made",
        "the function",
        "AWS to allow this call again",
        "AWS's list to show what was just made",
    ] {
        assert!(said.iter().any(|(_, n)| n.contains(&format!("waiting for {awaited}"))), "{awaited}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_life_converges_and_says_its_waits() {
    for seed in 0..8 {
        life(seed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn verify_waits_for_a_new_key() {
    for seed in 0..4 {
        let world = world(seed);
        is_done(&world.up(HELLO).await);
        let (text, replace) =
            (HELLO.replace("client", "new"), Options { replace: true, ..Options::default() });
        is_done(&world.up_with(&text, &replace, Wishes::default()).await);
        let since = Instant::now();
        assert_eq!(broken(&verify(&world, &text, false).await), [""; 0]);
        assert!(since.elapsed() > Duration::from_secs(10), "the key worked at once");
        let said = notes(&world);
        let waits =
            "contract: waiting for \"POST / with the key gets the answer of hello\": 403 \"Forbidden\"";
        let wait = said.iter().find(|(_, n)| n.starts_with(waits)).map(|(_, n)| n.as_str());
        assert!(wait.is_some_and(|n| n.ends_with(" s of at most 180 s")), "{said:?}");
    }
}

/// Nobody may assume it: not now, and not in five minutes.
#[tokio::test(start_paused = true)]
async fn at_the_end_of_patience_aws_has_the_last_word() {
    let world = world(0);
    let iam = &world.cloud_in(REGION).await.iam;
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    let role = iam.create_role().role_name("other").assume_role_policy_document(trust.to_string());
    let arn = role.send().await.unwrap().role.unwrap().arn;
    let text = HELLO.replace("image: {context: .}", &format!("image: {{context: .}}\n    role: {arn}"));
    let since = Instant::now();
    let report = world.up(&text).await;
    let waited = since.elapsed().as_secs();
    assert!((295..330).contains(&waited), "{waited} s");
    let errors: Vec<_> = report.failed.iter().map(|(id, e)| format!("{id}: {e:#}")).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let said = "function/hello: CreateFunction failed: InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.";
    assert!(errors[0].starts_with(said) && errors[0].contains("trust policy"), "{}", errors[0]);
    let skipped: Vec<_> = report.skipped.iter().map(ToString::to_string).collect();
    assert_eq!(skipped, ["version/hello", "alias/hello", "permission/hello"]);
    // The rest is there, and nothing of it is made twice by the next run.
    let plan = lines(&world.plan(&text).await);
    assert_eq!(plan, ["+ function/hello", "+ version/hello", "+ alias/hello", "+ permission/hello"]);
}
