//! Who may call: each kind on the stage URL, its edits, its drift.

use crate::{
    stage_url::{StageUrl, broken, verify},
    world::{REGION, World, lines},
};
use aws_sdk_apigateway::{
    Client,
    types::{AuthorizerType, Op, PatchOperation},
};
use lambdeploy::testing::contract::{Ask, Carrier};
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
    // An authorizer that keeps no answers is asked whatever a call has; what it says is its own.
    assert!(!promises.iter().any(|p| p.starts_with("GET /whole without")), "{promises:#?}");
    let asked = stage.carry(&Ask::new("GET", "/whole")).await.unwrap();
    assert_eq!((asked.status, asked.text().contains("explicit deny")), (403, true));
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
pub(crate) async fn each_kind_is_edited_into_each_other_and_leaves_nothing() {
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

/// The API of a world, changed by hand.
struct ByHand<'a> {
    world: &'a World,
    client: &'a Client,
    api: String,
}

fn patch(op: Op, path: &str, value: &str) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).value(value).build()
}

fn replace(path: &str, value: &str) -> PatchOperation {
    patch(Op::Replace, path, value)
}

impl ByHand<'_> {
    /// Changes an authorizer, which must show as exactly this line.
    async fn authorizer(&self, name: &str, operation: PatchOperation, shown: &str) {
        let all = self.client.get_authorizers().rest_api_id(&self.api).send().await.unwrap();
        let found = all.items().iter().find(|a| a.name() == Some(name)).unwrap();
        let update =
            self.client.update_authorizer().rest_api_id(&self.api).authorizer_id(found.id().unwrap());
        update.patch_operations(operation).send().await.unwrap();
        self.shows(&[shown]).await;
    }

    async fn method(&self, path: &str, operation: PatchOperation) {
        let all = self.client.get_resources().rest_api_id(&self.api).send().await.unwrap();
        let id = all.items().iter().find(|r| r.path() == Some(path)).unwrap().id().unwrap();
        let update = self.client.update_method().rest_api_id(&self.api).resource_id(id).http_method("GET");
        update.patch_operations(operation).send().await.unwrap();
    }

    /// The plan is these lines, and after `up` it is empty.
    async fn shows(&self, planned: &[&str]) {
        assert_eq!(lines(&self.world.plan(KINDS).await), planned);
        self.world.settles(KINDS).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_field_of_an_authorizer_that_drifts_is_seen_and_mended() {
    let world = world();
    world.settles(KINDS).await;
    let cloud = world.cloud_in(REGION).await;
    let api = StageUrl::of(&world, "default").await.api;
    let by_hand = ByHand { world: &world, client: &cloud.apigateway, api };
    let other_uri = "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:other/invocations";
    let own_uri = other_uri.replace("other", "kinds-gate:live");
    let role = "arn:aws:iam::000000000000:role/by-hand";
    let pool = "arn:aws:cognito-idp:us-east-2:000000000000:userpool/us-east-2_";
    for (name, path, value, field, have, want) in [
        ("gate", "/authorizerResultTtlInSeconds", "5", "ttl", "5".to_owned(), "60".to_owned()),
        (
            "gate",
            "/identitySource",
            "method.request.header.X-Other",
            "identity_source",
            "\"method.request.header.X-Other\"".to_owned(),
            "\"method.request.header.X-Token\"".to_owned(),
        ),
        ("gate", "/authorizerUri", other_uri, "uri", format!("\"{other_uri}\""), format!("\"{own_uri}\"")),
        ("gate", "/authorizerCredentials", role, "credentials", format!("\"{role}\""), "null".to_owned()),
        ("gate", "/identityValidationExpression", "^x", "validation", "\"^x\"".to_owned(), "null".to_owned()),
    ] {
        let shown = format!("~ definition authorizers.{name}.{field} {have} → {want}");
        by_hand.authorizer(name, replace(path, value), &shown).await;
    }
    let shown = "~ definition authorizers.gate-2.type \"TOKEN\" → \"REQUEST\"";
    by_hand.authorizer("gate-2", replace("/type", "TOKEN"), shown).await;
    let shown =
        format!("~ definition authorizers.cognito.user_pools [\"{pool}a\",\"{pool}b\"] → [\"{pool}a\"]");
    by_hand.authorizer("cognito", patch(Op::Add, "/providerARNs", &format!("{pool}b")), &shown).await;
}

#[tokio::test(start_paused = true)]
async fn what_somebody_adds_to_a_guarded_method_or_takes_from_the_policy_is_seen_and_mended() {
    let world = world();
    world.settles(KINDS).await;
    let cloud = world.cloud_in(REGION).await;
    let api = StageUrl::of(&world, "default").await.api;
    let by_hand = ByHand { world: &world, client: &cloud.apigateway, api: api.clone() };
    by_hand.method("/pool", patch(Op::Add, "/authorizationScopes", "items/read")).await;
    by_hand.shows(&["~ definition routes.GET /pool.scopes [\"items/read\"] → null"]).await;

    let foreign = cloud.apigateway.create_authorizer().rest_api_id(&api).name("by-hand");
    let foreign = foreign.r#type(AuthorizerType::CognitoUserPools);
    let foreign = foreign.identity_source("method.request.header.Authorization");
    let pool = "arn:aws:cognito-idp:us-east-2:000000000000:userpool/us-east-2_c";
    let id = foreign.provider_arns(pool).send().await.unwrap().id.unwrap();
    by_hand.method("/pool", replace("/authorizerId", &id)).await;
    let plan = lines(&world.plan(KINDS).await);
    assert!(plan.len() == 2 && plan[0].starts_with("~ definition authorizers.by-hand {"), "{plan:#?}");
    assert_eq!(plan[1], "~ definition routes.GET /pool.authorizer \"by-hand\" → \"cognito\"");
    world.settles(KINDS).await;

    for policy in [
        "",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}]}"#,
    ] {
        let update = cloud.apigateway.update_rest_api().rest_api_id(&api);
        update.patch_operations(replace("/policy", policy)).send().await.unwrap();
        let plan = lines(&world.plan(KINDS).await);
        assert!(
            !plan.is_empty() && plan.iter().all(|line| line.starts_with("~ rest-api policy")),
            "{plan:#?}"
        );
        world.settles(KINDS).await;
    }
}
