//! Whose is it: what goes is named and agreed to, what stays goes on working, what was before is not forgotten.

use crate::{
    by_hand::{ADOPT, GUIDE, NAME, step_6},
    stacks::{HELLO, THREE, without_orders},
    world::{World, lines, refusals},
};
use lambdeploy::testing::{
    engine::{Change, Options},
    stack_graph::{Wishes, ended_functions},
};
use local_aws::FaultPlan;
use serde_json::json;

/// HELLO, whose function has another key.
fn renamed() -> String {
    HELLO.replace("  hello:\n", "  greeter:\n").replace("POST /: hello", "POST /: greeter")
}

#[tokio::test(start_paused = true)]
async fn a_functions_new_key_loses_nothing_unasked() {
    let world = World::new();
    world.settles(HELLO).await;
    let renamed = renamed();
    let plan = world.plan(&renamed).await;
    let refused = refusals(&plan);
    assert!(
        refused.len() == 1
            && refused[0].starts_with("log-group/hello: a function is deleted and another created"),
        "{refused:?}"
    );
    assert!(
        refused[0].contains("/aws/lambda/hello-hello") && refused[0].contains("--replace"),
        "{refused:?}"
    );
    let loses = |kind: &str| {
        plan.items.iter().find(|i| i.id.kind() == kind && i.change == Change::Delete)?.loses.clone()
    };
    assert_eq!(loses("log-group").as_deref(), Some("all log lines in it"));
    assert_eq!(loses("repository").as_deref(), Some("all images in it"));
    let replace = Options { replace: true, ..Options::default() };
    assert_eq!(refusals(&world.plan_with(&renamed, &replace).await), [""; 0]);
    let kept = format!("{renamed}\nretain: [logs]\n");
    assert_eq!(refusals(&world.plan(&kept).await), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_only_goes_is_a_plain_change() {
    let world = World::new();
    world.settles(THREE).await;
    let plan = world.plan(&without_orders()).await;
    assert_eq!(refusals(&plan), [""; 0]);
    assert_eq!(ended_functions(&plan), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn another_stacks_file_of_the_same_name_is_noticed() {
    let world = World::new();
    assert_eq!(ended_functions(&world.plan(HELLO).await), [""; 0], "nothing is there");
    world.settles(HELLO).await;
    assert_eq!(ended_functions(&world.plan(HELLO).await), [""; 0]);
    let memory = HELLO.replace("image: {context: .}", "image: {context: .}\n    memory: 256");
    assert_eq!(ended_functions(&world.plan(&memory).await), [""; 0]);
    let theirs = THREE.replace("stack: shop", "stack: hello");
    assert_eq!(ended_functions(&world.plan(&theirs).await), ["hello-hello"]);
}

async fn earlier(world: &World, text: &str) -> Vec<String> {
    let stack = world.stack(text);
    world.observed(&stack, Wishes::default()).await.unwrap().earlier
}

#[tokio::test(start_paused = true)]
async fn a_stack_under_another_name_or_in_another_region_is_mentioned() {
    let world = World::new();
    assert_eq!(earlier(&world, HELLO).await, [""; 0]);
    world.settles(HELLO).await;
    assert_eq!(earlier(&world, HELLO).await, [""; 0]);
    let named = earlier(&world, &HELLO.replace("stack: hello", "stack: hi")).await;
    assert!(named.len() == 1 && named[0].contains("the stack hello in us-east-2"), "{named:?}");
    let moved = HELLO.replace("us-east-2", "eu-west-1");
    let regions = earlier(&world, &moved).await;
    assert!(regions.len() == 1 && regions[0].contains("--region us-east-2"), "{regions:?}");
    assert_eq!(earlier(&world, &THREE.replace("stack: shop", "stack: shopping")).await, [""; 0]);
    let action = json!({"refuse": {"status": 403, "code": "AccessDenied"}});
    let denied = json!({"faults": [{"operation": "ListRoles", "action": action}]});
    world.aws.set_faults(serde_json::from_value::<FaultPlan>(denied).unwrap());
    assert_eq!(earlier(&world, &moved).await, [""; 0], "who may not list roles is not kept from deploying");
}

#[tokio::test(start_paused = true)]
async fn what_an_adopted_function_works_with_outlives_a_destroy() {
    let world = World::new();
    let aws = world.cloud().await;
    step_6(&world, &aws).await;
    // The function and its API were made by hand; role and repository are the stack's.
    let ours = GUIDE
        .replace("image: {context: ., repository: jere-egyptian-art-analyzer}", "image: {context: .}")
        .replace("    role: {name: lambda-execution-role}\n", "");
    let report = world.up_with(&ours, &ADOPT, Wishes::default()).await;
    assert!(report.is_complete(), "{report:?}");
    let plan = world.plan_destroy(&ours, &Options::default()).await;
    let kept: Vec<_> = plan.items.iter().filter(|i| i.kept_for.is_some()).map(|i| i.id.to_string()).collect();
    assert_eq!(kept, ["log-group/analyzer", "repository/analyzer", "role/analyzer"]);
    assert!(world.destroy(&ours).await.is_complete());
    let function = aws.lambda.get_function().function_name(NAME).send().await.unwrap();
    let role = function.configuration().unwrap().role().unwrap().rsplit('/').next().unwrap().to_owned();
    aws.iam.get_role().role_name(role).send().await.unwrap();
    let image = function.code().unwrap().resolved_image_uri().unwrap();
    let (repository, digest) = image.split_once('/').unwrap().1.split_once('@').unwrap();
    let id = aws_sdk_ecr::types::ImageIdentifier::builder().image_digest(digest).build();
    let pulled = aws.ecr.batch_get_image().repository_name(repository).image_ids(id).send().await.unwrap();
    assert_eq!(pulled.images().len(), 1, "what it runs can be pulled");
    assert_eq!(lines(&world.plan_destroy(&ours, &Options::default()).await), [""; 0]);
    let all = Options { include_adopted: true, ..Options::default() };
    assert!(world.destroy_with(&ours, &all).await.is_complete());
    assert!(!world.dump().to_string().contains("egyptian-art/analyzer"));
}
