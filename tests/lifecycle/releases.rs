//! A version is tried before anybody gets it; then what is live moves in one call.

use crate::{
    functions::by_greeting,
    stacks::HELLO,
    world::{REGION, World, lines, refusals, write},
};
use lambdeploy::testing::{
    aws::Cloud,
    engine::{Options, Report},
    stack_graph::Wishes,
};
use local_aws::{Config, FaultPlan};
use serde_json::json;
use std::time::Duration;

const NAME: &str = "hello-hello";

fn world() -> World {
    World::running(Config::default(), by_greeting())
}

fn greeting(text: &str) -> String {
    HELLO.replace("GREETING: Hello", &format!("GREETING: {text}"))
}

fn smoke() -> Wishes {
    Wishes { smoke: true, ..Wishes::default() }
}

async fn up(world: &World, text: &str) -> Report {
    world.up_with(text, &Options::default(), smoke()).await
}

async fn live(aws: &Cloud) -> (String, Vec<(String, f64)>, String) {
    let alias = aws.lambda.get_alias().function_name(NAME).name("live").send().await.unwrap();
    let weights = alias.routing_config.and_then(|r| r.additional_version_weights).unwrap_or_default();
    (alias.function_version.unwrap(), weights.into_iter().collect(), alias.description.unwrap())
}

#[tokio::test(start_paused = true)]
pub(crate) async fn code_and_settings_become_live_together_in_one_call() {
    let world = world();
    assert!(up(&world, HELLO).await.is_complete());
    let aws = world.cloud_in(REGION).await;
    assert_eq!(live(&aws).await, ("1".to_owned(), vec![], "lambdeploy: 1/0".to_owned()));
    write(world.folder.path(), "app.py", "print('hello again')\n");
    let from = world.aws.requests().entries().len();
    assert!(up(&world, &greeting("Bye")).await.is_complete());
    let moves = world.aws.requests().entries().split_off(from);
    assert_eq!(live(&aws).await, ("2".to_owned(), vec![], "lambdeploy: 2/0 1/0".to_owned()));
    let moves: Vec<_> = moves.iter().map(|e| e.operation).filter(|name| name.ends_with("Alias")).collect();
    assert_eq!(moves, ["GetAlias", "UpdateAlias"]);
    assert!(!world.plan(&greeting("Bye")).await.has_changes());
}

