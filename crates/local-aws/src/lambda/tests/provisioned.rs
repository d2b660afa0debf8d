//! Provisioned concurrency: containers that are ready before anybody calls.

use super::*;
use crate::testing::refused;

fn of(members: Value) -> Value {
    with(json!({"FunctionName": "greet"}), members)
}

fn config(qualifier: &str, count: u32) -> Value {
    of(json!({"Qualifier": qualifier, "ProvisionedConcurrentExecutions": count}))
}

async fn get(aws: &LocalAws, qualifier: &str) -> Value {
    ok(aws, "lambda", "GetProvisionedConcurrencyConfig", of(json!({"Qualifier": qualifier}))).await
}

/// The configuration, once it is what it becomes.
async fn settled(aws: &LocalAws, qualifier: &str) -> Value {
    for _ in 0..200 {
        let config = get(aws, qualifier).await;
        if config["Status"] != "IN_PROGRESS" {
            return config;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{qualifier} stays in progress");
}

/// `greet` with the versions 1 and 2, and the alias `live` of 1.
async fn two_versions(engine: &Arc<Scripted>) -> LocalAws {
    let aws = with_function(engine).await;
    for timeout in [5, 6] {
        ok(&aws, "lambda", "PublishVersion", of(json!({}))).await;
        ok(&aws, "lambda", "UpdateFunctionConfiguration", of(json!({"Timeout": timeout}))).await;
    }
    ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "live", "FunctionVersion": "1"}))).await;
    aws
}

fn environment() -> Arc<Scripted> {
    Arc::new(Scripted::new(|_, started| Reaction::Respond(json!(started.environment))))
}

#[tokio::test]
async fn containers_are_ready_before_anybody_calls() {
    let engine = environment();
    let aws = two_versions(&engine).await;
    let put = ok(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("1", 2)).await;
    let expected = json!({"RequestedProvisionedConcurrentExecutions": 2, "AllocatedProvisionedConcurrentExecutions": 0,
        "AvailableProvisionedConcurrentExecutions": 0, "Status": "IN_PROGRESS", "LastModified": put["LastModified"]});
    assert_eq!(put, expected);
    let ready = settled(&aws, "1").await;
    assert_eq!(
        (&ready["Status"], &ready["AllocatedProvisionedConcurrentExecutions"]),
        (&json!("READY"), &json!(2))
    );
    assert_eq!(engine.running(), 2);
    let seen = ok(&aws, "lambda", "Invoke", of(json!({"Qualifier": "live"}))).await;
    assert_eq!(seen["AWS_LAMBDA_INITIALIZATION_TYPE"], "provisioned-concurrency");
    let report = log(&aws).await.into_iter().find(|l| l.starts_with("REPORT")).unwrap();
    assert!(!report.contains("Init Duration"), "{report}");
    assert_eq!(invocations(&aws).iter().map(|r| r.provisioned).collect::<Vec<_>>(), [true]);
    assert_eq!(engine.running(), 2);
    ok(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("1", 3)).await;
    settled(&aws, "1").await;
    assert_eq!(engine.running(), 3);
    let listed = ok(&aws, "lambda", "ListProvisionedConcurrencyConfigs", of(json!({}))).await;
    assert_eq!(listed["ProvisionedConcurrencyConfigs"][0]["FunctionArn"], json!(format!("{ARN}:1")));
    for _ in 0..2 {
        ok(&aws, "lambda", "DeleteProvisionedConcurrencyConfig", of(json!({"Qualifier": "1"}))).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(engine.running(), 0);
    let (code, text) =
        refused(&aws, "lambda", "GetProvisionedConcurrencyConfig", of(json!({"Qualifier": "1"}))).await;
    assert_eq!(code, "ProvisionedConcurrencyConfigNotFoundException");
    assert_eq!(text, "No Provisioned Concurrency Config found for this function");
}

#[tokio::test(start_paused = true)]
async fn they_stay_however_long_nobody_calls() {
    let engine = environment();
    let aws = two_versions(&engine).await;
    ok(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("live", 1)).await;
    ok(&aws, "lambda", "Invoke", of(json!({}))).await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!((engine.running(), &settled(&aws, "live").await["Status"]), (1, &json!("READY")));
}

#[tokio::test]
async fn an_alias_takes_them_along() {
    let engine = environment();
    let aws = two_versions(&engine).await;
    ok(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("live", 1)).await;
    settled(&aws, "live").await;
    ok(&aws, "lambda", "UpdateAlias", of(json!({"Name": "live", "FunctionVersion": "2"}))).await;
    settled(&aws, "live").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(engine.running(), 1);
    let seen = ok(&aws, "lambda", "Invoke", of(json!({"Qualifier": "live"}))).await;
    assert_eq!(seen["AWS_LAMBDA_FUNCTION_VERSION"], "2");
    assert_eq!(seen["AWS_LAMBDA_INITIALIZATION_TYPE"], "provisioned-concurrency");
    let (code, text) = refused(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("2", 1)).await;
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias")
    );
    ok(&aws, "lambda", "DeleteAlias", of(json!({"Name": "live"}))).await;
    let listed = ok(&aws, "lambda", "ListProvisionedConcurrencyConfigs", of(json!({}))).await;
    assert_eq!(listed["ProvisionedConcurrencyConfigs"], json!([]));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(engine.running(), 0);
    ok(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("2", 1)).await;
    ok(&aws, "lambda", "CreateAlias", of(json!({"Name": "live", "FunctionVersion": "2"}))).await;
    let (code, _) = refused(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("live", 1)).await;
    assert_eq!(code, "ResourceConflictException");
}

