//! Containers of the live version that are kept ready.

use crate::{
    stacks::HELLO,
    world::{REGION, World, lines, refusals, write},
};
use aws_sdk_lambda::types::ProvisionedConcurrencyStatusEnum as Status;
use lambdeploy::testing::{
    aws::Cloud,
    engine::Options,
    stack_graph::{Door, Wishes},
};
use local_aws::{Config, Reaction, Scripted};
use serde_json::{Value, json};
use std::sync::Arc;

const NAME: &str = "hello-hello";

fn engine() -> Scripted {
    Scripted::new(|_: &Value, _: &_| Reaction::Respond(json!({"statusCode": 200, "body": "{}"})))
}

fn world() -> World {
    World::running(Config::default(), Arc::new(engine()))
}

/// HELLO, and more of its function.
fn with(keys: &str) -> String {
    HELLO.replace(
        "image: {context: .}",
        &format!("image: {{context: .}}\n    {}", keys.replace("; ", "\n    ")),
    )
}

fn ready(count: u32) -> String {
    with(&format!("provisioned_concurrency: {count}"))
}

/// How many were asked for, and how it stands.
async fn provisioned(aws: &Cloud) -> Option<(i32, Status)> {
    let request = aws.lambda.get_provisioned_concurrency_config().function_name(NAME).qualifier("live");
    let answer = request.send().await.ok()?;
    Some((answer.requested_provisioned_concurrent_executions.unwrap(), answer.status.unwrap()))
}

async fn put(aws: &Cloud, count: i32) {
    let request = aws.lambda.put_provisioned_concurrency_config().function_name(NAME).qualifier("live");
    request.provisioned_concurrent_executions(count).send().await.unwrap();
}

fn asked(world: &World) -> usize {
    let entries = world.aws.requests().entries();
    entries.iter().filter(|e| e.operation.contains("ProvisionedConcurrency")).count()
}

#[tokio::test(start_paused = true)]
async fn a_life() {
    let world = world();
    let before = world.dump();
    world.settles(HELLO).await;
    assert_eq!(asked(&world), 0, "nothing is asked of it where nothing is wished");
    let planned = lines(&world.plan(&ready(2)).await);
    assert!(planned.len() == 2 && planned[0].starts_with("~ rest-api inventory"), "{planned:?}");
    assert_eq!(planned[1], "+ provisioned-concurrency/hello");
    world.settles(&ready(2)).await;
    let aws = world.cloud_in(REGION).await;
    assert_eq!(provisioned(&aws).await, Some((2, Status::Ready)));
    let plan = world.plan(&ready(2)).await;
    let standing = plan.items.iter().find_map(|item| item.standing.as_deref());
    assert_eq!(standing, Some("2 of 2 containers are ready"));
    // It goes with the alias.
    write(world.folder.path(), "app.py", "print('hello again')\n");
    world.settles(&ready(2)).await;
    assert_eq!(provisioned(&aws).await.unwrap().0, 2);

    put(&aws, 3).await;
    assert_eq!(lines(&world.plan(&ready(2)).await), ["~ provisioned-concurrency/hello count 3 → 2"]);
    world.settles(&ready(2)).await;
    let delete = aws.lambda.delete_provisioned_concurrency_config().function_name(NAME).qualifier("live");
    delete.send().await.unwrap();
    assert_eq!(lines(&world.plan(&ready(2)).await), ["+ provisioned-concurrency/hello"]);
    world.settles(&ready(2)).await;

    assert!(lines(&world.plan(HELLO).await).contains(&"- provisioned-concurrency/hello".to_owned()));
    world.settles(HELLO).await;
    assert_eq!(provisioned(&aws).await, None);
    world.settles(&ready(1)).await;
    let report = world.destroy(&ready(1)).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(world.dump(), before);
}

