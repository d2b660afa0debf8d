//! The resource policy.

use super::*;
use crate::{lambda::permission::allows_apigateway, testing::refused};

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
    let may = |source: &str| allows_apigateway(&aws.shared().world(), &callee("greet"), source);
    assert!(!may(&format!("{API}/default/POST/")));
    ok(&aws, "lambda", "AddPermission", gateway("root", &format!("{API}/*/POST/"))).await;
    assert!(may(&format!("{API}/default/POST/")));
    assert!(!may(&format!("{API}/default/POST/items")));
    ok(&aws, "lambda", "AddPermission", gateway("items", &format!("{API}/*/*/items/*"))).await;
    assert!(may(&format!("{API}/default/GET/items/7")));
    assert!(!may("arn:aws:execute-api:us-east-2:000000000000:other/default/GET/items/7"));
    assert!(!allows_apigateway(&aws.shared().world(), &callee("nobody"), API));
    let other = with(gateway("s3", API), json!({"Principal": "s3.amazonaws.com"}));
    ok(&aws, "lambda", "AddPermission", other).await;
    assert!(!may(API));
}

#[tokio::test]
async fn a_principal_that_is_no_service_is_refused() {
    let aws = with_function(&echo()).await;
    let by = |principal: &str| with(gateway("s", API), json!({"Principal": principal}));
    for principal in
        ["apigateway.amazonaws.con", "nobody.amazonaws.com", "example.com", "apigateway", "nonsense"]
    {
        let (code, text) = refused(&aws, "lambda", "AddPermission", by(principal)).await;
        assert_eq!(code, "InvalidParameterValueException", "{principal}");
        assert_eq!(text, "The provided principal was invalid. Please check the principal and try again.");
    }
    let services = ["s3.amazonaws.com", "logs.us-east-2.amazonaws.com", "alexa-appkit.amazon.com"];
    for (n, principal) in services.iter().enumerate() {
        let input = with(by(principal), json!({"StatementId": format!("s{n}")}));
        ok(&aws, "lambda", "AddPermission", input).await;
    }
}

#[tokio::test]
async fn a_policy_can_be_put_as_a_whole_and_denies() {
    let aws = with_function(&echo()).await;
    ok(&aws, "lambda", "AddPermission", gateway("root", &format!("{API}/*/POST/"))).await;
    let may = || allows_apigateway(&aws.shared().world(), &callee("greet"), &format!("{API}/default/POST/"));
    assert!(may());
    let all =
        json!({"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "lambda:*", "Resource": ARN});
    let deny = json!({"Sid": "not", "Effect": "Deny", "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": ARN});
    let policy = json!({"Version": "2012-10-17", "Statement": [all, deny]}).to_string();
    ok(&aws, "lambda", "PutResourcePolicy", json!({"ResourceArn": ARN, "Policy": policy})).await;
    assert!(!may());
    let read = ok(&aws, "lambda", "GetPolicy", json!({"FunctionName": "greet"})).await;
    let read: Value = serde_json::from_str(read["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(read["Statement"], json!([all, deny]));
    let (code, _) =
        refused(&aws, "lambda", "PutResourcePolicy", json!({"ResourceArn": ARN, "Policy": "{}"})).await;
    assert_eq!(code, "InvalidParameterValueException");
    ok(&aws, "lambda", "DeleteResourcePolicy", json!({"ResourceArn": ARN})).await;
    let (code, _) = refused(&aws, "lambda", "GetResourcePolicy", json!({"ResourceArn": ARN})).await;
    assert_eq!(code, "ResourceNotFoundException");
}

#[tokio::test]
async fn every_condition_that_add_permission_knows_is_stored() {
    let aws = with_function(&echo()).await;
    let input = with(gateway("s", API), json!({"Principal": "*", "InvokedViaFunctionUrl": true}));
    let added = ok(&aws, "lambda", "AddPermission", input).await;
    let statement: Value = serde_json::from_str(added["Statement"].as_str().unwrap()).unwrap();
    let condition =
        json!({"ArnLike": {"AWS:SourceArn": API}, "Bool": {"lambda:InvokedViaFunctionUrl": "true"}});
    assert_eq!(statement["Condition"], condition);
}
