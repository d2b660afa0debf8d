//! `key`: a second value beside the first, and the end of the first; values of one's own.

use crate::{
    stacks::HELLO,
    stage_url::StageUrl,
    world::{World, lines, refusals},
};
use lambdeploy::testing::{
    contract::{Ask, Carrier, SentKey},
    deployer::Task,
    engine::Options,
    stack_graph::{Rotation, Wishes},
};
use local_aws::{Config, Reaction, Scripted};
use serde_json::json;
use std::sync::Arc;

fn world() -> World {
    let answer = |_: &_, _: &_| Reaction::Respond(json!({ "statusCode": 200, "body": "{}" }));
    World::running(Config::default(), Arc::new(Scripted::new(answer)))
}

/// The values of all keys, the oldest first.
async fn values(world: &World) -> Vec<String> {
    let keys = world.cloud().await.apigateway.get_api_keys().include_values(true).send().await.unwrap();
    let mut all: Vec<_> = keys.items().iter().map(|k| (k.created_date, k.value.clone().unwrap())).collect();
    all.sort_by_key(|(at, _)| at.map(|at| at.as_nanos()));
    all.into_iter().map(|(_, value)| value).collect()
}

async fn status(world: &World, key: &str) -> u16 {
    let api = StageUrl::of(world, "default").await.api;
    let ask = Ask { key: SentKey::Right, body: Some(b"{}".to_vec()), ..Ask::new("POST", "/") };
    StageUrl::known(world, &api, key).carry(&ask).await.unwrap().status
}

#[tokio::test(start_paused = true)]
pub(crate) async fn both_values_work_until_the_old_one_is_retired() {
    let world = world();
    let before = world.dump();
    world.settles(HELLO).await;
    let stack = world.stack(HELLO);
    let cloud = world.deployer(&stack, Task::Key).await;
    let first = values(&world).await.remove(0);
    tokio::time::advance(std::time::Duration::from_secs(5)).await;
    Rotation::find(&stack, &cloud, "client").await.unwrap().rotate().await.unwrap();
    let all = values(&world).await;
    assert_eq!(all.len(), 2);
    for value in &all {
        assert_eq!(status(&world, value).await, 200);
    }
    // No later `up` takes it for a twin, or for gone.
    assert_eq!(lines(&world.plan(HELLO).await), [""; 0]);
    world.settles(&HELLO.replace("rate: 10", "rate: 20")).await;
    world.settles(HELLO).await;
    assert_eq!(values(&world).await, all);

    let cloud = world.deployer(&stack, Task::Key).await;
    let rotation = Rotation::find(&stack, &cloud, "client").await.unwrap();
    assert!(rotation.rotated_since().is_some());
    assert_eq!(rotation.old_use().await.unwrap().unwrap().calls, 1);
    rotation.retire().await.unwrap();
    assert_eq!(status(&world, &first).await, 403);
    let second = values(&world).await.remove(0);
    assert_eq!(status(&world, &second).await, 200);
    assert_eq!(lines(&world.plan(HELLO).await), [""; 0]);
    assert!(world.destroy(HELLO).await.is_complete());
    assert_eq!(world.dump(), before);
}

#[tokio::test(start_paused = true)]
async fn old_values_go_with_the_stack_and_with_their_key() {
    let world = World::new();
    let before = world.dump();
    let two = HELLO.replace("keys: [client]", "keys: [client, second]");
    world.settles(&two).await;
    let stack = world.stack(&two);
    for name in ["client", "second"] {
        let cloud = world.cloud().await;
        Rotation::find(&stack, &cloud, name).await.unwrap().rotate().await.unwrap();
    }
    world.settles(HELLO).await;
    assert_eq!(values(&world).await.len(), 2);
    assert!(world.destroy(HELLO).await.is_complete());
    assert_eq!(world.dump(), before);
}

fn with(value: &str) -> String {
    HELLO.replace("keys: [client]", &format!("keys: [{{name: client, value: {value}}}]"))
}

#[tokio::test(start_paused = true)]
async fn a_value_of_ones_own_is_the_key_s_and_changes_only_with_consent() {
    let world = world();
    let (first, second) = ("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba");
    world.settles(&with(first)).await;
    assert_eq!(values(&world).await, [first]);
    assert_eq!(status(&world, first).await, 200);
    let why = refusals(&world.plan(&with(second)).await);
    assert!(why[0].contains("the value of the key client changes"), "{why:?}");
    let consent = Options { replace: true, ..Options::default() };
    assert!(world.up_with(&with(second), &consent, Wishes::default()).await.is_complete());
    assert_eq!(values(&world).await, [second]);
    assert_eq!((status(&world, first).await, status(&world, second).await), (403, 200));
    assert_eq!(lines(&world.plan(&with(second)).await), [""; 0]);
    // Without the line, the value stays whatever it is.
    assert_eq!(lines(&world.plan(HELLO).await), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_rotation_takes_the_value_of_the_file() {
    let world = world();
    let (first, second) = ("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba");
    world.settles(&with(first)).await;
    let (text, cloud) = (with(second), world.cloud().await);
    let stack = world.stack(&text);
    Rotation::find(&stack, &cloud, "client").await.unwrap().rotate().await.unwrap();
    assert_eq!((status(&world, first).await, status(&world, second).await), (200, 200));
    assert_eq!(lines(&world.plan(&text).await), [""; 0]);
}