#[tokio::test(start_paused = true)]
async fn containers_that_do_not_start_are_told_with_awss_reason() {
    let world = World::running(Config::default(), Arc::new(engine().at_start(Reaction::Exit(1))));
    let report = world.up(&ready(1)).await;
    let failed: Vec<_> = report.failed.iter().map(|(id, e)| format!("{id}: {e:#}")).collect();
    let told = "provisioned-concurrency/hello: the provisioned concurrency of hello-hello:live is FAILED: FUNCTION_ERROR_INIT_FAILURE";
    assert!(failed.len() == 1 && failed[0].starts_with(told), "{failed:?}");
    let planned =
        [r#"~ provisioned-concurrency/hello state "FAILED: FUNCTION_ERROR_INIT_FAILURE" → "READY""#];
    assert_eq!(lines(&world.plan(&ready(1)).await), planned);
}

#[tokio::test(start_paused = true)]
async fn what_the_account_has_not_is_refused_with_the_numbers() {
    let world = World::with(Config { concurrency: 110, ..Config::default() });
    let refused = refusals(&world.plan(&ready(11)).await);
    assert_eq!(refused.len(), 1, "{refused:?}");
    for part in [
        "provisioned-concurrency/hello: `provisioned_concurrency: 11` is not possible",
        "runs 110 executions",
        "100 of them stay unreserved, and 10 can be had",
    ] {
        assert!(refused[0].contains(part), "{part}: {refused:?}");
    }
    assert_eq!(refusals(&world.plan(&ready(10)).await), [""; 0]);
    // What the function has reserved is its own; what it reserves is what is refused.
    let reserving = with("reserved_concurrency: 12; provisioned_concurrency: 11");
    let refused = refusals(&world.plan(&reserving).await);
    assert!(
        refused.len() == 1 && refused[0].starts_with("function/hello: `reserved_concurrency: 12`"),
        "{refused:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn fewer_are_kept_ready_before_fewer_are_reserved() {
    let world = world();
    let text = |reserved, count| {
        with(&format!("reserved_concurrency: {reserved}; provisioned_concurrency: {count}"))
    };
    for (reserved, count) in [(6, 5), (3, 2), (8, 7)] {
        world.settles(&text(reserved, count)).await;
        let aws = world.cloud_in(REGION).await;
        assert_eq!(provisioned(&aws).await, Some((count, Status::Ready)));
    }
}

#[tokio::test(start_paused = true)]
async fn none_is_changed_while_two_versions_share_the_calls() {
    let world = world();
    world.settles(&ready(1)).await;
    let wishes = || Wishes { canary: Some(10), ..Wishes::default() };
    let refused = async |text: &str| {
        let stack = world.stack(text);
        let graph = world.observed(&stack, wishes()).await.unwrap();
        refusals(&graph.plan(&Options::default()).unwrap())
    };
    assert_eq!(refused(&ready(2)).await, [""; 0], "there is no new version to share with");
    let changed = with("provisioned_concurrency: 2; memory: 256");
    let told = refused(&changed).await;
    assert!(
        told.len() == 1 && told[0].contains("a new version of hello-hello is to get a share"),
        "{told:?}"
    );
    let same = with("provisioned_concurrency: 1; memory: 256");
    assert!(world.up_with(&same, &Options::default(), wishes()).await.is_complete());
    assert_eq!(refused(&same).await, [""; 0]);
    let told = refused(&changed).await;
    assert!(
        told.len() == 1 && told[0].contains("version 2 of hello-hello gets a share of the calls"),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn it_makes_room_for_snapshots_and_comes_back() {
    let world = world();
    let label = json!({"com.amazonaws.lambda.feature.snapstart": "Allow"});
    world.docker.configure(json!({"Labels": label}));
    world.settles(&ready(1)).await;
    let aws = world.cloud_in(REGION).await;
    world.settles(&with("snapstart: true")).await;
    assert_eq!(provisioned(&aws).await, None);
    world.settles(&ready(1)).await;
    assert_eq!(provisioned(&aws).await, Some((1, Status::Ready)));
}

#[tokio::test(start_paused = true)]
async fn a_pause_keeps_none_ready() {
    let world = world();
    world.settles(&ready(2)).await;
    let (aws, text) = (world.cloud().await, ready(2));
    let stack = world.stack(&text);
    Door::find(&stack, &aws).await.unwrap().unwrap().shut().await.unwrap();
    assert_eq!(provisioned(&aws).await, None);
    assert_eq!(lines(&world.plan(&text).await), [""; 0]);
    Door::find(&stack, &aws).await.unwrap().unwrap().open().await.unwrap();
    assert_eq!(provisioned(&aws).await.unwrap().0, 2);
    assert_eq!(lines(&world.plan(&text).await), [""; 0]);
}
