//! A function that decides about the calls of another.

use super::{
    functions::{permit, world},
    world::*,
};
use crate::{LocalAws, Reaction, apigateway::draft::Authorizer, testing::ok};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

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
        if event["type"] == "REQUEST" {
            counter.fetch_add(1, Ordering::Relaxed);
            let said = event["headers"]["authorization"].as_str().unwrap_or("bad");
            return authorize(&json!({ "authorizationToken": said, "methodArn": event["methodArn"] }));
        }
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
    tokio::time::advance(Duration::from_mins(1)).await;
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

#[tokio::test]
async fn one_that_keeps_no_answers_is_asked_without_its_identity_source_too() {
    for (ttl, status, times) in [(60, 401, 0), (0, 403, 1)] {
        let (aws, asked) = guarded(ttl, "HEADER").await;
        change_authorizer(&aws, |authorizer| {
            authorizer.kind = "REQUEST".to_owned();
            authorizer.identity_source = Some("method.request.header.Authorization".to_owned());
        });
        permit(&aws, "*").await;
        let seen = call(&aws, "POST", "/items/7", &[], "").await;
        assert_eq!((seen.status, asked.load(Ordering::Relaxed)), (status, times), "{ttl}: {}", why(&aws));
    }
}
