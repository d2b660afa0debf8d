//! Methods in front of functions, which are Rust closures.

use super::world::*;
use crate::{
    Config, LocalAws, Reaction, Scripted,
    apigateway::model::{Authorizer, GatewayResponse},
    ecr,
    testing::ok,
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// Function `analyzer` with a time-out in seconds, behind `POST /items/{id}`; 5XX have a CORS header.
async fn world(timeout: u32, script: impl Fn(&Value) -> Reaction + Send + Sync + 'static) -> LocalAws {
    let engine = Arc::new(Scripted::new(move |event, _| script(event)));
    let aws = LocalAws::new(Config::default(), engine).unwrap();
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    let role = json!({ "RoleName": "runner", "AssumeRolePolicyDocument": trust.to_string() });
    ok(&aws, "iam", "CreateRole", role).await;
    ecr::testing::create(&aws, "app").await;
    ecr::testing::push(&aws, "app", "v1", "first").await;
    let function = json!({
        "FunctionName": "analyzer",
        "PackageType": "Image",
        "Code": { "ImageUri": "127.0.0.1:4566/app:v1" },
        "Role": "arn:aws:iam::000000000000:role/runner",
        "Timeout": timeout,
    });
    ok(&aws, "lambda", "CreateFunction", function).await;
    let mut draft = draft([("/items/{id}", method("POST", proxy()))]);
    let cors = GatewayResponse {
        response_parameters: [(
            "gatewayresponse.header.Access-Control-Allow-Origin".to_owned(),
            "'*'".to_owned(),
        )]
        .into(),
        ..GatewayResponse::default()
    };
    draft.gateway_responses.insert("DEFAULT_5XX".to_owned(), cors);
    publish(&aws, draft);
    aws
}

async fn permit(aws: &LocalAws, source: &str) {
    let input = json!({
        "FunctionName": "analyzer",
        "StatementId": "api",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": format!("arn:aws:execute-api:us-east-2:000000000000:{API}/{source}"),
    });
    ok(aws, "lambda", "AddPermission", input).await;
}

async fn post(aws: &LocalAws) -> Seen {
    call(aws, "POST", "/items/7", &[], "{\"a\":1}").await
}

/// Answers with what it was asked.
fn echo(event: &Value) -> Reaction {
    let body = json!({ "id": event["pathParameters"]["id"], "body": event["body"] });
    Reaction::Respond(json!({ "statusCode": 201, "headers": { "x-own": "yes" }, "body": body.to_string() }))
}

#[tokio::test]
async fn a_permitted_function_answers_and_an_unpermitted_one_is_a_500() {
    for (source, status) in [
        (None, 500),
        (Some("*/GET/*"), 500),
        (Some("other/POST/*"), 500),
        (Some("*/POST/items"), 500),
        (Some("*/POST/*"), 201),
        (Some("default/POST/items/*"), 201),
        (Some("*"), 201),
    ] {
        let aws = world(3, echo).await;
        if let Some(source) = source {
            permit(&aws, source).await;
        }
        let seen = post(&aws).await;
        assert_eq!(seen.status, status, "{source:?}: {}", why(&aws));
        if status == 500 {
            assert_eq!(seen.message(), "Internal server error");
            assert!(why(&aws).contains("Invalid permissions on Lambda function"), "{}", why(&aws));
            continue;
        }
        assert_eq!(seen.body, r#"{"id":"7","body":"{\"a\":1}"}"#);
        assert_eq!(
            (seen.header("x-own"), seen.header("content-type")),
            (Some("yes"), Some("application/json"))
        );
        assert!(seen.header("x-amzn-trace-id").is_some() && seen.header("x-amzn-requestid").is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_behind_the_gateway_is_a_5xx_with_cors() {
    let slow =
        |seconds| Reaction::Sleep(Duration::from_secs(seconds), Box::new(Reaction::Respond(json!({}))));
    let table = [
        (Reaction::Respond(json!({ "status": 200 })), 502, "has a member \"status\""),
        (Reaction::Respond(json!("text")), 502, "not a JSON object"),
        (Reaction::Fail(json!({ "errorMessage": "boom", "errorType": "Error" })), 502, "boom"),
        (Reaction::Exit(1), 502, "failed in request"),
        (Reaction::Respond(json!({ "body": "x".repeat(7 * 1024 * 1024) })), 502, "size"),
        (slow(30), 504, "did not answer within 29000 ms"),
        (slow(100), 504, "did not answer within 29000 ms"),
    ];
    for (reaction, status, expected) in table {
        let aws = world(60, move |_| reaction.clone()).await;
        permit(&aws, "*").await;
        let seen = post(&aws).await;
        assert_eq!(
            (seen.status, seen.header("access-control-allow-origin")),
            (status, Some("*")),
            "{expected}"
        );
        let message = if status == 504 { "Endpoint request timed out" } else { "Internal server error" };
        assert_eq!(seen.message(), message);
        assert_eq!(seen.header("x-amzn-errortype"), Some("InternalServerErrorException"));
        assert!(why(&aws).contains(expected), "{expected}: {}", why(&aws));
    }
}

#[tokio::test(start_paused = true)]
async fn a_functions_own_time_out_is_a_502() {
    let aws =
        world(3, |_| Reaction::Sleep(Duration::from_secs(10), Box::new(Reaction::Respond(json!({}))))).await;
    permit(&aws, "*").await;
    let seen = post(&aws).await;
    assert_eq!((seen.status, seen.message()), (502, "Internal server error".into()));
    assert!(why(&aws).contains("timed out"), "{}", why(&aws));
}

#[tokio::test]
async fn a_deleted_function_is_a_500() {
    let aws = world(3, echo).await;
    permit(&aws, "*").await;
    ok(&aws, "lambda", "DeleteFunction", json!({ "FunctionName": "analyzer" })).await;
    assert_eq!(post(&aws).await.status, 500);
}

#[tokio::test]
async fn a_role_of_the_integration_stands_in_for_the_permission() {
    let aws = world(3, echo).await;
    let arn = "arn:aws:iam::000000000000:role/gateway";
    let with_role = crate::apigateway::model::Integration { credentials: Some(arn.to_owned()), ..proxy() };
    publish(&aws, draft([("/items/{id}", method("POST", with_role))]));
    assert_eq!((post(&aws).await.status, why(&aws)), (500, format!("there is no role {arn}")));
    let trust = |service: &str| {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole",
        }] })
        .to_string()
    };
    let create = json!({ "RoleName": "gateway", "AssumeRolePolicyDocument": trust("lambda.amazonaws.com") });
    ok(&aws, "iam", "CreateRole", create).await;
    assert_eq!(post(&aws).await.status, 500);
    assert!(why(&aws).contains("does not trust apigateway.amazonaws.com"));
    let update = json!({ "RoleName": "gateway", "PolicyDocument": trust("apigateway.amazonaws.com") });
    ok(&aws, "iam", "UpdateAssumeRolePolicy", update).await;
    assert_eq!(post(&aws).await.status, 500);
    assert!(why(&aws).contains("does not allow lambda:InvokeFunction"));
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": FUNCTION,
    }] });
    let put = json!({ "RoleName": "gateway", "PolicyName": "p", "PolicyDocument": policy.to_string() });
    ok(&aws, "iam", "PutRolePolicy", put).await;
    assert_eq!(post(&aws).await.status, 201);
}

