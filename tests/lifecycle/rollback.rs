//! `rollback` and `promote`: what is live moves back or on, of all functions that moved together or of none.

use crate::{
    functions::{CRASH, by_greeting},
    stacks::HELLO,
    world::{REGION, World, refusals},
};
use lambdeploy::testing::{
    engine::{Options, Stop},
    stack_graph::{VersionChange, Wishes},
};
use local_aws::{Config, FaultPlan};
use serde_json::json;
use std::time::Duration;

/// Three functions; the greeting of each can be replaced by its own.
const ABC: &str = "
stack: abc
region: us-east-2
functions:
  a: {image: {context: .}, environment: {GREETING: Hello-a}}
  b: {image: {context: .}, environment: {GREETING: Hello-b}}
  c: {image: {context: .}, environment: {GREETING: Hello-c}}
api:
  routes: {GET /a: {function: a, auth: none}, GET /b: {function: b, auth: none}, GET /c: {function: c, auth: none}}
";

fn world() -> World {
    World::running(Config::default(), by_greeting())
}

/// An `up` that began at this second.
async fn up(world: &World, text: &str, at: i64) {
    let report =
        world.up_with(text, &Options::default(), Wishes { at, smoke: true, ..Wishes::default() }).await;
    assert!(report.is_complete(), "{report:?}");
}

fn greeting(text: &str) -> String {
    HELLO.replace("GREETING: Hello", &format!("GREETING: {text}"))
}

/// `1 | lambdeploy: 1/2s 3/1`
async fn live(world: &World, function: &str) -> String {
    let lambda = &world.cloud_in(REGION).await.lambda;
    let alias = lambda.get_alias().function_name(function).name("live").send().await.unwrap();
    let weights = alias.routing_config.and_then(|r| r.additional_version_weights).unwrap_or_default();
    let shares: String = weights.iter().map(|(version, share)| format!(" + {share} of {version}")).collect();
    format!("{}{shares} | {}", alias.function_version.unwrap(), alias.description.unwrap())
}

async fn back(world: &World, text: &str, key: Option<&str>, to: Option<u64>) -> Result<Vec<String>, String> {
    let moved = world.rollback(text, key, to, &Stop::default()).await.map_err(|e| format!("{e:#}"))?;
    Ok(moved.iter().map(|VersionChange { function, from, to }| format!("{function} {from} {to}")).collect())
}

#[tokio::test(start_paused = true)]
async fn all_that_the_last_up_released_goes_back_and_nothing_else() {
    let world = world();
    up(&world, ABC, 1).await;
    let only_c = ABC.replace("Hello-c", "Bye-c");
    up(&world, &only_c, 2).await;
    let a_and_b = only_c.replace("Hello-a", "Bye-a").replace("Hello-b", "Bye-b");
    up(&world, &a_and_b, 3).await;
    assert_eq!(back(&world, &a_and_b, None, None).await.unwrap(), ["a 2 1", "b 2 1"]);
    assert!(live(&world, "abc-a").await.starts_with("1 | lambdeploy: 1/1; held 2 "));
    assert_eq!(live(&world, "abc-c").await, "2 | lambdeploy: 2/2 1/1");
    // Then what the `up` before it released.
    assert_eq!(back(&world, &a_and_b, None, None).await.unwrap(), ["c 2 1"]);
    let refused = back(&world, &a_and_b, None, None).await.unwrap_err();
    let told = "nothing was changed: abc-a has nothing to go back to: no release before version 1 is known";
    assert!(refused.starts_with(told), "{refused}");
}

