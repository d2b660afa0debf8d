//! `pause` and `resume`: the door of a stack, shut and opened.

use crate::{
    stacks::{HELLO, THREE},
    stage_url::{StageUrl, broken, verify},
    world::{REGION, World, lines},
};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use lambdeploy::testing::{
    contract::{Ask, Carrier, SentKey},
    deployer::Task,
    stack_graph::Door,
};
use local_aws::{Config, Reaction, Scripted};
use serde_json::json;
use std::sync::Arc;

fn world() -> World {
    let headers = json!({ "Access-Control-Allow-Origin": "https://www.example.com" });
    let answer =
        move |_: &_, _: &_| Reaction::Respond(json!({ "statusCode": 200, "headers": headers, "body": "{}" }));
    World::running(Config::default(), Arc::new(Scripted::new(answer)))
}

async fn shut(world: &World, text: &str) -> (usize, usize) {
    let stack = world.stack(text);
    let cloud = world.deployer(&stack, Task::Pause).await;
    let moved = Door::find(&stack, &cloud).await.unwrap().unwrap().shut().await.unwrap();
    (moved.keys, moved.functions)
}

async fn open(world: &World, text: &str) -> (usize, usize) {
    let stack = world.stack(text);
    let cloud = world.deployer(&stack, Task::Pause).await;
    let moved = Door::find(&stack, &cloud).await.unwrap().unwrap().open().await.unwrap();
    (moved.keys, moved.functions)
}

/// The answer to a call with the key.
async fn status(world: &World) -> u16 {
    let ask = Ask { key: SentKey::Right, body: Some(b"{}".to_vec()), ..Ask::new("POST", "/") };
    StageUrl::of(world, "default").await.carry(&ask).await.unwrap().status
}

#[tokio::test(start_paused = true)]
pub(crate) async fn every_call_is_refused_and_up_does_not_reopen() {
    let world = world();
    world.settles(HELLO).await;
    assert_eq!(status(&world).await, 200);
    assert_eq!(shut(&world, HELLO).await, (1, 1));
    assert_eq!(status(&world).await, 403);
    // Nothing to do, and an edit changes what it is about and no more.
    assert_eq!(lines(&world.plan(HELLO).await), [""; 0]);
    let larger = HELLO.replace("image: {context: .}", "image: {context: .}\n    memory: 256");
    world.settles(&larger).await;
    assert_eq!(status(&world).await, 403);
    let concurrency = world.cloud().await.lambda.get_function_concurrency().function_name("hello-hello");
    assert_eq!(concurrency.send().await.unwrap().reserved_concurrent_executions, Some(0));

    assert_eq!(open(&world, &larger).await, (1, 1));
    assert_eq!(status(&world).await, 200);
    assert_eq!(lines(&world.plan(&larger).await), [""; 0]);
    assert_eq!(broken(&verify(&world, &larger, false).await), [""; 0]);
}

#[tokio::test(start_paused = true)]
pub(crate) async fn what_is_made_while_it_is_paused_is_shut_and_opened_with_it() {
    let world = World::new();
    world.settles(HELLO).await;
    shut(&world, HELLO).await;
    let more = HELLO.replace("keys: [client]", "keys: [client, second]");
    world.settles(&more).await;
    let keys = world.cloud_in(REGION).await.apigateway.get_api_keys().send().await.unwrap();
    assert_eq!(keys.items().iter().map(|k| k.enabled).collect::<Vec<_>>(), [false, false]);
    assert_eq!(open(&world, &more).await, (2, 1));
    let keys = world.cloud_in(REGION).await.apigateway.get_api_keys().send().await.unwrap();
    assert_eq!(keys.items().iter().map(|k| k.enabled).collect::<Vec<_>>(), [true, true]);
    assert_eq!(lines(&world.plan(&more).await), [""; 0]);
}

#[tokio::test(start_paused = true)]
pub(crate) async fn a_key_that_was_disabled_by_hand_stays_so() {
    let world = World::new();
    world.settles(THREE).await;
    let client = &world.cloud().await.apigateway;
    let keys = client.get_api_keys().send().await.unwrap();
    let web = keys.items().iter().find(|k| k.name() == Some("web")).unwrap().id().unwrap();
    let off = PatchOperation::builder().op(Op::Replace).path("/enabled").value("false").build();
    client.update_api_key().api_key(web).patch_operations(off).send().await.unwrap();
    // The other key, and three functions of which one reserves.
    assert_eq!(shut(&world, THREE).await, (1, 3));
    assert_eq!(open(&world, THREE).await, (1, 3));
    let keys = client.get_api_keys().send().await.unwrap();
    let enabled = keys.items().iter().filter(|k| k.enabled).map(|k| k.name().unwrap()).collect::<Vec<_>>();
    assert_eq!(enabled, ["mobile"]);
    let concurrency = world.cloud().await.lambda.get_function_concurrency().function_name("shop-orders");
    assert_eq!(concurrency.send().await.unwrap().reserved_concurrent_executions, Some(2));
    assert_eq!(lines(&world.plan(THREE).await), [""; 0]);
}

/// Where it died in the middle, `up` ends what it began.
#[tokio::test(start_paused = true)]
async fn a_half_shut_door_is_shut_by_up() {
    let world = world();
    world.settles(HELLO).await;
    let client = &world.cloud().await.apigateway;
    let api = StageUrl::of(&world, "default").await.api;
    let arn = format!("arn:aws:apigateway:{REGION}::/restapis/{api}");
    client.tag_resource().resource_arn(arn).tags("lambdeploy:paused", "now").send().await.unwrap();
    assert_eq!(
        lines(&world.plan(HELLO).await),
        ["~ function/hello reserved_concurrency null → 0", "~ api-key/client enabled true → false"]
    );
    world.settles(HELLO).await;
    assert_eq!(status(&world).await, 403);
    assert_eq!(open(&world, HELLO).await, (1, 1));
    assert_eq!(status(&world).await, 200);
}

#[tokio::test(start_paused = true)]
async fn it_can_be_said_twice_and_destroyed() {
    let world = World::new();
    let stack = world.stack(HELLO);
    assert!(Door::find(&stack, &world.cloud().await).await.unwrap().is_none());
    let before = world.dump();
    world.settles(HELLO).await;
    assert_eq!(shut(&world, HELLO).await, (1, 1));
    assert_eq!(shut(&world, HELLO).await, (0, 1));
    assert!(world.destroy(HELLO).await.is_complete());
    assert_eq!(world.dump(), before);
}
