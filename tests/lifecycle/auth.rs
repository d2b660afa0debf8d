//! Who may call: each kind on the stage URL, its edits, its drift.

use crate::{
    stage_url::{StageUrl, broken, verify},
    world::{REGION, World, lines},
};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use lambdeploy::contract::{Ask, Carrier};
use local_aws::{Config, Reaction, Scripted};
use serde_json::{Value, json};
use std::sync::Arc;

const KINDS: &str = "
stack: kinds
region: us-east-2
functions:
  items: {image: {context: .}}
  gate: {image: {context: .}}
api:
  routes:
    GET /open: items
    GET /signed: {function: items, auth: iam}
    GET /pool: {function: items, auth: {cognito: ['arn:aws:cognito-idp:us-east-2:000000000000:userpool/us-east-2_a']}}
    GET /asked: {function: items, auth: {authorizer: {function: gate, header: X-Token, ttl: 60}}}
    GET /whole: {function: items, auth: {authorizer: {function: gate, type: request, ttl: 0}}}
  cors: {origins: ['https://www.example.com']}
  allow_from: [127.0.0.0/8]
checks:
  - route: GET /asked
    headers: {X-Token: let-me-in}
    json: {$.path: /asked, '$.who': ada}
  - route: GET /whole
    headers: {Authorization: let-me-in}
    json: {$.path: /whole}
";

/// Both functions: it lets in who says so, and answers with what it was asked.
fn function(event: &Value) -> Reaction {
    if let Some(method) = event["methodArn"].as_str() {
        let said = event["authorizationToken"].as_str().or(event["headers"]["Authorization"].as_str());
        let effect = if said == Some("let-me-in") { "Allow" } else { "Deny" };
        let statement = json!({ "Effect": effect, "Action": "execute-api:Invoke", "Resource": method });
        return Reaction::Respond(json!({
            "principalId": "ada",
            "policyDocument": { "Version": "2012-10-17", "Statement": [statement] },
        }));
    }
    let body = json!({ "path": event["path"], "who": event["requestContext"]["authorizer"]["principalId"] });
    let headers = json!({ "Access-Control-Allow-Origin": "https://www.example.com" });
    Reaction::Respond(json!({ "statusCode": 200, "headers": headers, "body": body.to_string() }))
}

fn world() -> World {
    World::running(Config::default(), Arc::new(Scripted::new(|event, _| function(event))))
}

#[tokio::test(start_paused = true)]
async fn each_kind_keeps_the_contract() {
    let world = world();
    world.settles(KINDS).await;
    let outcomes = verify(&world, KINDS, false).await;
    assert_eq!(broken(&outcomes), [""; 0]);
    let promises: Vec<_> = outcomes.iter().map(|o| o.promise.as_str()).collect();
    for promise in [
        "GET /signed without a signature is refused",
        "GET /pool without a token is refused",
        "GET /asked without what its authorizer asks for is refused",
        "GET /open gets the answer of items",
        "GET /asked answers 200 and $.path = \"/asked\", $.who = \"ada\"",
    ] {
        assert!(promises.contains(&promise), "{promise} is not in {promises:#?}");
    }
    let stage = StageUrl::of(&world, "default").await;
    let denied = stage.carry(&Ask::new("GET", "/asked").header("X-Token", "somebody else")).await.unwrap();
    assert_eq!(denied.status, 403);
    assert_eq!(denied.header("access-control-allow-origin"), Some("https://www.example.com"));
    for (path, header) in [("/asked", "x-token"), ("/pool", "authorization"), ("/signed", "x-amz-date")] {
        let preflight = stage.carry(&Ask::new("OPTIONS", path)).await.unwrap();
        let allowed = preflight.header("access-control-allow-headers").unwrap_or_default();
        assert!(allowed.split(',').any(|name| name == header), "{path}: {allowed}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_is_edited_into_each_other_and_leaves_nothing() {
    let world = world();
    let before = world.dump();
    world.settles(KINDS).await;
    for (from, to) in [
        ("auth: iam", "auth: none"),
        ("auth: {cognito: ['arn:aws:cognito-idp:us-east-2:000000000000:userpool/us-east-2_a']}", "auth: iam"),
        ("ttl: 60", "ttl: 61"),
        ("header: X-Token", "header: X-Other"),
        ("type: request, ttl: 0", "type: token, ttl: 0"),
        ("allow_from: [127.0.0.0/8]", "allow_from: [127.0.0.0/8, '::1/128']"),
        ("  allow_from: [127.0.0.0/8]\n", ""),
    ] {
        assert!(KINDS.contains(from), "{from}");
        // The checks are about the routes as they were.
        let edited = KINDS.replace(from, to);
        assert!(world.plan(&edited).await.has_changes(), "{from} → {to} is no change");
        world.settles(&edited).await;
        world.settles(KINDS).await;
    }
    assert!(world.destroy(KINDS).await.is_complete());
    assert_eq!(world.dump(), before);
}

#[tokio::test(start_paused = true)]
async fn addresses_outside_the_ranges_are_refused_readably() {
    let world = world();
    let elsewhere = KINDS.replace("127.0.0.0/8", "198.51.100.0/24");
    world.settles(&elsewhere).await;
    let stage = StageUrl::of(&world, "default").await;
    let refused = stage.carry(&Ask::new("GET", "/open")).await.unwrap();
    assert_eq!(refused.status, 403);
    assert_eq!(refused.header("access-control-allow-origin"), Some("https://www.example.com"));
    world.settles(KINDS).await;
    assert_eq!(stage.carry(&Ask::new("GET", "/open")).await.unwrap().status, 200);
}

#[tokio::test(start_paused = true)]
async fn drift_of_an_authorizer_and_of_the_policy_is_seen() {
    let world = world();
    world.settles(KINDS).await;
    let cloud = world.cloud_in(REGION).await;
    let api = StageUrl::of(&world, "default").await.api;
    let client = &cloud.apigateway;
    let replace =
        |path: &str, value: &str| PatchOperation::builder().op(Op::Replace).path(path).value(value).build();

    let all = client.get_authorizers().rest_api_id(&api).send().await.unwrap();
    let gate = all.items().iter().find(|a| a.name() == Some("gate")).unwrap();
    let request = client.update_authorizer().rest_api_id(&api).authorizer_id(gate.id().unwrap());
    request.patch_operations(replace("/authorizerResultTtlInSeconds", "5")).send().await.unwrap();
    assert_eq!(lines(&world.plan(KINDS).await), ["~ definition authorizers.gate.ttl 5 → 60"]);
    world.settles(KINDS).await;

    let request = client.update_rest_api().rest_api_id(&api);
    request.patch_operations(replace("/policy", "")).send().await.unwrap();
    let plan = lines(&world.plan(KINDS).await);
    assert!(plan.len() == 1 && plan[0].starts_with("~ rest-api policy"), "{plan:#?}");
    world.settles(KINDS).await;
}
