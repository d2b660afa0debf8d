//! Published versions: what is listed and described of them.

use super::*;
use crate::testing::refused;

async fn publish(aws: &LocalAws, more: Value) -> Value {
    ok(aws, "lambda", "PublishVersion", with(json!({"FunctionName": "greet"}), more)).await
}

async fn move_on(aws: &LocalAws, tag: &str) {
    ecr::testing::push(aws, "app", tag, tag).await;
    let code = json!({"FunctionName": "greet", "ImageUri": format!("{REGISTRY}/app:{tag}")});
    ok(aws, "lambda", "UpdateFunctionCode", code).await;
}

#[tokio::test]
async fn a_version_stays_what_it_was_and_is_not_published_twice() {
    let aws = with_function(&echo()).await;
    let first = publish(&aws, json!({"Description": "the first"})).await;
    assert_eq!((&first["Version"], &first["Description"]), (&json!("1"), &json!("the first")));
    assert_eq!(first["FunctionArn"], format!("{ARN}:1"));
    assert_eq!(publish(&aws, json!({"Description": "again"})).await["Version"], "1");
    move_on(&aws, "v2").await;
    let old = ok(&aws, "lambda", "GetFunction", json!({"FunctionName": "greet", "Qualifier": "1"})).await;
    assert_eq!(old["Configuration"]["CodeSha256"], first["CodeSha256"]);
    assert_eq!(old["Configuration"]["FunctionArn"], format!("{ARN}:1"));
    let second = publish(&aws, json!({})).await;
    assert_eq!(second["Version"], "2");
    assert_ne!(second["CodeSha256"], first["CodeSha256"]);
    let versions = ok(&aws, "lambda", "ListVersionsByFunction", json!({"FunctionName": "greet"})).await;
    let versions: Vec<_> = versions["Versions"].as_array().unwrap().iter().map(|v| &v["Version"]).collect();
    assert_eq!(versions, ["$LATEST", "1", "2"]);
}

#[tokio::test]
async fn all_versions_of_all_functions_come_by_pages() {
    let aws = world_of(echo(), Config { page_size: Some(2), ..Config::default() }).await;
    for name in ["greet", "greet-too"] {
        ok(&aws, "lambda", "CreateFunction", with(greet(), json!({"FunctionName": name}))).await;
    }
    publish(&aws, json!({})).await;
    move_on(&aws, "v2").await;
    publish(&aws, json!({})).await;
    let (mut arns, mut marker) = (Vec::new(), json!(""));
    loop {
        let input = json!({"FunctionVersion": "ALL", "Marker": marker});
        let page = ok(&aws, "lambda", "ListFunctions", input).await;
        let page_arns = page["Functions"].as_array().unwrap().iter().map(|f| f["FunctionArn"].clone());
        arns.extend(page_arns);
        marker = page["NextMarker"].clone();
        if marker.is_null() {
            break;
        }
    }
    let arn = |end: &str| json!(format!("{ARN}{end}"));
    assert_eq!(arns, [arn(":$LATEST"), arn(":1"), arn(":2"), arn("-too:$LATEST")]);
    let latest = ok(&aws, "lambda", "ListFunctions", json!({})).await;
    let latest: Vec<_> = latest["Functions"].as_array().unwrap().iter().map(|f| &f["FunctionArn"]).collect();
    assert_eq!(latest, [&arn(""), &arn("-too")]);
}

#[tokio::test]
async fn another_code_is_not_published_and_a_version_is_not_changed() {
    let aws = with_function(&echo()).await;
    let (code, text) =
        refused(&aws, "lambda", "PublishVersion", json!({"FunctionName": "greet", "CodeSha256": "abc"}))
            .await;
    assert!(
        code == "InvalidParameterValueException" && text.starts_with("CodeSHA256 (abc) is different"),
        "{text}"
    );
    let (code, _) =
        refused(&aws, "lambda", "GetFunction", json!({"FunctionName": "greet", "Qualifier": "1"})).await;
    assert_eq!(code, "ResourceNotFoundException");
    publish(&aws, json!({})).await;
    let (_, text) =
        refused(&aws, "lambda", "Invoke", json!({"FunctionName": "greet", "Qualifier": "1"})).await;
    assert!(text.contains("of a published version"), "{text}");
}
