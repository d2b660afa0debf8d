//! Published versions: what is listed and described of them.

use super::*;
use crate::{
    lambda::metrics::InvocationResult::{Succeeded, Throttled},
    testing::refused,
};

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
    for (operation, more) in [
        ("UpdateFunctionConfiguration", json!({"Timeout": 9})),
        ("UpdateFunctionCode", json!({"ImageUri": format!("{REGISTRY}/app:v1")})),
        ("PublishVersion", json!({})),
    ] {
        let input = with(more, json!({"FunctionName": "greet:1"}));
        let (code, text) = refused(&aws, "lambda", operation, input).await;
        assert_eq!(code, "InvalidParameterValueException", "{operation}");
        assert!(text.starts_with("This operation is permitted on Lambda functions only."), "{text}");
    }
}

#[tokio::test]
async fn a_change_of_the_description_is_a_change_and_a_number_is_never_given_twice() {
    let aws = with_function(&echo()).await;
    assert_eq!(publish(&aws, json!({})).await["Version"], "1");
    let before = ok(&aws, "lambda", "GetFunction", json!({"FunctionName": "greet"})).await;
    let described = json!({"FunctionName": "greet", "Description": "two"});
    ok(&aws, "lambda", "UpdateFunctionConfiguration", described).await;
    assert_eq!(publish(&aws, json!({"Description": "of its own"})).await["Version"], "2");
    assert_eq!(publish(&aws, json!({})).await["Description"], "of its own");
    let after = ok(&aws, "lambda", "GetFunction", json!({"FunctionName": "greet"})).await;
    assert_ne!(before["Configuration"]["RevisionId"], after["Configuration"]["RevisionId"]);
    let delete = json!({"FunctionName": "greet", "Qualifier": "2"});
    ok(&aws, "lambda", "DeleteFunction", delete.clone()).await;
    ok(&aws, "lambda", "DeleteFunction", delete).await;
    assert_eq!(publish(&aws, json!({})).await["Version"], "3");
}

#[tokio::test]
async fn what_is_made_or_changed_can_be_published_at_once() {
    let aws = world(echo(), Consistency::Instant).await;
    let made = ok(&aws, "lambda", "CreateFunction", with(greet(), json!({"Publish": true}))).await;
    assert_eq!((&made["Version"], &made["FunctionArn"]), (&json!("1"), &json!(ARN)));
    assert_eq!((&made["State"], made.get("LastUpdateStatus")), (&json!("Pending"), None));
    let one = ok(&aws, "lambda", "GetFunction", json!({"FunctionName": "greet:1"})).await;
    assert_eq!(one["Configuration"]["State"], "Active");
    ecr::testing::push(&aws, "app", "v2", "second").await;
    let code = |tag: &str| json!({"FunctionName": "greet", "ImageUri": format!("{REGISTRY}/app:{tag}"), "Publish": true});
    let tried = with(code("v2"), json!({"DryRun": true}));
    assert_eq!(ok(&aws, "lambda", "UpdateFunctionCode", tried).await["Version"], "$LATEST");
    let moved = ok(&aws, "lambda", "UpdateFunctionCode", code("v2")).await;
    assert_eq!((&moved["Version"], &moved["FunctionArn"]), (&json!("2"), &json!(format!("{ARN}:2"))));
    assert_eq!((&moved["State"], moved.get("LastUpdateStatus")), (&json!("Pending"), None));
    let again = ok(&aws, "lambda", "UpdateFunctionCode", code("v2")).await;
    assert_eq!((&again["Version"], &again["State"]), (&json!("2"), &json!("Active")), "nothing has changed");
}

