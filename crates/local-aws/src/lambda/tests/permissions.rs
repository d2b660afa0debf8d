//! The resource policy.

use super::*;
use crate::{
    lambda::permission::allows_apigateway,
    testing::{ACCOUNT, REGION, refused},
};

fn gateway(sid: &str, source: &str) -> Value {
    json!({
        "FunctionName": "greet", "StatementId": sid, "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com", "SourceArn": source,
    })
}

const API: &str = "arn:aws:execute-api:us-east-2:000000000000:abc123";

#[tokio::test]
async fn statements_are_stored_as_aws_stores_them() {
    let aws = with_function(&echo()).await;
    let source = format!("{API}/*/POST/*");
    let added = ok(&aws, "lambda", "AddPermission", gateway("apigw", &source)).await;
    let statement = json!({
        "Sid": "apigw", "Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": ARN,
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
    });
    assert_eq!(added["Statement"].as_str().unwrap(), statement.to_string());
    let policy = ok(&aws, "lambda", "GetPolicy", json!({"FunctionName": "greet"})).await;
    let document = json!({"Version": "2012-10-17", "Id": "default", "Statement": [statement]});
    assert_eq!(policy["Policy"].as_str().unwrap(), document.to_string());
    let function = ok(&aws, "lambda", "GetFunctionConfiguration", json!({"FunctionName": "greet"})).await;
    assert_eq!(policy["RevisionId"], function["RevisionId"]);
}

#[tokio::test]
async fn sids_are_unique_well_formed_and_removable() {
    let aws = with_function(&echo()).await;
    let input = gateway("apigw", API);
    ok(&aws, "lambda", "AddPermission", input.clone()).await;
    let (code, text) = refused(&aws, "lambda", "AddPermission", input).await;
    assert_eq!(code, "ResourceConflictException");
    assert_eq!(
        text,
        "The statement id (apigw) provided already exists. Please provide a new statement id, or remove the existing statement."
    );
    let (code, text) = refused(&aws, "lambda", "AddPermission", gateway("example.com", API)).await;
    assert_eq!(code, "ValidationException");
    assert_eq!(
        text,
        "1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"
    );
    let stale = with(gateway("other", API), json!({"RevisionId": "stale"}));
    assert_eq!(refused(&aws, "lambda", "AddPermission", stale).await.0, "PreconditionFailedException");
    let remove = |sid: &str| json!({"FunctionName": "greet", "StatementId": sid});
    let (_, text) = refused(&aws, "lambda", "RemovePermission", remove("x")).await;
    assert_eq!(text, "Statement x is not found in resource policy.");
    ok(&aws, "lambda", "RemovePermission", remove("apigw")).await;
    let (_, text) = refused(&aws, "lambda", "RemovePermission", remove("apigw")).await;
    assert_eq!(text, "No policy is associated with the given resource.");
    let (code, text) = refused(&aws, "lambda", "GetPolicy", json!({"FunctionName": "greet"})).await;
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("ResourceNotFoundException", "The resource you requested does not exist.")
    );
}

#[tokio::test]
async fn a_policy_is_limited_to_20_kb() {
    let aws = with_function(&echo()).await;
    let long = format!("{API}/*/POST/{}", "x".repeat(6000));
    for n in 0..3 {
        ok(&aws, "lambda", "AddPermission", gateway(&format!("s{n}"), &long)).await;
    }
    let (code, text) = refused(&aws, "lambda", "AddPermission", gateway("s3", &long)).await;
    assert_eq!(code, "PolicyLengthExceededException");
    assert!(text.ends_with("is bigger than the limit (20480)."), "{text}");
}

#[tokio::test]
async fn api_gateway_may_invoke_what_a_statement_names() {
    let aws = with_function(&echo()).await;
    let may = |source: &str| allows_apigateway(&aws.world(), ACCOUNT, REGION, "greet", source);
    assert!(!may(&format!("{API}/default/POST/")));
    ok(&aws, "lambda", "AddPermission", gateway("root", &format!("{API}/*/POST/"))).await;
    assert!(may(&format!("{API}/default/POST/")));
    assert!(!may(&format!("{API}/default/POST/items")));
    ok(&aws, "lambda", "AddPermission", gateway("items", &format!("{API}/*/*/items/*"))).await;
    assert!(may(&format!("{API}/default/GET/items/7")));
    assert!(!may("arn:aws:execute-api:us-east-2:000000000000:other/default/GET/items/7"));
    assert!(!allows_apigateway(&aws.world(), ACCOUNT, REGION, "nobody", API));
    let other = with(gateway("s3", API), json!({"Principal": "s3.amazonaws.com"}));
    ok(&aws, "lambda", "AddPermission", other).await;
    assert!(!may(API));
}
