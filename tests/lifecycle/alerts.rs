//! Whom a stack tells what: from the call that fails to the mail, and what has to be done before mail comes.

use crate::{
    local_page::{confirm_all, mails, set_account, subjects},
    stacks::HELLO,
    stage_url::StageUrl,
    world::{ACCOUNT, REGION, World, lines},
};
use aws_sdk_budgets::Client as Budgets;
use lambdeploy::testing::{
    contract::{Ask, Carrier, SentKey},
    health::Health,
    stack_graph::Wishes,
};
use local_aws::{Config, Reaction, Scripted};
use serde_json::json;
use std::{sync::Arc, time::Duration};

const ALERTS: &str = "alerts: {email: [ada@example.com, bob@example.com]}\n";
const CONFIRM: &str = "AWS Notification - Subscription Confirmation";

/// With room for many calls.
fn stack(more: &str) -> String {
    let wide = "{rate: 1000, burst: 1000, quota: 1000/day}";
    HELLO.replace("{rate: 10, burst: 20, quota: 100/day}", wide) + more
}

/// A function that fails where the body says so, or takes as long as it says.
fn world() -> World {
    let answer = |event: &serde_json::Value, _: &serde_json::Value| match event["body"].as_str() {
        Some("fail") => Reaction::Exit(1),
        _ => Reaction::Respond(json!({ "statusCode": 200, "body": "{}" })),
    };
    World::running(Config::default(), Arc::new(Scripted::new(move |event, _| answer(event, &json!(null)))))
}

async fn call(world: &World, times: usize, failing: usize) {
    let url = StageUrl::of(world, "default").await;
    for n in 0..times {
        let body = if n < failing { "fail" } else { "{}" };
        let ask = Ask {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
            key: SentKey::Right,
            body: Some(body.as_bytes().to_vec()),
        };
        url.carry(&ask).await.unwrap();
    }
}

/// What `status` says besides the resources.
async fn said(world: &World, text: &str) -> Vec<String> {
    let stack = world.stack(text);
    let graph = world.observed(&stack, Wishes::default()).await.unwrap();
    graph.remarks().into_iter().chain(graph.loose_ends()).collect()
}

#[tokio::test(start_paused = true)]
async fn failing_calls_ring_and_the_mail_comes_to_who_has_confirmed() {
    let (world, text) = (world(), stack(ALERTS));
    world.settles(&text).await;
    assert_eq!(
        subjects(&world).await,
        [format!("ada@example.com: {CONFIRM}"), format!("bob@example.com: {CONFIRM}")]
    );
    let waiting = said(&world, &text).await;
    assert!(
        waiting.len() == 2 && waiting[0].starts_with("ada@example.com has not confirmed yet"),
        "{waiting:#?}"
    );
    confirm_all(&world).await;
    assert_eq!(said(&world, &text).await, [""; 0]);
    call(&world, 200, 20).await;
    let rings = said(&world, &text).await;
    assert!(rings.len() == 2 && rings[0].starts_with("alarm/errors rings since 2"), "{rings:#?}");
    assert!(rings[1].starts_with("alarm/5xx rings since 2") && rings[1].contains("[20.0 ("), "{rings:#?}");
    let mut told = subjects(&world).await.split_off(2);
    told.sort();
    let subject =
        |who: &str, what: &str| format!("{who}@example.com: ALARM: \"lambdeploy-hello-{what}\" in us-east-2");
    assert_eq!(
        told,
        [subject("ada", "5xx"), subject("ada", "errors"), subject("bob", "5xx"), subject("bob", "errors")]
    );
    // Nothing of it is a difference from the file.
    assert!(!world.plan(&text).await.has_changes());
}