/// Allows the token `good`, denies `bad`, raises Unauthorized for `unknown`, and fails for all others.
fn authorize(event: &Value) -> Reaction {
    let effect = match event["authorizationToken"].as_str().unwrap() {
        "good" => "Allow",
        "bad" => "Deny",
        "unknown" => {
            return Reaction::Fail(json!({ "errorMessage": "Unauthorized", "errorType": "Exception" }));
        }
        _ => return Reaction::Fail(json!({ "errorMessage": "boom", "errorType": "Exception" })),
    };
    Reaction::Respond(json!({
        "principalId": "ann",
        "policyDocument": { "Version": "2012-10-17", "Statement": [
            { "Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"] },
        ] },
        "context": { "tier": 1 },
        "usageIdentifierKey": "0123456789abcdefghij",
    }))
}

/// `POST /items/{id}` behind the authorizer that is kept for so many seconds; counts how often it is asked.
async fn guarded(ttl: u32, key_source: &str) -> (LocalAws, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    let aws = world(3, move |event| {
        if event["type"] != "TOKEN" {
            let authorizer = &event["requestContext"]["authorizer"];
            let body = format!("{}/{}", authorizer["principalId"], authorizer["tier"]);
            return Reaction::Respond(json!({ "body": body }));
        }
        counter.fetch_add(1, Ordering::Relaxed);
        authorize(event)
    })
    .await;
    let mut post = method("POST", proxy());
    post.authorization_type = "CUSTOM".to_owned();
    post.authorizer_id = Some("auth".to_owned());
    post.api_key_required = key_source == "AUTHORIZER";
    let mut draft = draft([("/items/{id}", post)]);
    draft.api_key_source = key_source.to_owned();
    let authorizer = Authorizer {
        id: "auth".to_owned(),
        kind: "TOKEN".to_owned(),
        authorizer_uri: proxy().uri,
        authorizer_result_ttl_in_seconds: Some(ttl),
        ..Authorizer::default()
    };
    draft.authorizers.insert("auth".to_owned(), authorizer);
    publish(&aws, draft);
    (aws, asked)
}

async fn with_token(aws: &LocalAws, token: &str) -> Seen {
    call(aws, "POST", "/items/7", &[("authorization", token)], "").await
}

#[tokio::test(start_paused = true)]
async fn a_lambda_authorizer_decides_and_is_asked_once_for_its_time() {
    let (aws, asked) = guarded(60, "HEADER").await;
    permit(&aws, "*/POST/*").await;
    assert_eq!(with_token(&aws, "good").await.status, 500);
    assert!(why(&aws).contains("authorizers/auth"), "{}", why(&aws));
    ok(&aws, "lambda", "RemovePermission", json!({ "FunctionName": "analyzer", "StatementId": "api" })).await;
    permit(&aws, "*").await;
    for (token, status, message) in [
        ("unknown", 401, json!("Unauthorized")),
        ("bad", 403, json!("User is not authorized to access this resource with an explicit deny")),
        ("other", 500, Value::Null),
    ] {
        let seen = with_token(&aws, token).await;
        assert_eq!((seen.status, seen.message()), (status, message), "{token}");
    }
    asked.store(0, Ordering::Relaxed);
    for _ in 0..3 {
        let seen = with_token(&aws, "good").await;
        assert_eq!((seen.status, seen.body.as_str()), (200, r#""ann"/"1""#), "{}", why(&aws));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(with_token(&aws, "good").await.status, 200);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn the_key_can_come_from_the_authorizer() {
    let (aws, asked) = guarded(0, "AUTHORIZER").await;
    permit(&aws, "*").await;
    assert_eq!(
        (with_token(&aws, "good").await.status, why(&aws)),
        (403, "no API key has this value".to_owned())
    );
    add_key(&aws, "0123456789abcdefghij");
    add_plan(&aws, "0123456789abcdefghij", |_| {});
    assert_eq!(with_token(&aws, "good").await.status, 200);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}
