//! SnapStart: versions that start from a snapshot, and those of which there can be none.

use super::*;
use crate::{lambda::metrics::InvocationResult::Succeeded, testing::refused};

const ON: &str = "PublishedVersions";

fn of(members: Value) -> Value {
    with(json!({"FunctionName": "greet"}), members)
}

fn snap_start() -> Value {
    with(greet(), json!({"SnapStart": {"ApplyOn": ON}}))
}

/// Version 1, once it is what it becomes.
async fn version(aws: &LocalAws) -> Value {
    for _ in 0..200 {
        let one = ok(aws, "lambda", "GetFunctionConfiguration", of(json!({"Qualifier": "1"}))).await;
        if one["State"] != "Pending" {
            return one;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("version 1 stays pending");
}

async fn published(engine: Scripted) -> (LocalAws, Arc<Scripted>, Value) {
    let engine = Arc::new(engine);
    let aws = world(engine.clone(), Consistency::Instant).await;
    ok(&aws, "lambda", "CreateFunction", snap_start()).await;
    ok(&aws, "lambda", "PublishVersion", of(json!({}))).await;
    let one = version(&aws).await;
    (aws, engine, one)
}

fn environment() -> Scripted {
    Scripted::new(|_, started| Reaction::Respond(json!(started.environment)))
}

#[tokio::test]
async fn a_version_runs_its_init_code_when_it_is_published_and_is_restored_then() {
    let engine = environment().start_takes(Duration::from_millis(50));
    let engine = engine.at_start(Reaction::Print("init".to_owned(), Box::new(Reaction::Respond(json!(0)))));
    let (aws, engine, one) = published(engine).await;
    assert_eq!(one["SnapStart"], json!({"ApplyOn": ON, "OptimizationStatus": "On"}));
    assert_eq!((&one["State"], &one["LastUpdateStatus"]), (&json!("Active"), &json!("Successful")));
    let latest = ok(&aws, "lambda", "GetFunctionConfiguration", of(json!({}))).await;
    assert_eq!(latest["SnapStart"], json!({"ApplyOn": ON, "OptimizationStatus": "Off"}));
    let lines = log(&aws).await;
    assert_eq!((lines[0].as_str(), lines[1].starts_with("INIT_REPORT Init Duration: ")), ("init", true));
    assert_eq!(engine.started().len(), 1);
    let seen = ok(&aws, "lambda", "Invoke", of(json!({"Qualifier": "1"}))).await;
    assert_eq!(seen["AWS_LAMBDA_INITIALIZATION_TYPE"], "snap-start");
    assert_eq!((seen.get("AWS_LAMBDA_LOG_GROUP_NAME"), seen.get("AWS_LAMBDA_LOG_STREAM_NAME")), (None, None));
    let report = log(&aws).await.into_iter().find(|l| l.starts_with("REPORT")).unwrap();
    assert!(
        report.contains("Restore Duration: ") && report.contains("Billed Restore Duration: "),
        "{report}"
    );
    assert!(!report.contains("Init Duration"), "{report}");
    assert_eq!(engine.started().len(), 1, "the container of the snapshot takes the first call");
    let seen = ok(&aws, "lambda", "Invoke", of(json!({}))).await;
    assert_eq!(seen["AWS_LAMBDA_INITIALIZATION_TYPE"], "on-demand", "never of $LATEST");
    let results: Vec<_> = invocations(&aws).iter().map(|r| (r.init.is_some(), r.result)).collect();
    assert_eq!(results, [(true, Succeeded), (true, Succeeded)]);
}

#[tokio::test]
async fn it_is_pending_until_the_snapshot_is_there() {
    let engine = Arc::new(environment().start_takes(Duration::from_millis(300)));
    let aws = world(engine, Consistency::Instant).await;
    let made = ok(&aws, "lambda", "CreateFunction", with(snap_start(), json!({"Publish": true}))).await;
    assert_eq!(made["SnapStart"], json!({"ApplyOn": ON, "OptimizationStatus": "Off"}));
    let (code, text) = refused(&aws, "lambda", "Invoke", of(json!({"Qualifier": "1"}))).await;
    assert_eq!(code, "ResourceConflictException");
    assert!(text.ends_with("in the following state: Pending"), "{text}");
    assert_eq!(version(&aws).await["State"], "Active");
    ok(&aws, "lambda", "Invoke", of(json!({"Qualifier": "1"}))).await;
}

#[tokio::test]
async fn an_image_without_hooks_needs_the_label() {
    let (_, _, one) = published(environment().without_restore_hooks()).await;
    let state = [&one["State"], &one["StateReasonCode"], &one["StateReason"]];
    assert_eq!(
        state,
        ["Failed", "FunctionError.RuntimeInitError", "An error occurred during function initialization"]
    );
    assert_eq!(one["SnapStart"]["OptimizationStatus"], "Off");

    let aws = world(Arc::new(environment().without_restore_hooks()), Consistency::Instant).await;
    let allowed = json!({"Labels": {"com.amazonaws.lambda.feature.snapstart": "Allow"}});
    ecr::testing::push_with(&aws, "app", "v1", "labelled", allowed).await;
    ok(&aws, "lambda", "CreateFunction", with(snap_start(), json!({"Publish": true}))).await;
    assert_eq!(version(&aws).await["State"], "Active");
    let called = ok(&aws, "lambda", "Invoke", of(json!({"Qualifier": "1"}))).await;
    assert_eq!(called["AWS_LAMBDA_INITIALIZATION_TYPE"], "snap-start");
}

#[tokio::test]
async fn init_code_that_fails_fails_the_version_and_nothing_else() {
    for (reaction, code) in [
        (Reaction::Exit(1), "FunctionError.RuntimeInitError"),
        (Reaction::InitError(json!({"errorMessage": "no"})), "FunctionError.RuntimeInitError"),
    ] {
        let (aws, _, one) = published(environment().at_start(reaction)).await;
        assert_eq!((&one["State"], &one["StateReasonCode"]), (&json!("Failed"), &json!(code)));
        let (code, text) = refused(&aws, "lambda", "Invoke", of(json!({"Qualifier": "1"}))).await;
        assert_eq!(code, "ResourceConflictException");
        assert!(text.ends_with("in the following state: 'Failed'"), "{text}");
        let latest = ok(&aws, "lambda", "GetFunctionConfiguration", of(json!({}))).await;
        assert_eq!(latest["State"], "Active");
        ok(&aws, "lambda", "DeleteFunction", of(json!({"Qualifier": "1"}))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn init_code_may_take_longer_than_in_a_call_but_not_for_ever() {
    let sleep =
        |seconds| Reaction::Sleep(Duration::from_secs(seconds), Box::new(Reaction::Respond(json!(0))));
    for (seconds, state, code) in
        [(100, "Active", Value::Null), (200, "Failed", json!("FunctionError.InitTimeout"))]
    {
        let engine = Arc::new(environment().at_start(sleep(seconds)));
        let aws = world(engine, Consistency::Instant).await;
        ok(&aws, "lambda", "CreateFunction", with(snap_start(), json!({"Publish": true}))).await;
        tokio::time::sleep(Duration::from_secs(210)).await;
        let one = version(&aws).await;
        assert_eq!((&one["State"], &one["StateReasonCode"]), (&json!(state), &code));
    }
}

#[tokio::test]
async fn what_excludes_it_is_refused() {
    let aws = world(Arc::new(environment()), Consistency::Instant).await;
    let large = json!({"EphemeralStorage": {"Size": 513}});
    let (code, text) = refused(&aws, "lambda", "CreateFunction", with(snap_start(), large.clone())).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert!(text.ends_with("is not supported for SnapStart enabled functions."), "{text}");
    ok(&aws, "lambda", "CreateFunction", snap_start()).await;
    let (code, _) = refused(&aws, "lambda", "UpdateFunctionConfiguration", of(large)).await;
    assert_eq!(code, "InvalidParameterValueException");
    ok(&aws, "lambda", "PublishVersion", of(json!({}))).await;
    version(&aws).await;
    ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "live", "FunctionVersion": "1"}))).await;
    for qualifier in ["1", "live"] {
        let put = json!({"Qualifier": qualifier, "ProvisionedConcurrentExecutions": 1});
        let (code, text) = refused(&aws, "lambda", "PutProvisionedConcurrencyConfig", of(put)).await;
        assert_eq!(code, "InvalidParameterValueException");
        assert!(text.contains("is not supported for SnapStart enabled functions"), "{text}");
    }
    let (code, text) =
        refused(&aws, "lambda", "UpdateFunctionConfiguration", of(json!({"SnapStart": {"ApplyOn": "All"}})))
            .await;
    assert_eq!(code, "ValidationException");
    assert!(text.contains("'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]"), "{text}");
    let off =
        ok(&aws, "lambda", "UpdateFunctionConfiguration", of(json!({"SnapStart": {"ApplyOn": "None"}})))
            .await;
    assert_eq!(off["SnapStart"]["ApplyOn"], "None");
}
