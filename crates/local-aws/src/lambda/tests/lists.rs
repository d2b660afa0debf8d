//! Lists, reserved concurrency, tags.

use super::*;
use crate::testing::refused;
use base64::{Engine, engine::general_purpose::STANDARD};

#[tokio::test]
async fn lists_have_pages_and_no_states() {
    let aws = world_of(echo(), Config { page_size: Some(2), ..Config::default() }).await;
    for name in ["a1", "b2", "c3"] {
        let zip = json!({
            "FunctionName": name, "Role": ROLE, "Runtime": "python3.12", "Handler": "app.handler",
            "Code": {"ZipFile": STANDARD.encode(b"PK\x03\x04")}, "Tags": {"team": "web"},
        });
        ok(&aws, "lambda", "CreateFunction", zip).await;
    }
    let first = ok(&aws, "lambda", "ListFunctions", json!({})).await;
    let names = |page: &Value| -> Vec<String> {
        page["Functions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["FunctionName"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&first), ["a1", "b2"]);
    assert_eq!(first["Functions"][0].get("State"), None);
    assert_eq!(first["Functions"][0].get("Tags"), None);
    let second = ok(&aws, "lambda", "ListFunctions", json!({"Marker": first["NextMarker"]})).await;
    assert_eq!(names(&second), ["c3"]);
    assert_eq!(second.get("NextMarker"), None);
}

#[tokio::test]
async fn a_hundred_executions_stay_unreserved() {
    let aws = with_function(&echo()).await;
    let put = |n: i64| json!({"FunctionName": "greet", "ReservedConcurrentExecutions": n});
    let (code, text) = refused(&aws, "lambda", "PutFunctionConcurrency", put(901)).await;
    assert_eq!(code, "InvalidParameterValueException");
    assert_eq!(
        text,
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
    );
    ok(&aws, "lambda", "PutFunctionConcurrency", put(900)).await;
    let function = ok(&aws, "lambda", "GetFunction", json!({"FunctionName": "greet"})).await;
    assert_eq!(function["Concurrency"], json!({"ReservedConcurrentExecutions": 900}));
    let limits = ok(&aws, "lambda", "GetAccountSettings", json!({})).await["AccountLimit"].clone();
    assert_eq!(limits["UnreservedConcurrentExecutions"], json!(100));
    ok(&aws, "lambda", "DeleteFunctionConcurrency", json!({"FunctionName": "greet"})).await;
    let none = ok(&aws, "lambda", "GetFunctionConcurrency", json!({"FunctionName": "greet"})).await;
    assert_eq!(none, json!({}));
}

#[tokio::test]
async fn tags_are_added_replaced_and_removed() {
    let aws = with_function(&echo()).await;
    let tag = |tags: Value| json!({"Resource": ARN, "Tags": tags});
    ok(&aws, "lambda", "TagResource", tag(json!({"A": "1", "B": "2"}))).await;
    ok(&aws, "lambda", "TagResource", tag(json!({"B": "3", "C": "4"}))).await;
    ok(&aws, "lambda", "UntagResource", json!({"Resource": ARN, "TagKeys": ["A", "missing"]})).await;
    ok(&aws, "lambda", "UntagResource", json!({"Resource": ARN, "TagKeys": ["C"]})).await;
    assert_eq!(ok(&aws, "lambda", "ListTags", json!({"Resource": ARN})).await["Tags"], json!({"B": "3"}));
    let many: serde_json::Map<_, _> = (0..50).map(|n| (format!("key{n}"), json!("v"))).collect();
    let (_, text) = refused(&aws, "lambda", "TagResource", tag(Value::Object(many))).await;
    assert_eq!(text, "Number of tags exceeds resource tag limit.");
    let versioned = json!({"Resource": format!("{ARN}:$LATEST")});
    let (_, text) = refused(&aws, "lambda", "ListTags", versioned).await;
    assert_eq!(
        text,
        "Tags on function aliases and versions are not supported. Please specify a function ARN."
    );
}
