//! Methods in front of functions, which are Rust closures.

use super::world::*;
use crate::{
    Config, LocalAws, Reaction, Scripted,
    apigateway::draft::{GatewayResponse, Integration, Method},
    body::full,
    ecr,
    testing::ok,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Function `analyzer` with a time-out in seconds, behind `POST /items/{id}`; 5XX have a CORS header.
pub(crate) async fn world(
    timeout: u32,
    script: impl Fn(&Value) -> Reaction + Send + Sync + 'static,
) -> LocalAws {
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

pub(crate) async fn permit(aws: &LocalAws, source: &str) {
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
        let since = tokio::time::Instant::now();
        let seen = post(&aws).await;
        assert_eq!(since.elapsed().as_secs(), if status == 504 { 29 } else { 0 }, "{expected}");
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
    let with_role = Integration { credentials: Some(arn.to_owned()), ..proxy() };
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

#[tokio::test]
async fn bytes_reach_the_function_and_come_back_as_they_were() {
    let aws = world(3, |event| {
        let (body, encoded) = (event["body"].clone(), event["isBase64Encoded"].clone());
        Reaction::Respond(
            json!({ "headers": { "Content-Type": "image/png" }, "body": body, "isBase64Encoded": encoded }),
        )
    })
    .await;
    permit(&aws, "*").await;
    let mut draft = draft([("/items/{id}", method("POST", proxy()))]);
    draft.binary_media_types = vec!["image/png".to_owned()];
    publish(&aws, draft);
    let bytes: Vec<u8> = (0..=255).collect();
    let image = [("content-type", "image/png"), ("accept", "image/png")];
    let mut request = request("POST", "/default/items/7", &image, "");
    *request.body_mut() = full(bytes.clone());
    let (parts, body) = aws.handle(request).await.into_parts();
    assert_eq!((parts.status.as_u16(), parts.headers["content-type"].as_bytes()), (200, &b"image/png"[..]));
    assert_eq!(body.collect().await.unwrap().to_bytes(), bytes);
}

#[tokio::test]
async fn a_function_is_told_who_calls_where_and_with_what() {
    let aws =
        world(3, |event| Reaction::Respond(json!({ "statusCode": 200, "body": event.to_string() }))).await;
    permit(&aws, "*").await;
    let key = "0123456789abcdefghij";
    let keyed = Method { api_key_required: true, ..method("ANY", proxy()) };
    publish(&aws, draft([("/items/{id}", keyed)]));
    add_key(&aws, key);
    add_plan(&aws, key, |_| {});
    change_stage(&aws, |stage| stage.variables = [("tier".to_owned(), "gold".to_owned())].into());
    let headers = [("x-api-key", key), ("x-a", "1"), ("x-a", "2"), ("user-agent", "me")];
    let seen = call(&aws, "PATCH", "/items/7?n=1&n=2", &headers, "").await;
    let event: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!((&event["httpMethod"], &event["resource"]), (&json!("PATCH"), &json!("/items/{id}")));
    assert_eq!(
        (&event["stageVariables"], &event["pathParameters"]),
        (&json!({ "tier": "gold" }), &json!({ "id": "7" }))
    );
    assert_eq!(event["multiValueHeaders"]["x-a"], json!(["1", "2"]));
    assert_eq!(event["multiValueQueryStringParameters"], json!({ "n": ["1", "2"] }));
    let context = &event["requestContext"];
    assert_eq!(
        (&context["identity"]["apiKey"], &context["identity"]["apiKeyId"]),
        (&json!(key), &json!(format!("id-{key}")))
    );
    assert_eq!(
        (&context["identity"]["userAgent"], &context["identity"]["sourceIp"]),
        (&json!("me"), &json!("127.0.0.1"))
    );
    assert_eq!(context["requestId"].as_str(), seen.header("x-amzn-requestid"));
    assert_eq!(context["extendedRequestId"].as_str(), seen.header("x-amz-apigw-id"));
    assert_eq!((&context["stage"], &context["path"]), (&json!("default"), &json!("/default/items/7")));
    let now = aws.shared().clock.now().as_millisecond();
    assert!((now - context["requestTimeEpoch"].as_i64().unwrap()).abs() < 10_000);
}

#[tokio::test]
async fn a_stage_variable_can_name_the_function() {
    let aws = world(3, echo).await;
    permit(&aws, "*").await;
    let uri = proxy().uri.map(|uri| uri.replace("analyzer", "${stageVariables.function}"));
    publish(&aws, draft([("/items/{id}", method("POST", Integration { uri, ..proxy() }))]));
    assert_eq!((post(&aws).await.status, why(&aws)), (500, "no stage variable function".to_owned()));
    change_stage(&aws, |stage| stage.variables = [("function".to_owned(), "analyzer".to_owned())].into());
    assert_eq!(post(&aws).await.status, 201);
}