#[tokio::test]
async fn one_whose_init_code_fails_has_failed() {
    let aws = two_versions(&Arc::new(
        Scripted::new(|e, _| Reaction::Respond(e.clone())).at_start(Reaction::Exit(1)),
    ))
    .await;
    ok(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("1", 1)).await;
    let failed = settled(&aws, "1").await;
    assert_eq!(
        (&failed["Status"], &failed["StatusReason"]),
        (&json!("FAILED"), &json!("FUNCTION_ERROR_INIT_FAILURE"))
    );
    assert_eq!(failed["AllocatedProvisionedConcurrentExecutions"], json!(0));
}

#[tokio::test]
async fn what_is_provisioned_is_taken_out_of_what_is_reserved() {
    let slow = Reaction::Sleep(Duration::from_millis(500), Box::new(Reaction::Respond(json!(1))));
    let aws = two_versions(&scripted(slow)).await;
    let reserve = |n: u32| of(json!({"ReservedConcurrentExecutions": n}));
    ok(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("1", 2)).await;
    settled(&aws, "1").await;
    let (_, text) = refused(&aws, "lambda", "PutFunctionConcurrency", reserve(1)).await;
    assert_eq!(
        text,
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."
    );
    ok(&aws, "lambda", "PutFunctionConcurrency", reserve(2)).await;
    for put in [config("2", 1), config("1", 3)] {
        let (_, text) = refused(&aws, "lambda", "PutProvisionedConcurrencyConfig", put).await;
        assert_eq!(
            text,
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        );
    }
    let (code, _) = refused(&aws, "lambda", "Invoke", of(json!({}))).await;
    assert_eq!(code, "TooManyRequestsException", "all of it is provisioned");
    let one = || ok(&aws, "lambda", "Invoke", of(json!({"Qualifier": "1"})));
    let third = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        refused(&aws, "lambda", "Invoke", of(json!({"Qualifier": "1"}))).await.0
    };
    let (_, _, third) = tokio::join!(one(), one(), third);
    assert_eq!(third, "TooManyRequestsException");
}

#[tokio::test]
async fn an_account_has_only_so_much() {
    let aws = two_versions(&environment()).await;
    let (_, text) = refused(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("1", 1001)).await;
    assert_eq!(
        text,
        "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000]."
    );
    let (_, text) = refused(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("1", 901)).await;
    assert_eq!(
        text,
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
    );
    ok(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("1", 5)).await;
    let limits = ok(&aws, "lambda", "GetAccountSettings", json!({})).await["AccountLimit"].clone();
    assert_eq!(limits["UnreservedConcurrentExecutions"], json!(995));
    let shared = json!({"Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5}}});
    ok(&aws, "lambda", "UpdateAlias", of(shared)).await;
    let (_, text) = refused(&aws, "lambda", "PutProvisionedConcurrencyConfig", config("live", 1)).await;
    assert_eq!(text, "Alias with weights can not be used with Provisioned Concurrency");
}
