//! A Zip function can't become an Image function in place: with `--replace` it is made anew, with what it would lose.

use crate::world::{REGION, World};
use aws_sdk_lambda::{
    primitives::Blob,
    types::{FunctionCode, PackageType, Runtime},
};
use lambdeploy::{aws::Cloud, engine::Options, stack_graph::Wishes};
use serde_json::Value;

const STACK: &str = "
stack: hello
region: us-east-2
functions:
  hello:
    image: {context: .}
    environment: {GREETING: Hello}
    reserved_concurrency: 2
api:
  routes:
    POST /: hello
";
const NAME: &str = "hello-hello";
const REPLACE: Options = Options { adopt: false, replace: true, include_adopted: false };

/// Statement ids of the function's resource policy.
async fn statements(aws: &Cloud) -> Vec<String> {
    let policy = aws.lambda.get_policy().function_name(NAME).send().await.unwrap();
    let policy: Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
    let mut ids: Vec<String> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["Sid"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

/// Puts a Zip function in the place of ours, with the same tags and role, and two statements of somebody else.
async fn make_it_zip(aws: &Cloud, ours: bool) {
    let was = aws.lambda.get_function().function_name(NAME).send().await.unwrap();
    aws.lambda.delete_function().function_name(NAME).send().await.unwrap();
    let code = FunctionCode::builder().zip_file(Blob::new(b"PK\x05\x06 and so on")).build();
    let create = aws.lambda.create_function().function_name(NAME).package_type(PackageType::Zip);
    let create = create.code(code).runtime(Runtime::Python312).handler("app.handler");
    let create = create.set_tags(was.tags.filter(|_| ours)).role(was.configuration.unwrap().role.unwrap());
    create.send().await.unwrap();
    let put = aws.lambda.put_function_concurrency().function_name(NAME);
    put.reserved_concurrent_executions(2).send().await.unwrap();
    for (id, principal, source) in [
        ("from-s3", "s3.amazonaws.com", Some("arn:aws:s3:::bucket")),
        ("from-a-friend", "123456789012", None),
    ] {
        let add = aws.lambda.add_permission().function_name(NAME).statement_id(id).principal(principal);
        let add = add.action("lambda:InvokeFunction").set_source_arn(source.map(str::to_owned));
        add.send().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_zip_function_is_made_anew_with_consent_only() {
    let world = World::new();
    world.settles(STACK).await;
    let aws = world.cloud_in(REGION).await;
    make_it_zip(&aws, true).await;
    let plan = world.plan(STACK).await;
    let refused: Vec<_> = plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].starts_with("function/hello: hello-hello is a Zip function"), "{refused:?}");
    assert!(refused[0].ends_with("--replace agrees to that"), "{refused:?}");
    assert!(!world.up(STACK).await.is_complete());
    let function = aws.lambda.get_function().function_name(NAME).send().await.unwrap();
    assert_eq!(function.configuration().unwrap().package_type(), Some(&PackageType::Zip));

    let report = world.up_with(STACK, &REPLACE, Wishes::default()).await;
    assert!(report.is_complete(), "{report:?}");
    assert!(!world.plan(STACK).await.has_changes());
    let function = aws.lambda.get_function().function_name(NAME).send().await.unwrap();
    let configuration = function.configuration().unwrap();
    assert_eq!(configuration.package_type(), Some(&PackageType::Image));
    assert_eq!(configuration.environment().unwrap().variables().unwrap()["GREETING"], "Hello");
    assert_eq!(function.concurrency().unwrap().reserved_concurrent_executions(), Some(2));
    assert_eq!(statements(&aws).await, ["from-a-friend", "from-s3", "lambdeploy-hello"]);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_zip_function_takes_both_words() {
    let world = World::new();
    world.settles(STACK).await;
    let aws = world.cloud_in(REGION).await;
    make_it_zip(&aws, false).await;
    for options in [Options::default(), REPLACE, Options { adopt: true, ..Options::default() }] {
        let plan = world.plan_with(STACK, &options).await;
        assert_eq!(plan.refusals().count(), 1, "{options:?}");
    }
    let both = Options { adopt: true, ..REPLACE };
    assert!(world.up_with(STACK, &both, Wishes::default()).await.is_complete());
    assert!(!world.plan(STACK).await.has_changes());
    let function = aws.lambda.get_function().function_name(NAME).send().await.unwrap();
    assert_eq!(function.tags().unwrap()["lambdeploy:adopted"], "true");
}