#[tokio::test(start_paused = true)]
async fn a_version_is_pending_first_and_takes_no_calls() {
    let aws = world(echo(), Consistency::Realistic).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let code = with(json!({"FunctionName": "greet"}), json!({"Timeout": 5}));
    ok(&aws, "lambda", "UpdateFunctionConfiguration", code).await;
    let (code, _) = refused(&aws, "lambda", "PublishVersion", json!({"FunctionName": "greet"})).await;
    assert_eq!(code, "ResourceConflictException", "an update is in progress");
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(publish(&aws, json!({})).await["State"], "Pending");
    let one = json!({"FunctionName": "greet", "Qualifier": "1"});
    let (code, text) = refused(&aws, "lambda", "Invoke", one.clone()).await;
    assert_eq!(code, "ResourceConflictException");
    assert!(text.ends_with("in the following state: Pending"), "{text}");
    assert_eq!(invoke(&aws, "1").await.json(), json!(1), "the function itself goes on");
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(ok(&aws, "lambda", "Invoke", one).await, json!({}));
}

#[tokio::test]
async fn each_version_runs_its_own_image_in_its_own_environment() {
    let engine = Arc::new(Scripted::new(|_, started| {
        let of = |name: &str| started.environment.get(name).cloned();
        Reaction::Respond(json!([started.digest, of("COLOUR"), of("AWS_LAMBDA_FUNCTION_VERSION")]))
    }));
    let aws = world(engine.clone(), Consistency::Instant).await;
    let colour = |value: &str| json!({"Environment": {"Variables": {"COLOUR": value}}});
    ok(&aws, "lambda", "CreateFunction", with(greet(), colour("red"))).await;
    publish(&aws, json!({})).await;
    move_on(&aws, "v2").await;
    let blue = with(json!({"FunctionName": "greet"}), colour("blue"));
    ok(&aws, "lambda", "UpdateFunctionConfiguration", blue).await;
    publish(&aws, json!({})).await;
    let call = async |qualifier: &str| {
        ok(&aws, "lambda", "Invoke", json!({"FunctionName": "greet", "Qualifier": qualifier})).await
    };
    let (one, two, latest) = (call("1").await, call("2").await, call("$LATEST").await);
    assert_eq!((&one[1], &one[2]), (&json!("red"), &json!("1")));
    assert_eq!((&two[1], &two[2], &two[0]), (&json!("blue"), &json!("2"), &latest[0]));
    assert_ne!(one[0], two[0]);
    assert_eq!(engine.running(), 3, "a pool of its own for each");
    let streams = ok(&aws, "logs", "DescribeLogStreams", json!({"logGroupName": "/aws/lambda/greet"})).await;
    let names = streams["logStreams"].to_string();
    assert!(["/[1]", "/[2]", "/[$LATEST]"].iter().all(|part| names.contains(part)), "{names}");
    assert!(log(&aws).await.iter().any(|l| l.starts_with("START") && l.ends_with("Version: 2")));
    ok(&aws, "lambda", "DeleteFunction", json!({"FunctionName": "greet", "Qualifier": "2"})).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(engine.running(), 2, "its containers go with it");
    let (code, text) = refused(&aws, "lambda", "Invoke", json!({"FunctionName": "greet:2"})).await;
    assert_eq!((code.as_str(), text), ("ResourceNotFoundException", format!("Function not found: {ARN}:2")));
}

#[tokio::test]
async fn reserved_concurrency_is_the_functions_over_all_its_versions() {
    let slow = Reaction::Sleep(Duration::from_secs(1), Box::new(Reaction::Respond(json!(1))));
    let aws = with_function(&scripted(slow)).await;
    publish(&aws, json!({})).await;
    let one = json!({"FunctionName": "greet", "ReservedConcurrentExecutions": 1});
    ok(&aws, "lambda", "PutFunctionConcurrency", one).await;
    let busy = invoke(&aws, "1");
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        refused(&aws, "lambda", "Invoke", json!({"FunctionName": "greet:1"})).await
    };
    let (first, (code, _)) = tokio::join!(busy, second);
    assert_eq!((first.status, code.as_str()), (200, "TooManyRequestsException"));
    let log = invocations(&aws);
    let seen: Vec<_> = log.iter().map(|r| (r.executed_version.as_str(), r.result, r.concurrent)).collect();
    assert_eq!(seen, [("1", Throttled, 0), ("$LATEST", Succeeded, 1)]);
}
