//! Functions that are made anew under their name, with all that deleting them would lose: a Zip function, which can't
//! become an Image function in place and takes `--replace`; and one whose creation failed.

use crate::{
    by_hand::{make_it_zip, permit},
    world::{REGION, World, lines},
};
use aws_sdk_lambda::types::{FunctionCode, PackageType};
use lambdeploy::testing::{
    aws::Cloud,
    engine::{Options, Stop},
    stack_graph::Wishes,
};
use local_aws::{Config, FaultPlan, Moment};
use serde_json::Value;
use std::time::Duration;

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

/// The resource policy of the function, or of its alias.
async fn policy(aws: &Cloud, alias: Option<&str>) -> Value {
    let policy = aws.lambda.get_policy().function_name(NAME).set_qualifier(alias.map(str::to_owned));
    serde_json::from_str(policy.send().await.unwrap().policy().unwrap()).unwrap()
}

/// Statement ids of the resource policies of the function and of its alias.
async fn statements(aws: &Cloud) -> Vec<String> {
    let mut ids = Vec::new();
    for policy in [policy(aws, None).await, policy(aws, Some("live")).await] {
        let all = policy["Statement"].as_array().unwrap();
        ids.extend(all.iter().map(|s| s["Sid"].as_str().unwrap().to_owned()));
    }
    ids.sort();
    ids
}

#[tokio::test(start_paused = true)]
pub(crate) async fn a_zip_function_is_made_anew_with_consent_only() {
    let world = World::new();
    world.settles(STACK).await;
    let aws = world.cloud_in(REGION).await;
    make_it_zip(&aws, NAME, true).await;
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
    make_it_zip(&aws, NAME, false).await;
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

#[tokio::test(start_paused = true)]
async fn a_run_that_dies_while_it_makes_a_function_anew_loses_no_statement() {
    let base = World::new();
    base.settles(STACK).await;
    make_it_zip(&*base.cloud_in(REGION).await, NAME, true).await;
    let all = base.fork();
    let from = all.aws.requests().entries().len();
    assert!(all.up_with(STACK, &REPLACE, Wishes::default()).await.is_complete());
    let calls = all.aws.requests().entries().len() - from;
    for (call, moment) in (1..=calls).flat_map(|n| [(n, Moment::Before), (n, Moment::After)]) {
        let world = base.fork();
        let (faults, reached) = FaultPlan::stop_at(call as u64, moment);
        world.aws.set_faults(faults);
        tokio::select! {
            report = world.up_with(STACK, &REPLACE, Wishes::default()) => panic!("call {call} did not come: {report:?}"),
            () = reached.notified() => {}
        }
        world.aws.set_faults(FaultPlan::default());
        let report = world.up_with(STACK, &REPLACE, Wishes::default()).await;
        assert!(report.is_complete(), "call {call} {moment:?}: {report:?}");
        let plan = world.plan(STACK).await;
        assert!(!plan.has_changes(), "call {call} {moment:?}: {:#?}", lines(&plan));
        let there = statements(&*world.cloud_in(REGION).await).await;
        assert_eq!(there, ["from-a-friend", "from-s3", "lambdeploy-hello"], "call {call} {moment:?}");
        assert!(!world.dump().to_string().contains("lambdeploy:kept"), "call {call} {moment:?}: left behind");
    }
}

#[tokio::test(start_paused = true)]
async fn how_long_it_was_away_is_said() {
    let world = World::with(Config { latency: Duration::from_secs(1), ..Config::default() });
    world.settles(STACK).await;
    make_it_zip(&*world.cloud_in(REGION).await, NAME, true).await;
    let stack = world.stack(STACK);
    let graph = world.observed(&stack, Wishes::default()).await.unwrap();
    assert!(graph.apply(&REPLACE, world.sink(), &Stop::default()).await.is_complete());
    let notes = world.notes();
    let said: Vec<_> = notes.iter().filter(|n| n.contains("unavailable")).collect();
    // DeleteFunction and a look, CreateFunction and a look, concurrency, two permissions, the tags: a second each.
    assert_eq!(
        said,
        [
            "the function hello-hello is unavailable until it is recreated",
            "the function hello-hello was unavailable for 8.0 s"
        ]
    );
}

/// A function of ours whose creation failed: its image's layer is not compressed. It has all its permissions.
async fn make_it_failed(aws: &Cloud) {
    let was = aws.lambda.get_function().function_name(NAME).send().await.unwrap();
    let policy = policy(aws, Some("live")).await;
    let source = policy["Statement"][0]["Condition"]["ArnLike"]["AWS:SourceArn"].as_str().unwrap();
    aws.lambda.delete_function().function_name(NAME).send().await.unwrap();
    let repository = "hello/hello";
    let ids = aws.ecr.list_images().repository_name(repository).send().await.unwrap().image_ids.unwrap();
    let get = aws.ecr.batch_get_image().repository_name(repository).set_image_ids(Some(ids));
    let image = get.send().await.unwrap().images.unwrap().remove(0);
    let manifest = image.image_manifest.unwrap().replace("tar+gzip", "tar").replace("tar.gzip", "tar");
    let put = aws.ecr.put_image().repository_name(repository).image_tag("raw").image_manifest(manifest);
    put.send().await.unwrap();
    let (configuration, code) = (was.configuration.unwrap(), was.code.unwrap().image_uri.unwrap());
    let uri = format!("{}:raw", code.split('@').next().unwrap());
    let create = aws.lambda.create_function().function_name(NAME).package_type(PackageType::Image);
    let create = create.code(FunctionCode::builder().image_uri(uri).build()).set_tags(was.tags);
    create.role(configuration.role.unwrap()).send().await.unwrap();
    let alias = aws.lambda.create_alias().function_name(NAME).name("live").function_version("$LATEST");
    alias.description("lambdeploy: ").send().await.unwrap();
    let add =
        aws.lambda.add_permission().function_name(NAME).qualifier("live").statement_id("lambdeploy-hello");
    let add = add.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com").source_arn(source);
    add.send().await.unwrap();
    permit(aws, NAME).await;
}

#[tokio::test(start_paused = true)]
async fn a_function_whose_creation_failed_is_made_anew_and_what_hangs_on_it_looks_again() {
    let world = World::new();
    world.settles(STACK).await;
    let aws = world.cloud_in(REGION).await;
    make_it_failed(&aws).await;
    let shown = lines(&world.plan(STACK).await);
    let state = shown.iter().find(|l| l.starts_with("~ function/hello state")).unwrap();
    assert!(state.contains("Failed: InvalidImage") && state.ends_with(r#" → "Active""#), "{state}");
    // As far as a plan can see, the permission is as it should be; it goes with the function, and must come back.
    assert!(!shown.iter().any(|l| l.contains("permission/")), "{shown:#?}");
    world.settles(STACK).await;
    assert_eq!(statements(&aws).await, ["from-a-friend", "from-s3", "lambdeploy-hello"]);
}
