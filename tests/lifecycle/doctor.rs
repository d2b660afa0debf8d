//! `doctor`: what will go wrong, in few round trips, and with half the rights.

use crate::{
    stacks::HELLO,
    world::{ACCOUNT, REGION, World},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use lambdeploy::testing::{
    deployer::{Scope, Task, documents},
    doctor::{Advice, Checkup, Outlook},
    stack::Stack,
};
use local_aws::Config;
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};

const LATENCY: Duration = Duration::from_millis(60);

/// Of one thing, or of everything where it is empty: what does not go well.
fn complaints<'a>(all: &'a [Advice], about: &'a str) -> Vec<&'a Advice> {
    let of = |advice: &&Advice| about.is_empty() || advice.about == about;
    all.iter().filter(of).filter(|advice| advice.outlook != Outlook::Fine).collect()
}

#[track_caller]
fn says(all: &[Advice], about: &str, outlook: Outlook, words: &str) {
    let found = all.iter().any(|it| {
        let todo = it.todo.as_deref().unwrap_or_default();
        it.about == about && it.outlook == outlook && (it.text.contains(words) || todo.contains(words))
    });
    assert!(found, "{about} {outlook:?} {words}: {all:#?}");
}

async fn checked(world: &World, stack: &Stack) -> Vec<Advice> {
    Checkup::new(Some(stack), &world.cloud_in(REGION).await).of_aws().await
}

