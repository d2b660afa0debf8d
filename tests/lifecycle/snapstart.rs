//! Functions whose containers start from a snapshot: refused before anything changes, published, and failed.

use crate::{
    stacks::HELLO,
    world::{REGION, World, lines, write},
};
use aws_sdk_lambda::types::{SnapStartApplyOn, SnapStartOptimizationStatus, State};
use lambdeploy::testing::{aws::Cloud, engine::Options, stack_graph::Wishes};
use local_aws::{Config, Reaction, Scripted};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const NAME: &str = "hello-hello";
const LABEL: &str = "com.amazonaws.lambda.feature.snapstart";

fn engine() -> Scripted {
    Scripted::new(|_: &Value, _: &_| Reaction::Respond(json!({"statusCode": 200, "body": "{}"})))
}

fn world(engine: Scripted) -> World {
    World::running(Config::default(), Arc::new(engine))
}

fn snapstart() -> String {
    HELLO.replace("image: {context: .}", "image: {context: .}\n    snapstart: true")
}

fn label(world: &World) {
    world.docker.configure(json!({"Entrypoint": ["/entrypoint"], "Labels": {LABEL: "Allow"}}));
}

/// Of a base of AWS, as far as the configuration shows.
fn aws_base(world: &World) {
    world.docker.configure(json!({"Env": ["LAMBDA_RUNTIME_DIR=/var/runtime"]}));
}

async fn live(aws: &Cloud) -> (String, String) {
    let alias = aws.lambda.get_alias().function_name(NAME).name("live").send().await.unwrap();
    (alias.function_version.unwrap(), alias.description.unwrap())
}

async fn versions(aws: &Cloud) -> Vec<String> {
    let all = aws.lambda.list_versions_by_function().function_name(NAME).send().await.unwrap();
    all.versions().iter().filter_map(|v| v.version()).map(str::to_owned).collect()
}

/// Why an `up` ends before it changes anything.
async fn refused(world: &World, text: &str) -> Option<String> {
    let stack = world.stack(text);
    let graph = world.observed(&stack, Wishes::default()).await.unwrap();
    let plan = graph.plan(&Options::default()).unwrap();
    graph.prepare(&plan).await.err().map(|why| format!("{why:#}"))
}

fn writes(world: &World) -> usize {
    let reads = ["Get", "List", "Describe", "Batch"];
    world
        .aws
        .requests()
        .entries()
        .iter()
        .filter(|e| !reads.iter().any(|r| e.operation.starts_with(r)))
        .count()
}

#[tokio::test(start_paused = true)]
async fn an_image_that_cannot_be_restored_is_refused_before_anything_changes() {
    let world = world(engine());
    world.settles(HELLO).await;
    let before = writes(&world);
    assert_eq!(lines(&world.plan(&snapstart()).await), ["~ function/hello snapstart false → true"]);
    let why = refused(&world, &snapstart()).await.unwrap();
    for part in
        ["hello-hello: Lambda can't take a snapshot of the image hello/hello@sha256:", "LABEL com.amazonaws"]
    {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert_eq!(writes(&world), before);
    assert_eq!(refused(&world, HELLO).await, None);
    // One that is only built now is looked at before the function gets it.
    write(world.folder.path(), "app.py", "print('hello again')\n");
    let report = world.up(&snapstart()).await;
    let failed: Vec<_> = report.failed.iter().map(|(id, e)| format!("{id}: {e:#}")).collect();
    assert!(
        failed.len() == 1 && failed[0].starts_with("function/hello: hello-hello: Lambda can't"),
        "{failed:?}"
    );
    let aws = world.cloud_in(REGION).await;
    assert_eq!((live(&aws).await.0, versions(&aws).await.len()), ("1".to_owned(), 2));
}

#[tokio::test(start_paused = true)]
async fn a_version_is_waited_for_until_its_snapshot_is_there_and_one_stays() {
    let world = world(engine().start_takes(Duration::from_secs(40)));
    label(&world);
    world.settles(&snapstart()).await;
    let aws = world.cloud_in(REGION).await;
    let version = aws.lambda.get_function_configuration().function_name(NAME).qualifier("live");
    let version = version.send().await.unwrap();
    assert_eq!(version.state(), Some(&State::Active));
    let snap_start = version.snap_start().unwrap();
    assert_eq!(snap_start.optimization_status(), Some(&SnapStartOptimizationStatus::On));
    let waits = world.notes();
    let said =
        |note: &&String| note.contains("of at most 730 s (Pending: Lambda starts it and takes its snapshot)");
    assert!(waits.iter().any(|note| said(&note)), "{waits:#?}");
    write(world.folder.path(), "app.py", "print('hello again')\n");
    assert_eq!(world.up_and_prune(&snapstart(), Wishes::default()).await, [""; 0]);
    assert_eq!(versions(&aws).await, ["$LATEST", "2"]);
    assert!(!world.plan(&snapstart()).await.has_changes());
    // And without again: a version that starts as it always did.
    world.settles(HELLO).await;
    let version = aws.lambda.get_function_configuration().function_name(NAME).qualifier("live");
    let applies = version.send().await.unwrap().snap_start.unwrap().apply_on;
    assert_eq!(applies, Some(SnapStartApplyOn::None));
    assert!(world.destroy(HELLO).await.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_version_whose_snapshot_failed_says_why_and_is_tried_again() {
    let world = world(engine().without_restore_hooks());
    aws_base(&world);
    world.settles(HELLO).await;
    let aws = world.cloud_in(REGION).await;
    for number in ["2", "3"] {
        let report = world.up(&snapstart()).await;
        let failed: Vec<_> = report.failed.iter().map(|(id, e)| format!("{id}: {e:#}")).collect();
        let told = format!(
            "version/hello: version {number} of hello-hello is Failed: An error occurred during function initialization"
        );
        assert!(failed.len() == 1 && failed[0].starts_with(&told), "{failed:?}");
        assert!(failed[0].contains("LABEL com.amazonaws.lambda.feature.snapstart=\"Allow\""), "{failed:?}");
        let (version, description) = live(&aws).await;
        assert_eq!(version, "1");
        assert!(
            description.contains(&format!("; failed {number} Failed: An error occurred")),
            "{description}"
        );
    }
    assert_eq!(versions(&aws).await, ["$LATEST", "1", "3"]);
    label(&world);
    write(world.folder.path(), "app.py", "print('labelled')\n");
    world.settles(&snapstart()).await;
    assert_eq!(live(&aws).await.0, "4");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_may_not_see_the_image_goes_on() {
    let world = world(engine());
    world.settles(HELLO).await;
    let refuse =
        json!({"refuse": {"status": 400, "code": "AccessDeniedException", "message": "not authorized"}});
    let denied = json!({"faults": [{"operation": "GetDownloadUrlForLayer", "nth": 1, "action": refuse}]});
    world.aws.set_faults(serde_json::from_value(denied).unwrap());
    assert_eq!(refused(&world, &snapstart()).await, None);
    assert!(world.notes().iter().any(|note| note.starts_with("can't see whether Lambda takes snapshots")));
}
