//! A function that is made anew under its name gives nobody more or less than before: what comes back does so as it was,
//! what can't is refused before anything is deleted, and what is lost is named.

use crate::{
    by_hand::{make_it_zip, permit},
    world::{REGION, World},
};
use aws_sdk_lambda::{
    operation::add_permission::builders::AddPermissionFluentBuilder as Add,
    types::{FunctionUrlAuthType, PackageType},
};
use lambdeploy::testing::{aws::Cloud, engine::Options, stack_graph::Wishes};
use serde_json::{Value, json};
use std::rc::Rc;

const STACK: &str = "
stack: hello
region: us-east-2
functions:
  hello:
    image: {context: .}
api:
  routes:
    POST /: hello
";
const NAME: &str = "hello-hello";
const REPLACE: Options = Options { adopt: false, replace: true, include_adopted: false };

/// The stack, up, with a Zip function in the place of its own.
async fn with_zip() -> (World, Rc<Cloud>) {
    let world = World::new();
    world.settles(STACK).await;
    let aws = world.cloud().await;
    make_it_zip(&aws, NAME, true).await;
    (world, aws)
}

/// Other people's statements.
async fn theirs(aws: &Cloud) -> Vec<Value> {
    let policy = aws.lambda.get_policy().function_name(NAME).send().await.unwrap();
    let policy: Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
    let mut all = policy["Statement"].as_array().unwrap().clone();
    all.retain(|s| !s["Sid"].as_str().unwrap_or_default().starts_with("lambdeploy-"));
    all.sort_by_key(|s| s["Sid"].as_str().unwrap_or_default().to_owned());
    all
}

async fn refusals(world: &World, options: &Options) -> Vec<String> {
    let plan = world.plan_with(STACK, options).await;
    plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect()
}

#[tokio::test(start_paused = true)]
async fn every_condition_of_add_permission_comes_back() {
    let (world, aws) = with_zip().await;
    let add = async |id: &str, with: fn(Add) -> Add| {
        let add = aws.lambda.add_permission().function_name(NAME).statement_id(id).principal("*");
        with(add.action("lambda:InvokeFunction")).send().await.unwrap();
    };
    add("url", |a| a.action("lambda:InvokeFunctionUrl").function_url_auth_type(FunctionUrlAuthType::None))
        .await;
    add("by-url", |a| a.invoked_via_function_url(true)).await;
    add("organization", |a| a.principal_org_id("o-a1b2c3d4e5")).await;
    add("bucket", |a| a.principal("s3.amazonaws.com").source_account("123456789012")).await;
    add("skill", |a| a.principal("alexa-appkit.amazon.com").event_source_token("amzn1.ask")).await;
    let before = theirs(&aws).await;
    assert_eq!(before.len(), 7, "{before:#?}");
    let report = world.up_with(STACK, &REPLACE, Wishes::default()).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(theirs(&aws).await, before);
}

#[tokio::test(start_paused = true)]
async fn what_would_come_back_as_something_else_is_refused_before_the_delete() {
    let everybody = |members: Value| {
        let mut statement = json!({ "Sid": "theirs", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction" });
        statement.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        statement
    };
    for members in [
        json!({ "Effect": "Deny" }),
        json!({ "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } }),
        json!({ "Condition": { "Bool": { "lambda:InvokedViaFunctionUrl": "false" } } }),
        json!({ "Action": ["lambda:InvokeFunction", "lambda:GetFunction"] }),
    ] {
        let (world, aws) = with_zip().await;
        let arn = aws.arn("lambda", &format!("function:{NAME}")).unwrap();
        let mut statement = everybody(members);
        statement["Resource"] = json!(arn);
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        aws.lambda.put_resource_policy().resource_arn(&arn).policy(policy).send().await.unwrap();
        let before = world.dump();
        let refused = refusals(&world, &REPLACE).await;
        assert_eq!(refused.len(), 1, "{refused:#?}");
        assert!(refused[0].starts_with("function/hello: hello-hello can't be recreated"), "{refused:?}");
        assert!(refused[0].contains("(theirs)"), "{refused:?}");
        let report = world.up_with(STACK, &REPLACE, Wishes::default()).await;
        assert_eq!(report.failed.len(), 1, "{report:?}");
        assert_eq!(world.dump(), before, "{statement}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_statement_that_came_after_the_plan_is_refused_too() {
    let (world, aws) = with_zip().await;
    let stack = world.stack(STACK);
    let graph = world.observed(&stack, Wishes::default()).await.unwrap();
    assert_eq!(graph.plan(&REPLACE).unwrap().refusals().count(), 0);
    let arn = aws.arn("lambda", &format!("function:{NAME}")).unwrap();
    let deny = json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "late", "Effect": "Deny", "Principal": "*",
        "Action": "lambda:InvokeFunction", "Resource": arn }] });
    aws.lambda.put_resource_policy().resource_arn(&arn).policy(deny.to_string()).send().await.unwrap();
    let before = theirs(&aws).await;
    let report = graph.apply(&REPLACE, world.sink(), &Default::default()).await;
    assert!(report.failed[0].1.to_string().contains("(late)"), "{report:?}");
    assert_eq!(theirs(&aws).await, before);
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_is_named() {
    let (world, aws) = with_zip().await;
    let lambda = &aws.lambda;
    lambda.publish_version().function_name(NAME).send().await.unwrap();
    lambda.create_alias().function_name(NAME).name("live").function_version("1").send().await.unwrap();
    let url = lambda.create_function_url_config().function_name(NAME).auth_type(FunctionUrlAuthType::None);
    let url = url.send().await.unwrap().function_url;
    let events = lambda.put_function_event_invoke_config().function_name(NAME).maximum_retry_attempts(0);
    events.send().await.unwrap();
    let refused = refusals(&world, &Options::default()).await;
    let lost = format!(
        "lost for good: the versions 1; the aliases live; the function URL {url}; the configuration of asynchronous \
         invocations (retries, age, destinations); --replace agrees to that"
    );
    assert!(refused[0].ends_with(&lost), "{refused:#?}");
    assert!(world.up_with(STACK, &REPLACE, Wishes::default()).await.is_complete());
    let function = lambda.get_function().function_name(NAME).send().await.unwrap();
    assert_eq!(function.configuration().unwrap().package_type(), Some(&PackageType::Image));
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_permission_leaves_no_moment_without_one() {
    let world = World::new();
    world.settles(STACK).await;
    permit(&*world.cloud_in(REGION).await, NAME).await;
    // With an authorizer the API needs another right.
    let other = STACK.replace(
        "    POST /: hello\n",
        "    POST /: {function: hello, auth: {authorizer: {function: hello, header: X-Token}}}\n",
    );
    let before = world.aws.requests().entries().len();
    world.settles(&other).await;
    let entries = world.aws.requests().entries().split_off(before);
    let calls = entries.iter().map(|e| e.operation).filter(|o| o.ends_with("Permission"));
    assert_eq!(calls.collect::<Vec<_>>(), ["AddPermission", "RemovePermission"]);
    // And back, under the first id again.
    world.settles(STACK).await;
    assert!(!world.dump().to_string().contains("lambdeploy-hello_2"));
}