/// One alias that can't be moved: those that were are moved on again, with all that their descriptions said.
#[tokio::test(start_paused = true)]
async fn of_all_functions_or_of_none() {
    let world = world();
    up(&world, ABC, 1).await;
    let all = ABC.replace("Hello", "Bye");
    up(&world, &all, 2).await;
    let before = [live(&world, "abc-a").await, live(&world, "abc-b").await, live(&world, "abc-c").await];
    for nth in 1..=3 {
        let refuse = json!({"refuse": {"status": 403, "code": "AccessDeniedException", "message": "no"}});
        let faults = json!({"faults": [{"operation": "UpdateAlias", "nth": nth, "action": refuse}]});
        world.aws.set_faults(serde_json::from_value::<FaultPlan>(faults).unwrap());
        let refused = back(&world, &all, None, None).await.unwrap_err();
        assert!(refused.contains("could not go back, so nothing did"), "{refused}");
        let after = [live(&world, "abc-a").await, live(&world, "abc-b").await, live(&world, "abc-c").await];
        assert_eq!(after, before, "the {nth}. is refused");
    }
    world.aws.set_faults(FaultPlan::default());
    assert_eq!(back(&world, &all, None, None).await.unwrap(), ["a 2 1", "b 2 1", "c 2 1"]);
}