#[tokio::test(start_paused = true)]
async fn a_version_that_does_not_pass_is_never_live_and_stays_red() {
    let world = world();
    assert!(up(&world, HELLO).await.is_complete());
    let aws = world.cloud_in(REGION).await;
    for (text, why) in [
        ("crash", "it raised KeyError: 'a'"),
        ("odd", "its answer is not an HTTP answer"),
        ("broken", "it answered 500"),
    ] {
        for _ in 0..2 {
            let report = up(&world, &greeting(text)).await;
            let errors: Vec<_> = report.failed.iter().map(|(id, e)| format!("{id}: {e:#}")).collect();
            assert!(errors.len() == 1 && errors[0].starts_with("version/hello: version "), "{errors:?}");
            assert!(errors[0].contains(why), "{errors:?}");
            let (version, weights, description) = live(&aws).await;
            assert_eq!((version.as_str(), weights), ("1", vec![]));
            assert!(description.contains("; failed ") && description.contains(why), "{description}");
        }
        let plan = lines(&world.plan(&greeting(text)).await);
        assert_eq!(plan, [r#"~ version/hello number "1" → "(known after up)""#]);
    }
    assert!(up(&world, &greeting("mended")).await.is_complete());
    assert_eq!(live(&aws).await, ("5".to_owned(), vec![], "lambdeploy: 5/0 1/0".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_first_version_that_does_not_pass_gets_no_alias() {
    let world = world();
    assert!(!up(&world, &greeting("crash")).await.is_complete());
    let aws = world.cloud_in(REGION).await;
    aws.lambda.get_alias().function_name(NAME).name("live").send().await.unwrap_err();
    assert!(up(&world, HELLO).await.is_complete());
    assert_eq!(live(&aws).await.0, "2");
}

#[tokio::test(start_paused = true)]
async fn without_a_smoke_check_nothing_is_asked() {
    let world = world();
    let text =
        greeting("crash").replace("image: {context: .}", "image: {context: .}\n    release: {smoke: false}");
    assert!(up(&world, &text).await.is_complete());
    let entries = world.aws.requests().entries();
    assert_eq!(entries.iter().filter(|e| e.operation == "Invoke").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_canary_has_its_share_and_goes_on_with_the_next_up() {
    let world = world();
    assert!(up(&world, HELLO).await.is_complete());
    let aws = world.cloud_in(REGION).await;
    let wishes = || Wishes { canary: Some(10), ..smoke() };
    let report = world.up_with(&greeting("Bye"), &Options::default(), wishes()).await;
    assert!(report.is_complete(), "{report:?}");
    let (version, weights, description) = live(&aws).await;
    assert_eq!((version.as_str(), weights), ("1", vec![("2".to_owned(), 0.1)]));
    assert_eq!(description, "lambdeploy: 1/0; canary 2/0");
    assert_eq!(lines(&world.plan(&greeting("Bye")).await), [""; 0]);
    // Another one takes its place.
    assert!(world.up_with(&greeting("Ciao"), &Options::default(), wishes()).await.is_complete());
    assert_eq!(live(&aws).await.1, [("3".to_owned(), 0.1)]);
    // All at once.
    assert!(up(&world, &greeting("Adieu")).await.is_complete());
    assert_eq!(live(&aws).await, ("4".to_owned(), vec![], "lambdeploy: 4/0 1/0".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_canary_with_another_role_is_refused_before_anything_changes() {
    let world = world();
    assert!(up(&world, HELLO).await.is_complete());
    let other = HELLO.replace(
        "image: {context: .}",
        "image: {context: .}\n    role: arn:aws:iam::000000000000:role/other",
    );
    let canary =
        other.replace("image: {context: .}", "image: {context: .}\n    release: {canary: 10% for 10m}");
    let refused = refusals(&world.plan(&canary).await);
    assert!(refused.len() == 1 && refused[0].contains("only between versions of one role"), "{refused:?}");
    assert_eq!(refusals(&world.plan(&other).await), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_back_comes_only_when_asked_for() {
    let world = world();
    assert!(up(&world, HELLO).await.is_complete());
    assert!(up(&world, &greeting("Bye")).await.is_complete());
    let aws = world.cloud_in(REGION).await;
    let back = aws.lambda.update_alias().function_name(NAME).name("live").function_version("1");
    back.description("lambdeploy: 1/0; held 2 2026-11-29T21:44Z alice").send().await.unwrap();
    let refused = refusals(&world.plan(&greeting("Bye")).await);
    let told = "version/hello: this is version 2 of hello-hello, which alice took back at 2026-11-29T21:44Z";
    assert!(refused.len() == 1 && refused[0].starts_with(told), "{refused:?}");
    // What is live is no news, and another wish clears the mark.
    assert_eq!(refusals(&world.plan(HELLO).await), [""; 0]);
    let again = Wishes { again: true, ..smoke() };
    let fork = world.fork();
    assert!(
        fork.up_with(&greeting("Bye"), &Options::default(), Wishes { smoke: false, ..again })
            .await
            .is_complete()
    );
    assert_eq!(live(&*fork.cloud_in(REGION).await).await.0, "2");
    assert!(up(&world, &greeting("Ciao")).await.is_complete());
    assert_eq!(live(&aws).await, ("3".to_owned(), vec![], "lambdeploy: 3/0 1/0".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn versions_beyond_keep_go_and_what_an_alias_names_stays() {
    let world = world();
    let text = |greeting: &str| {
        HELLO
            .replace("Hello", greeting)
            .replace("image: {context: .}", "image: {context: .}\n    release: {keep: 2}")
    };
    world.settles(&text("1")).await;
    let aws = world.cloud_in(REGION).await;
    let alias = aws.lambda.create_alias().function_name(NAME).name("by-hand").function_version("1");
    alias.send().await.unwrap();
    for greeting in ["2", "3", "4", "5"] {
        assert_eq!(world.up_and_prune(&text(greeting), Wishes::default()).await, [""; 0]);
    }
    let versions = aws.lambda.list_versions_by_function().function_name(NAME).send().await.unwrap();
    let numbers: Vec<_> = versions.versions().iter().filter_map(|v| v.version()).collect();
    assert_eq!(numbers, ["$LATEST", "1", "4", "5"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_publishes_nothing_twice() {
    for operation in ["UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion", "UpdateAlias"] {
        let world = world();
        assert!(up(&world, HELLO).await.is_complete());
        write(world.folder.path(), "app.py", "print('hello again')\n");
        let text = if operation == "UpdateFunctionCode" { HELLO.to_owned() } else { greeting("Bye") };
        let text = if operation == "PublishVersion" {
            text.replace("image: {context: .}", "image: {context: .}\n    memory: 256")
        } else {
            text
        };
        let faults = json!({"faults": [{"operation": operation, "nth": 1, "action": "drop_reply"}]});
        world.aws.set_faults(serde_json::from_value::<FaultPlan>(faults).unwrap());
        let report = up(&world, &text).await;
        assert!(report.is_complete(), "{operation}: {report:?}");
        let aws = world.cloud_in(REGION).await;
        assert_eq!(live(&aws).await.0, "2", "{operation}");
    }
}

/// The function's own time limit ends the wait.
#[tokio::test(start_paused = true)]
async fn a_smoke_check_that_hangs_ends_with_the_time_limit() {
    let world = world();
    assert!(up(&world, HELLO).await.is_complete());
    let began = tokio::time::Instant::now();
    let text = greeting("hang").replace("image: {context: .}", "image: {context: .}\n    timeout: 7");
    let report = up(&world, &text).await;
    let why = format!("{:#}", report.failed[0].1);
    assert!(why.contains("Task timed out after 7.00 seconds"), "{why}");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(live(&*world.cloud_in(REGION).await).await.0, "1");
}
