//! What hangs on a function and goes with it: versions, aliases, its URL, its asynchronous configuration.

use super::*;
use crate::testing::refused;

fn of(members: Value) -> Value {
    with(json!({"FunctionName": "greet"}), members)
}

#[tokio::test]
async fn a_version_is_published_once_and_an_alias_names_it() {
    let aws = with_function(&echo()).await;
    let one = ok(&aws, "lambda", "PublishVersion", of(json!({}))).await;
    assert_eq!((&one["Version"], &one["FunctionArn"]), (&json!("1"), &json!(format!("{ARN}:1"))));
    assert_eq!(ok(&aws, "lambda", "PublishVersion", of(json!({}))).await, one, "nothing has changed");
    ok(&aws, "lambda", "UpdateFunctionConfiguration", of(json!({"Timeout": 7}))).await;
    let two = ok(&aws, "lambda", "PublishVersion", of(json!({"Description": "second"}))).await;
    assert_eq!((&two["Version"], &two["Description"]), (&json!("2"), &json!("second")));
    let old = ok(&aws, "lambda", "GetFunctionConfiguration", of(json!({"Qualifier": "1"}))).await;
    assert_eq!(old["Timeout"], json!(3));

    let alias = json!({"Name": "live", "FunctionVersion": "2"});
    let made = ok(&aws, "lambda", "CreateAlias", of(alias.clone())).await;
    assert_eq!(made["AliasArn"], json!(format!("{ARN}:live")));
    assert_eq!(refused(&aws, "lambda", "CreateAlias", of(alias)).await.0, "ResourceConflictException");
    let (code, text) =
        refused(&aws, "lambda", "CreateAlias", of(json!({"Name": "x", "FunctionVersion": "3"}))).await;
    assert_eq!((code.as_str(), text), ("ResourceNotFoundException", format!("Function not found: {ARN}:3")));
    let shown = ok(&aws, "lambda", "GetFunction", of(json!({"Qualifier": "live"}))).await;
    assert_eq!(shown["Configuration"]["Timeout"], json!(7));
    assert_eq!(shown["Configuration"]["FunctionArn"], json!(format!("{ARN}:live")));
    let aliases = ok(&aws, "lambda", "ListAliases", of(json!({"FunctionVersion": "2"}))).await;
    assert_eq!(aliases["Aliases"], json!([made]));
    let versions = ok(&aws, "lambda", "ListVersionsByFunction", of(json!({}))).await;
    let numbers: Vec<_> = versions["Versions"].as_array().unwrap().iter().map(|v| &v["Version"]).collect();
    assert_eq!(numbers, ["$LATEST", "1", "2"]);
    let (code, _) = refused(&aws, "lambda", "GetFunction", of(json!({"Qualifier": "3"}))).await;
    assert_eq!(code, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_function_has_one_url() {
    let aws = with_function(&echo()).await;
    let (code, _) = refused(&aws, "lambda", "GetFunctionUrlConfig", of(json!({}))).await;
    assert_eq!(code, "ResourceNotFoundException");
    let made = ok(&aws, "lambda", "CreateFunctionUrlConfig", of(json!({"AuthType": "NONE"}))).await;
    assert!(made["FunctionUrl"].as_str().unwrap().ends_with(".lambda-url.us-east-2.on.aws/"), "{made}");
    let again = refused(&aws, "lambda", "CreateFunctionUrlConfig", of(json!({"AuthType": "NONE"}))).await;
    assert_eq!(again.0, "ResourceConflictException");
    let listed = ok(&aws, "lambda", "ListFunctionUrlConfigs", of(json!({}))).await;
    assert_eq!(listed["FunctionUrlConfigs"][0]["FunctionUrl"], made["FunctionUrl"]);
    ok(&aws, "lambda", "DeleteFunctionUrlConfig", of(json!({}))).await;
    assert_eq!(
        ok(&aws, "lambda", "ListFunctionUrlConfigs", of(json!({}))).await["FunctionUrlConfigs"],
        json!([])
    );
}

#[tokio::test(start_paused = true)]
async fn events_are_tried_again_as_often_as_the_function_says() {
    let engine = scripted(Reaction::Fail(json!({"errorMessage": "no"})));
    let aws = with_function(&engine).await;
    let config = json!({"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60});
    let put = ok(&aws, "lambda", "PutFunctionEventInvokeConfig", of(config)).await;
    assert_eq!(put["MaximumRetryAttempts"], json!(0));
    let event = [("x-amz-invocation-type", "Event")];
    assert_eq!(invoke_as(&aws, &event, "{}").await.status, 202);
    tokio::time::sleep(Duration::from_mins(10)).await;
    let ended = log(&aws).await.iter().filter(|l| l.starts_with("REPORT")).count();
    assert_eq!(ended, 1);
    let (_, text) =
        refused(&aws, "lambda", "PutFunctionEventInvokeConfig", of(json!({"MaximumRetryAttempts": 3}))).await;
    assert!(text.contains("less than or equal to 2"), "{text}");
    ok(&aws, "lambda", "DeleteFunctionEventInvokeConfig", of(json!({}))).await;
    let (code, _) = refused(&aws, "lambda", "GetFunctionEventInvokeConfig", of(json!({}))).await;
    assert_eq!(code, "ResourceNotFoundException");
}

#[tokio::test]
async fn all_of_it_goes_with_the_function() {
    let aws = with_function(&echo()).await;
    ok(&aws, "lambda", "PublishVersion", of(json!({}))).await;
    ok(&aws, "lambda", "CreateFunctionUrlConfig", of(json!({"AuthType": "NONE"}))).await;
    ok(&aws, "lambda", "DeleteFunction", of(json!({}))).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let versions = ok(&aws, "lambda", "ListVersionsByFunction", of(json!({}))).await;
    assert_eq!(versions["Versions"].as_array().unwrap().len(), 1);
    assert_eq!(
        ok(&aws, "lambda", "ListFunctionUrlConfigs", of(json!({}))).await["FunctionUrlConfigs"],
        json!([])
    );
}