/// An address that leaves the file before it confirmed can't be taken off, which is said and no difference.
#[tokio::test(start_paused = true)]
async fn an_address_that_never_confirmed_is_told_of_until_aws_forgets_it() {
    let (world, text) = (World::new(), stack(ALERTS));
    world.settles(&text).await;
    let fewer = text.replace(", bob@example.com", "");
    world.settles(&fewer).await;
    let left = said(&world, &fewer).await;
    assert!(
        left.len() == 2 && left[1].starts_with("bob@example.com is no longer in the stack file"),
        "{left:#?}"
    );
    tokio::time::advance(Duration::from_hours(49)).await;
    assert_eq!(lines(&world.plan(&fewer).await), [r#"~ topic email [] → ["ada@example.com"]"#]);
    world.settles(&fewer).await;
    assert_eq!(subjects(&world).await.len(), 3, "ada is asked again");
}

/// More functions than one alarm takes are watched by two, each function by exactly one.
#[tokio::test(start_paused = true)]
async fn many_functions_are_watched_by_several_alarms() {
    let functions: String =
        (0..12).map(|n| format!("  f{n:02}: {{image: {{context: .}}, timeout: {}}}\n", n + 3)).collect();
    let text = format!(
        "stack: many\nregion: {REGION}\nfunctions:\n{functions}api: {{routes: {{GET /: f00}}}}\nalerts: {{email: [a@b.example], when: [errors, slow]}}\n"
    );
    let world = World::new();
    world.settles(&text).await;
    let client = aws_sdk_cloudwatch::Client::new(world.cloud().await.sdk());
    let alarms = client.describe_alarms().send().await.unwrap();
    let shape = |it: &aws_sdk_cloudwatch::types::MetricAlarm| {
        (it.alarm_name.clone().unwrap(), it.metrics().len(), it.threshold.unwrap())
    };
    let all: Vec<_> = alarms.metric_alarms().iter().map(shape).collect();
    let named = |name: &str, metrics, threshold| (format!("lambdeploy-many-{name}"), metrics, threshold);
    assert_eq!(
        all,
        [
            named("errors", 11, 0.0),
            named("errors-2", 3, 0.0),
            named("slow", 11, 1.0),
            named("slow-2", 3, 1.0)
        ]
    );
    let worst = alarms.metric_alarms()[3].metrics()[2].expression().unwrap();
    assert_eq!(worst, "MAX([FILL(f0,0)/10400,FILL(f1,0)/11200])");
    let one = text
        .replace("alerts:", "retain: [logs]\nalerts:")
        .lines()
        .filter(|l| !l.contains("  f1"))
        .collect::<Vec<_>>()
        .join("\n");
    world.settles(&one).await;
    let alarms = client.describe_alarms().send().await.unwrap();
    assert_eq!(alarms.metric_alarms().len(), 2, "the second ones go");
}

fn slow_alarm(alarms: &aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput) -> f64 {
    let is_slow =
        |it: &&aws_sdk_cloudwatch::types::MetricAlarm| it.alarm_name() == Some("lambdeploy-hello-slow");
    alarms.metric_alarms().iter().find(is_slow).unwrap().threshold.unwrap()
}

/// Slow is 80% of the time limit, and never more than 25 s: nobody waits longer behind a REST API than 29.
#[tokio::test(start_paused = true)]
async fn slow_goes_by_the_time_limit() {
    let world = World::new();
    let client = aws_sdk_cloudwatch::Client::new(world.cloud().await.sdk());
    for (timeout, bound) in [(3, 2_400.0), (29, 23_200.0), (900, 25_000.0)] {
        let text = stack(ALERTS)
            .replace("image: {context: .}", &format!("image: {{context: .}}\n    timeout: {timeout}"));
        world.settles(&text).await;
        let alarms = client.describe_alarms().send().await.unwrap();
        assert!((slow_alarm(&alarms) - bound).abs() < 0.1, "{timeout} s");
    }
}

/// The budget tells the alerts' topic, which lets it: nobody agrees twice.
#[tokio::test(start_paused = true)]
async fn the_budgets_mail_comes_by_the_topic_when_calls_cost_so_much() {
    // 200 calls cost 0.0007 USD and more.
    let (world, text) =
        (world(), stack(&format!("{ALERTS}budget: {{limit: 0.01 USD, alert_at: [5%, 100%]}}\n")));
    world.settles(&text).await;
    confirm_all(&world).await;
    let before = mails(&world).await.len();
    call(&world, 20, 0).await;
    assert_eq!(mails(&world).await.len(), before, "5% are not reached");
    call(&world, 180, 0).await;
    let told = subjects(&world).await.split_off(before);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[0].starts_with("ada@example.com: AWS Budgets: lambdeploy-hello-us-east-2"), "{told:#?}");
}

/// It counts the stack's own cost, once the tag is one that costs go by; until then it counts nothing, which is said.
#[tokio::test(start_paused = true)]
async fn a_budget_of_the_stack_counts_once_its_tag_is_active() {
    let (world, text) = (world(), stack(&format!("{ALERTS}budget: {{limit: 1 USD, only: stack}}\n")));
    world.settles(&text).await;
    confirm_all(&world).await;
    call(&world, 10, 0).await;
    let nothing = said(&world, &text).await;
    assert!(nothing.len() == 1 && nothing[0].contains("has counted nothing this month"), "{nothing:#?}");
    set_account(&world, json!({ "cost_allocation_tags": ["lambdeploy:stack"] })).await;
    assert_eq!(said(&world, &text).await, [""; 0]);
    let whole = text.replace(", only: stack", "");
    assert_eq!(
        lines(&world.plan(&whole).await),
        [r#"~ budget only.TagKeyValue ["user:lambdeploy:stack$hello"] → null"#]
    );
    world.settles(&whole).await;
}

async fn refused(world: &World, text: &str) -> String {
    let report = world.up(text).await;
    let [(_, error)] = &report.failed[..] else { panic!("{report:?}") };
    format!("{error:#}")
}

#[tokio::test(start_paused = true)]
async fn a_currency_that_is_not_the_accounts_is_refused_with_the_one_that_is() {
    let error = refused(&World::new(), &stack("budget: {limit: 10 EUR, email: [a@b.example]}\n")).await;
    assert!(
        error.contains("EUR is not in the supported unit set: [USD]") && error.contains("budget.limit"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_organisation_that_keeps_budgets_to_itself_is_named() {
    let world = World::new();
    set_account(&world, json!({ "linked_account": true })).await;
    let error = refused(&world, &stack("budget: {limit: 10 USD, email: [a@b.example]}\n")).await;
    assert!(error.contains("is a linked account") && error.contains("leave `budget` out"), "{error}");
}

/// Budgets are the account's, whatever the region; the topic is the region's.
#[tokio::test(start_paused = true)]
async fn a_budget_is_made_from_any_region() {
    let world = World::new();
    let text = stack(&format!("{ALERTS}budget: {{limit: 10 USD}}\n")).replace(REGION, "eu-central-1");
    world.settles(&text).await;
    let budgets =
        Budgets::new(world.cloud().await.sdk()).describe_budgets().account_id(ACCOUNT).send().await.unwrap();
    assert_eq!(budgets.budgets()[0].budget_name(), "lambdeploy-hello-eu-central-1");
    assert!(world.destroy(&text).await.is_complete());
}

/// Without a right that the alarms need, that right is named, once for all of them.
#[tokio::test(start_paused = true)]
async fn a_caller_without_rights_is_told_which_is_missing() {
    let world = World::new();
    let (stack, calls) = (world.stack(&stack(ALERTS)), world.cloud_of("NO-ALARMS", REGION).await);
    let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let none = json!({ "Effect": "Deny", "Action": "cloudwatch:*", "Resource": "*" });
    world.aws.allow_only("NO-ALARMS", vec![json!({ "Version": "2012-10-17", "Statement": [all, none] })]);
    let seen = lambdeploy::testing::stack_graph::StackGraph::observed(
        &stack,
        &calls,
        world.docker.clone(),
        Wishes::default(),
    )
    .await;
    let error = format!("{:#}", seen.err().unwrap());
    assert!(
        error.starts_with(
            "reading alarm/errors, alarm/throttles, alarm/slow, alarm/5xx: DescribeAlarms failed"
        ),
        "{error}"
    );
    assert!(
        error.contains("the caller's policy has to allow cloudwatch:DescribeAlarms on arn:aws:cloudwatch"),
        "{error}"
    );
}

/// A neighbour whose name begins as this one's has its alarms for itself.
#[tokio::test(start_paused = true)]
async fn a_neighbours_alarms_are_not_shown() {
    let (world, text) = (World::new(), stack(ALERTS));
    world.settles(&text).await;
    world.settles(&text.replace("stack: hello", "stack: hello-2")).await;
    assert!(!world.plan(&text).await.has_changes());
    let health = Health::read(&world.stack(&text), &world.cloud().await, 3600).await.unwrap().unwrap();
    let names: Vec<_> = health.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    let own = ["5xx", "errors", "slow", "throttles"].map(|key| format!("lambdeploy-hello-{key}"));
    assert_eq!(names, own);
}
