//! Where API Gateway is slow, or answers what one would not expect: a run waits, asks again, or says what it could not find
//! out, and never makes more of anything than it has to.

use crate::{
    stacks::HELLO,
    stage_url::{StageUrl, verify},
    world::{REGION, World, lines},
};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::{BodyExt, Full};
use lambdeploy::testing::contract::{Ask, Carrier, Verdict};
use local_aws::{Action, Config, Consistency, Fault, FaultPlan, LocalAws, Moment, Reaction, Scripted};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

fn calls(world: &World, operation: &str, from: usize) -> usize {
    world.aws.requests().entries().iter().skip(from).filter(|e| e.operation == operation).count()
}

fn refusal(status: u16, code: &str, message: &str) -> Action {
    Action::Refuse { status, code: Some(code.into()), message: Some(message.into()), retry_after: None }
}

/// With a fault at the first call of an operation, a first `up` succeeds all the same.
async fn survives(operation: &str, action: Action) -> World {
    let world = World::new();
    world.aws.set_faults(FaultPlan::of([Fault::on_nth(operation, 1, action)]));
    world.settles(HELLO).await;
    world
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_a_usage_plan_does_not_see_yet_is_waited_for() {
    let unseen = "Invalid API Stage {api: a, stage: default} specified for usageplan p";
    survives("CreateUsagePlan", refusal(404, "NotFoundException", unseen)).await;
    survives("CreateUsagePlan", refusal(400, "BadRequestException", "Invalid API Stage specified")).await;
    let world = World::new();
    world.settles(HELLO).await;
    let action = refusal(400, "BadRequestException", "Invalid API Stage specified");
    world.aws.set_faults(FaultPlan::of([Fault::on_nth("UpdateUsagePlan", 1, action)]));
    world.settles(&HELLO.replace("100/day", "200/day")).await;
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_not_found_right_after_it_was_made_is_looked_for_again() {
    let text = "Invalid Deployment identifier specified";
    let world = survives("GetDeployment", refusal(404, "NotFoundException", text)).await;
    assert_eq!(calls(&world, "CreateDeployment", 0), 1);
}

#[tokio::test(start_paused = true)]
async fn another_update_in_progress_is_waited_for() {
    let text = "There is already an update in progress. Please wait until the current update finishes before making another request.";
    survives("PutRestApi", refusal(400, "BadRequestException", text)).await;

    let world = World::with(Config { consistency: Consistency::Realistic, ..Config::default() });
    world.settles(HELLO).await;
    let aws = world.cloud_in(REGION).await;
    let id = aws.apigateway.get_rest_apis().send().await.unwrap().items()[0].id().unwrap().to_owned();
    let edge = PatchOperation::builder().op(Op::Replace).path("/endpointConfiguration/types/0").value("EDGE");
    aws.apigateway.update_rest_api().rest_api_id(&id).patch_operations(edge.build()).send().await.unwrap();
    // Both the API and its definition change: two updates, and the one by hand is still in progress.
    world.settles(&HELLO.replace("POST /: hello\n", "POST /: hello\n    GET /more: hello\n")).await;
    let waits = world.notes().into_iter().filter(|n| n.contains("API Gateway to")).count();
    assert!(waits >= 2, "{:#?}", world.notes());
}

#[tokio::test(start_paused = true)]
async fn what_an_import_only_warns_of_is_said_and_imported_if_it_comes_out_as_wished() {
    let text = "Warnings found during import:\n\tParse issue: something new";
    let world = survives("PutRestApi", refusal(400, "BadRequestException", text)).await;
    assert!(world.notes().iter().any(|n| n.contains("something new")), "{:#?}", world.notes());
    assert_eq!(calls(&world, "PutRestApi", 0), 2);
}

#[tokio::test(start_paused = true)]
async fn an_import_with_warnings_that_comes_out_otherwise_fails_and_stays_unserved() {
    let world = World::new();
    world.settles(HELLO).await;
    let text = "Warnings found during import:\n\tParse issue: something new";
    let faults = vec![Fault::on_nth("PutRestApi", 1, refusal(400, "BadRequestException", text))];
    meddle_after_imports(&world, faults).await;
    let from = world.aws.requests().entries().len();
    let report = world.up(&HELLO.replace("POST /: hello\n", "POST /: hello\n    GET /more: hello\n")).await;
    let failed = format!("{:?}", report.failed);
    assert!(failed.contains("something new") && failed.contains("routes.HEAD /"), "{failed}");
    assert_eq!(calls(&world, "CreateDeployment", from), 0);
}

#[tokio::test(start_paused = true)]
async fn a_definition_that_never_shows_as_wished_is_deployed_three_times_and_said() {
    let world = World::new();
    world.settles(HELLO).await;
    meddle_after_imports(&world, Vec::new()).await;
    let from = world.aws.requests().entries().len();
    let report = world.up(&HELLO.replace("POST /: hello\n", "POST /: hello\n    GET /more: hello\n")).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(calls(&world, "CreateDeployment", from), 3);
    assert!(calls(&world, "GetDeployment", from) > 6, "each is looked at again before another is made");
    assert!(world.notes().iter().any(|n| n.contains("after 3 deployments")), "{:#?}", world.notes());
}

/// Adds `HEAD /` to the API after each import, as something that we read in another way than AWS writes it.
async fn meddle_after_imports(world: &World, faults: Vec<Fault>) {
    let gateway = &world.cloud_in(REGION).await.apigateway;
    let api = gateway.get_rest_apis().send().await.unwrap().items()[0].id().unwrap().to_owned();
    let resources = gateway.get_resources().rest_api_id(&api).send().await.unwrap();
    let root = resources.items().iter().find(|r| r.path() == Some("/")).unwrap().id().unwrap();
    let method = format!("/restapis/{api}/resources/{root}/methods/HEAD");
    let aws = world.aws.clone();
    let hook = Arc::new(move |point: local_aws::Point| {
        let (aws, method) = (aws.clone(), method.clone());
        async move {
            if (point.operation, point.moment) == ("PutRestApi", Moment::After) {
                put(&aws, &method, json!({ "authorizationType": "NONE" })).await;
                put(&aws, &format!("{method}/integration"), json!({ "type": "MOCK" })).await;
            }
        }
        .boxed()
    });
    world.aws.set_faults(FaultPlan { faults, hook: Some(hook) });
}

async fn put(aws: &LocalAws, path: &str, body: Value) {
    let scope = format!("test/20300101/{REGION}/apigateway/aws4_request");
    let request = http::Request::put(path)
        .header("host", "127.0.0.1:4510")
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, Signature=0"));
    let body = Full::new(Bytes::from(body.to_string())).map_err(std::io::Error::other).boxed_unsync();
    aws.handle(request.body(body).unwrap()).await;
}

fn answering() -> World {
    let answer = |_: &Value, _: &_| {
        let headers = json!({ "Access-Control-Allow-Origin": "https://www.example.com" });
        Reaction::Respond(json!({ "statusCode": 200, "headers": headers, "body": "{}" }))
    };
    World::running(Config::default(), Arc::new(Scripted::new(answer)))
}

#[tokio::test(start_paused = true)]
async fn who_may_not_call_finds_nothing_out_and_waits_for_nothing() {
    let world = answering();
    let elsewhere = HELLO.replace("api:\n", "api:\n  allow_from: [192.0.2.0/24]\n");
    world.settles(&elsewhere).await;
    let since = Instant::now();
    let outcomes = verify(&world, &elsewhere, false).await;
    assert!(!outcomes.is_empty() && since.elapsed() < Duration::from_secs(1));
    // What is not there is refused before anybody asks who calls.
    for outcome in outcomes.iter().filter(|o| !o.promise.contains("not there")) {
        let why = "this machine may not call (allow_from)".to_owned();
        assert_eq!(outcome.verdict, Verdict::Unknown { why }, "{}", outcome.promise);
    }
}

#[tokio::test(start_paused = true)]
async fn a_preflight_answers_whatever_content_type_a_proxy_gave_it() {
    let world = answering();
    let pictures = HELLO.replace("api:\n", "api:\n  binary_types: [image/png, 'audio/*']\n");
    world.settles(&pictures).await;
    let stage = StageUrl::of(&world, "default").await;
    for content_type in [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain;charset=UTF-8",
        "application/octet-stream",
        "text/xml",
        "image/png",
    ] {
        let ask = Ask::new("OPTIONS", "/").header("content-type", content_type);
        let ask = ask.header("origin", "https://www.example.com");
        let preflight = stage.carry(&ask).await.unwrap();
        assert_eq!(preflight.status, 200, "{content_type}");
        assert_eq!(preflight.header("access-control-allow-origin"), Some("https://www.example.com"));
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_with_credentials_are_readable_for_the_first_origin_alone() {
    let world = answering();
    let several = HELLO.replace(
        "origins: ['https://www.example.com']",
        "origins: ['https://www.example.com', 'https://b.example'], credentials: true",
    );
    assert_ne!(several, HELLO);
    world.settles(&several).await;
    let stage = StageUrl::of(&world, "default").await;
    for origin in ["https://www.example.com", "https://b.example", "https://evil.example"] {
        let refused = stage.carry(&Ask::new("POST", "/").header("origin", origin)).await.unwrap();
        assert_eq!(refused.status, 403);
        assert_eq!(
            refused.header("access-control-allow-origin"),
            Some("https://www.example.com"),
            "{origin}"
        );
    }
}

/// Of thirty keys and plans of other people, each asked for by its id.
#[tokio::test(start_paused = true)]
async fn a_key_or_plan_that_is_gone_is_not_looked_for_one_by_one() {
    let latency = Duration::from_millis(50);
    let world = World::with(Config { latency, ..Config::default() });
    world.settles(HELLO).await;
    let gateway = &world.cloud_in(REGION).await.apigateway;
    for n in 0..30 {
        gateway.create_api_key().name(format!("other-{n}")).send().await.unwrap();
        gateway.create_usage_plan().name(format!("other-{n}")).send().await.unwrap();
    }
    let (keys, plans) =
        (gateway.get_api_keys().limit(500).send(), gateway.get_usage_plans().limit(500).send());
    let (keys, plans) = (keys.await.unwrap(), plans.await.unwrap());
    let key = keys.items().iter().find(|k| !k.name().unwrap().starts_with("other")).unwrap().id().unwrap();
    let plan = plans.items().iter().find(|p| !p.name().unwrap().starts_with("other")).unwrap();
    for stage in plan.api_stages() {
        let stage = format!("{}:{}", stage.api_id().unwrap(), stage.stage().unwrap());
        let detach = PatchOperation::builder().op(Op::Remove).path("/apiStages").value(stage).build();
        gateway
            .update_usage_plan()
            .usage_plan_id(plan.id().unwrap())
            .patch_operations(detach)
            .send()
            .await
            .unwrap();
    }
    gateway.delete_usage_plan().usage_plan_id(plan.id().unwrap()).send().await.unwrap();
    gateway.delete_api_key().api_key(key).send().await.unwrap();
    let since = Instant::now();
    let planned = lines(&world.plan(HELLO).await);
    assert_eq!(planned.len(), 2, "{planned:#?}");
    assert!(since.elapsed() < 10 * latency, "{:?}", since.elapsed());
}