#[tokio::test(start_paused = true)]
async fn one_function_goes_further_and_further_back() {
    let world = world();
    for (at, text) in [(1, "1"), (2, "2"), (3, "3"), (4, "4")] {
        up(&world, &greeting(text), at).await;
    }
    let text = greeting("4");
    assert_eq!(back(&world, &text, Some("hello"), Some(2)).await.unwrap(), ["hello 4 2"]);
    // Not on to 3 again, which is newer.
    assert_eq!(back(&world, &text, Some("hello"), None).await.unwrap(), ["hello 2 1"]);
    assert_eq!(back(&world, &text, Some("hello"), Some(1)).await.unwrap(), [""; 0]);
    assert_eq!(back(&world, &text, Some("hello"), Some(3)).await.unwrap(), ["hello 1 3"]);
    for (to, why) in [(9, "is not known to have been live"), (1, "was taken back by ")] {
        let refused = back(&world, &text, Some("hello"), Some(to)).await.unwrap_err();
        assert!(refused.starts_with("nothing was changed: ") && refused.contains(why), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_that_could_not_run_is_refused() {
    let world = world();
    up(&world, HELLO, 1).await;
    std::fs::write(world.folder.path().join("app.py"), "print('another')\n").unwrap();
    up(&world, HELLO, 2).await;
    up(&world, &greeting(CRASH).replace("GREETING: crash", "GREETING: Bye"), 3).await;
    let (aws, was) = (world.cloud_in(REGION).await, live(&world, "hello-hello").await);
    let hash = aws.lambda.get_function_configuration().function_name("hello-hello").qualifier("1");
    let hash = hash.send().await.unwrap().code_sha256.unwrap();
    let image = aws_sdk_ecr::types::ImageIdentifier::builder().image_digest(format!("sha256:{hash}")).build();
    let delete = aws.ecr.batch_delete_image().repository_name("hello/hello").image_ids(image);
    assert_eq!(delete.send().await.unwrap().failures(), []);
    let refused = back(&world, HELLO, Some("hello"), Some(1)).await.unwrap_err();
    assert!(
        refused.starts_with("nothing was changed: the image of version 1 of hello-hello (sha256:"),
        "{refused}"
    );
    assert!(refused.contains("is gone from the repository hello/hello"), "{refused}");
    let delete = aws.lambda.delete_function().function_name("hello-hello").qualifier("2");
    delete.send().await.unwrap();
    let refused = back(&world, HELLO, Some("hello"), Some(2)).await.unwrap_err();
    assert!(refused.contains("hello-hello has no version 2"), "{refused}");
    assert_eq!(live(&world, "hello-hello").await, was);
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_names_no_version_or_is_somebody_elses_stays() {
    let world = world();
    up(&world, HELLO, 1).await;
    up(&world, &greeting("Bye"), 2).await;
    let aws = world.cloud_in(REGION).await;
    let update = || aws.lambda.update_alias().function_name("hello-hello").name("live");
    update().function_version("$LATEST").send().await.unwrap();
    let refused = back(&world, HELLO, None, None).await.unwrap_err();
    assert!(
        refused.contains("hello-hello serves $LATEST, which is no published version: `up` fixes that"),
        "{refused}"
    );
    update().function_version("2").description("mine").send().await.unwrap();
    for refused in [
        back(&world, HELLO, None, None).await.unwrap_err(),
        format!("{:#}", world.promote(HELLO, &Stop::default()).await.unwrap_err()),
    ] {
        assert!(refused.contains("`up --adopt` takes it over"), "{refused}");
    }
}

/// Each lost answer is sent again, and AWS says that the revision is another by then: it is the call's own.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_is_no_failure() {
    let world = world();
    up(&world, HELLO, 1).await;
    let canary = Wishes { at: 2, canary: Some(10), ..Wishes::default() };
    let fork = world.fork();
    let report = fork.up_with(&greeting("Bye"), &Options::default(), canary).await;
    assert!(report.is_complete(), "{report:?}");
    up(&world, &greeting("Bye"), 2).await;
    let lost = json!({"faults": [{"operation": "UpdateAlias", "nth": 1, "action": "drop_reply"}]});
    for world in [&world, &fork] {
        world.aws.set_faults(serde_json::from_value::<FaultPlan>(lost.clone()).unwrap());
    }
    assert_eq!(back(&world, HELLO, None, None).await.unwrap(), ["hello 2 1"]);
    let promoted = fork.promote(HELLO, &Stop::default()).await.unwrap();
    assert_eq!((promoted.len(), promoted[0].to.as_str()), (1, "2"));
    assert_eq!(live(&fork, "hello-hello").await, "2 | lambdeploy: 2/2 1/1");
}

/// Whoever moves the alias meanwhile wins.
#[tokio::test(start_paused = true)]
async fn an_alias_that_moves_meanwhile_is_not_moved_back() {
    let world = world();
    up(&world, HELLO, 1).await;
    up(&world, &greeting("Bye"), 2).await;
    let (stack, aws) = (world.stack(HELLO), world.cloud_in(REGION).await);
    let found = world.live(&stack, None, &Stop::default()).await.unwrap();
    let update = aws.lambda.update_alias().function_name("hello-hello").name("live");
    update.description("lambdeploy: 2/2 1/1; failed 7 of somebody else").send().await.unwrap();
    let refused = format!("{:#}", found.rollback(None).await.unwrap_err());
    assert!(refused.starts_with("hello-hello could not go back, so nothing did"), "{refused}");
    assert!(live(&world, "hello-hello").await.starts_with("2 | "));
}

#[tokio::test(start_paused = true)]
async fn what_went_back_comes_again_only_by_consent() {
    let world = world();
    up(&world, HELLO, 1).await;
    up(&world, &greeting("Bye"), 2).await;
    back(&world, HELLO, None, None).await.unwrap();
    let bye = greeting("Bye");
    assert_eq!(refusals(&world.plan(&bye).await).len(), 1);
    let again = Wishes { again: true, at: 3, ..Wishes::default() };
    assert!(world.up_with(&bye, &Options::default(), again).await.is_complete());
    assert_eq!(live(&world, "hello-hello").await, "2 | lambdeploy: 2/3 1/1");
    assert!(!world.plan(&bye).await.has_changes());
}

const LATENCY: Duration = Duration::from_millis(60);

/// From the command to the moment when callers get the old version.
#[tokio::test(start_paused = true)]
async fn three_levels_and_one_write() {
    let world = World::running(Config { latency: LATENCY, ..Config::default() }, by_greeting());
    up(&world, HELLO, 1).await;
    up(&world, &greeting("Bye"), 2).await;
    for to in [None, Some(1)] {
        let world = world.fork();
        let (from, began) = (world.aws.requests().entries().len(), tokio::time::Instant::now());
        assert_eq!(back(&world, HELLO, Some("hello"), to).await.unwrap(), ["hello 2 1"]);
        let entries = world.aws.requests().entries().split_off(from);
        let names: Vec<_> = entries.iter().map(|it| it.operation).collect();
        let reads = |name: &&&str| ["Get", "Describe"].iter().any(|read| name.starts_with(read));
        let levels = began.elapsed().as_millis() / LATENCY.as_millis();
        // A version of one's own choice is looked at first.
        assert!(levels <= if to.is_none() { 3 } else { 4 }, "{levels}: {names:?}");
        assert_eq!(names.len() - names.iter().filter(reads).count(), 1, "{names:?}");
    }
}