/// `PUT /_local/account`
async fn set_account(world: &World, settings: &str) {
    let request = http::Request::put("http://localhost/_local/account");
    let body = Full::new(Bytes::from(settings.to_owned())).map_err(|never| match never {}).boxed_unsync();
    let answer = world.aws.try_handle(request.body(body).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test(start_paused = true)]
pub(crate) async fn a_well_stack_has_no_complaint() {
    let world = World::with(Config { latency: LATENCY, ..Config::default() });
    world.settles(HELLO).await;
    let stack = world.stack(HELLO);
    let cloud = world.deployer(&stack, Task::Doctor).await;
    let (before, from) = (world.dump(), world.aws.requests().entries().len());
    let all = Checkup::new(Some(&stack), &cloud).of_aws().await;
    assert!(complaints(&all, "").is_empty(), "{all:#?}");
    assert_eq!(world.dump(), before);

    let entries = world.aws.requests().entries().split_off(from);
    let start = entries.iter().map(|e| e.start).fold(f64::INFINITY, f64::min);
    let end = entries.iter().map(|e| e.end).fold(0.0, f64::max);
    let levels = ((end - start) / LATENCY.as_secs_f64()).round();
    let names: Vec<_> = entries.iter().map(|e| format!("{:.2} {}", e.start - start, e.operation)).collect();
    assert!(levels <= 4.0, "{levels} levels: {names:#?}");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_will_not_do() {
    let world = World::with(Config { concurrency: 10, ..Config::default() });
    let ends = r#"{"root_mfa": false, "root_access_keys": true,
        "plan": {"type": "FREE", "status": "ACTIVE", "credits": 1.5, "expires": "2026-12-24T00:00:00Z"}}"#;
    set_account(&world, ends).await;
    let reserving = HELLO.replace("image: {context: .}", "image: {context: .}\n    reserved_concurrency: 2");
    let all = checked(&world, &world.stack(HELLO)).await;
    says(&all, "concurrency", Outlook::Beware, "10 executions at once");
    says(&all, "account", Outlook::Beware, "1.50 USD of credits left: AWS closes it on 2026-12-24");
    says(&all, "root user", Outlook::Beware, "no MFA");
    says(&all, "root user", Outlook::Beware, "access keys");
    let all = checked(&world, &world.stack(&reserving)).await;
    says(&all, "concurrency", Outlook::Fails, "takes 2 executions");
    let other = format!("{HELLO}\naccount: '999999999999'\n");
    says(
        &checked(&world, &world.stack(&other)).await,
        "credentials",
        Outlook::Fails,
        "is for account 999999999999",
    );
}

#[tokio::test(start_paused = true)]
async fn without_rights_each_line_says_which_is_missing() {
    let world = World::new();
    world.settles(HELLO).await;
    world.aws.allow_only("NOBODY", Vec::new());
    let cloud = world.cloud_of("NOBODY", REGION).await;
    let told = format!("{HELLO}alerts: {{email: [me@example.com]}}\n");
    let all = Checkup::new(Some(&world.stack(&told)), &cloud).of_aws().await;
    for (about, right) in [
        ("root user", "iam:GetAccountSummary"),
        ("account", "freetier:GetAccountPlanState"),
        ("concurrency", "lambda:GetAccountSettings"),
        ("rights", "iam:SimulatePrincipalPolicy"),
        ("open doors", "lambda:ListFunctionUrlConfigs"),
        ("mails", "sns:ListSubscriptionsByTopic"),
    ] {
        says(&all, about, Outlook::Unknown, right);
    }
    says(&all, "credentials", Outlook::Fine, "user/local");
}

/// Makes a user who may do what these policies say; their access key.
async fn user(world: &World, name: &str, policies: &[Value]) -> String {
    let iam = &world.cloud().await.iam;
    iam.create_user().user_name(name).send().await.unwrap();
    for (n, policy) in policies.iter().enumerate() {
        let create =
            iam.create_policy().policy_name(format!("{name}-{n}")).policy_document(policy.to_string());
        let arn = create.send().await.unwrap().policy.unwrap().arn.unwrap();
        iam.attach_user_policy().user_name(name).policy_arn(arn).send().await.unwrap();
    }
    let key = iam.create_access_key().user_name(name).send().await.unwrap();
    key.access_key.unwrap().access_key_id
}

#[tokio::test(start_paused = true)]
async fn a_right_that_up_needs_and_is_missing() {
    let world = World::new();
    let stack = world.stack(HELLO);
    let (region, account) = (REGION.to_owned(), ACCOUNT.to_owned());
    let scope = Scope { stack: &stack, region, account, also: BTreeSet::new(), ids: None };
    let mut policies = documents(&scope, Task::Up);
    policies.extend(documents(&scope, Task::Doctor));
    let able = user(&world, "able", &policies).await;
    let text = serde_json::to_string(&policies).unwrap();
    let fewer =
        text.replace("\"lambda:CreateFunction\",", "").replace("\"iam:PassRole\"", "\"iam:ListUsers\"");
    let unable = user(&world, "unable", &serde_json::from_str::<Vec<Value>>(&fewer).unwrap()).await;

    let check = async |key: &str| {
        let cloud = world.cloud_of(key, REGION).await;
        Checkup::new(Some(&stack), &cloud).of_aws().await
    };
    let all = check(&able).await;
    says(&all, "rights", Outlook::Fine, "user/able may do the ");
    let all = check(&unable).await;
    says(&all, "rights", Outlook::Fails, "lacks 2 of the ");
    says(&all, "rights", Outlook::Fails, "iam:PassRole on arn:aws:iam::000000000000:role/");
    says(
        &all,
        "rights",
        Outlook::Fails,
        "lambda:CreateFunction on arn:aws:lambda:us-east-2:000000000000:function:",
    );
    // The same holds of the stack that is there, whose ids are known by then.
    world.settles(HELLO).await;
    says(&check(&able).await, "rights", Outlook::Fine, "may do");
}

#[tokio::test(start_paused = true)]
async fn what_opens_a_function_past_the_api() {
    let world = World::new();
    world.settles(HELLO).await;
    let stack = world.stack(HELLO);
    assert!(complaints(&checked(&world, &stack).await, "open doors").is_empty());
    let lambda = &world.cloud().await.lambda;
    let url = lambda.create_function_url_config().function_name("hello-hello");
    url.auth_type("NONE".into()).send().await.unwrap();
    let allow = lambda.add_permission().function_name("hello-hello").statement_id("everybody");
    allow.action("lambda:InvokeFunction").principal("*").send().await.unwrap();
    let all = checked(&world, &stack).await;
    says(&all, "open doors", Outlook::Beware, "anybody can call hello at https://");
    says(&all, "open doors", Outlook::Beware, "delete-function-url-config --function-name hello-hello");
    says(
        &all,
        "open doors",
        Outlook::Beware,
        "remove-permission --function-name hello-hello --statement-id everybody",
    );
}

#[tokio::test(start_paused = true)]
async fn an_address_that_has_not_confirmed() {
    let world = World::new();
    let told = "alerts: {email: [me@example.com]}\nbudget: {limit: 10 USD, email: [you@example.com]}";
    let text = format!("{HELLO}{told}\n");
    world.settles(&text).await;
    let all = checked(&world, &world.stack(&text)).await;
    says(&all, "mails", Outlook::Beware, "me@example.com has not confirmed yet");
    says(&all, "mails", Outlook::Unknown, "whether you@example.com may be written to");
}

/// What needs no stack file is told without one.
#[tokio::test(start_paused = true)]
async fn without_a_stack_file() {
    let world = World::new();
    let all = Checkup::new(None, &world.cloud_in(REGION).await).of_aws().await;
    let about: Vec<_> = all.iter().map(|advice| advice.about).collect();
    assert_eq!(about, ["credentials", "root user", "account", "concurrency"]);
}
