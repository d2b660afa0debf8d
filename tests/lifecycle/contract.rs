//! The contract of a stack, asked of its stage URL: all of it holds after `up`; what is broken behind its back is named,
//! by `verify` as the promise and by `plan` as the field, and mended by `up`.

use crate::{
    stacks::HELLO,
    stage_url::{StageUrl, broken, verify},
    world::{REGION, World, lines},
};
use aws_sdk_apigateway::{
    Client,
    types::{GatewayResponseType, Op, PatchOperation},
};
use lambdeploy::testing::{
    contract::{Carrier, ContractRun, Grace, Misbehaviour, SentKey, Verdict, judge, misbehaviours, rows},
    engine::{Id, Run},
    stack::{self, Values},
    stack_graph::Rotation,
};
use local_aws::{Config, Reaction, Scripted};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// A function that answers as ours do, and misbehaves when the body says so.
fn function(event: &Value, allowed: Option<&str>) -> Reaction {
    let mut headers = json!({ "Content-Type": "application/json" });
    if let Some(allowed) = allowed {
        headers["Access-Control-Allow-Origin"] = allowed.into();
    }
    let answer = |body: Value| {
        Reaction::Respond(json!({ "statusCode": 200, "headers": headers, "body": body.to_string() }))
    };
    match event["body"].as_str().unwrap_or_default() {
        "slow" => Reaction::Sleep(Duration::from_secs(40), answer(json!({})).into()),
        "crash" => Reaction::Exit(1),
        "malformed" => Reaction::Respond(json!("hello")),
        "too large" => answer(json!("x".repeat(6 * 1024 * 1024 + 1))),
        _ => answer(json!({ "message": "Hello stranger!", "list": [1, 2] })),
    }
}

fn world_of(allowed: Option<&'static str>) -> World {
    World::running(Config::default(), Arc::new(Scripted::new(move |event, _| function(event, allowed))))
}

fn world() -> World {
    world_of(Some("https://www.example.com"))
}

#[tokio::test(start_paused = true)]
async fn all_of_it_holds_after_up() {
    let world = world();
    world.settles(HELLO).await;
    let outcomes = verify(&world, HELLO, false).await;
    assert_eq!(broken(&outcomes), [""; 0]);
    let promises: Vec<_> = outcomes.iter().map(|o| o.promise.as_str()).collect();
    assert_eq!(
        promises,
        [
            "a page of https://www.example.com may call /",
            "a page from elsewhere may not call /",
            "POST / without a key is refused",
            "POST / with a wrong key is refused",
            "POST / with the key gets the answer of hello",
            "a path that is not there is refused",
            "PUT /, which is not there, is refused",
        ]
    );
    let answer = outcomes[4].answer.as_deref();
    assert_eq!(answer, Some(r#"200 {"message":"Hello stranger!","list":[1,2]}"#));
}

/// Of a quota of 100 a day: each function is called once, and each check.
#[tokio::test(start_paused = true)]
async fn without_load_it_uses_up_one_call_a_function_and_one_a_check() {
    let world = world();
    let checked = format!("{HELLO}checks: [{{route: POST /, body: '{{}}', json: {{'$.list[0]': 1}}}}]\n");
    world.settles(&checked).await;
    assert_eq!(broken(&verify(&world, &checked, false).await), [""; 0]);
    assert_eq!(used_up(&world).await, 2);
    assert_eq!(broken(&verify(&world, HELLO, false).await), [""; 0]);
    assert_eq!(used_up(&world).await, 3);
}

/// Calls counted against the quota, over all days.
async fn used_up(world: &World) -> i64 {
    let client = &world.cloud_in(REGION).await.apigateway;
    let plan = client.get_usage_plans().send().await.unwrap().items()[0].id().unwrap().to_owned();
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (from, to) = (today.yesterday().unwrap(), today.tomorrow().unwrap());
    let usage = client.get_usage().usage_plan_id(plan);
    let usage = usage.start_date(from.to_string()).end_date(to.to_string()).send().await.unwrap();
    usage.items().unwrap().values().flatten().map(|day| day[0]).sum()
}

#[tokio::test(start_paused = true)]
async fn with_load_bursts_megabytes_and_the_quota_are_asked_too() {
    let world = world();
    world.settles(HELLO).await;
    let outcomes = verify(&world, HELLO, true).await;
    assert_eq!(broken(&outcomes), [""; 0]);
    let more: Vec<_> = outcomes[7..].iter().map(|o| o.promise.as_str()).collect();
    assert_eq!(
        more,
        [
            "more than 20 requests at once with one key are refused",
            "POST / with more than 10 MB is refused",
            "more than 100 requests a day with one key are refused",
        ]
    );
    // Now the quota is used up, and that is no broken promise.
    let outcomes = verify(&world, HELLO, false).await;
    assert!(
        matches!(&outcomes[4].verdict, Verdict::Unknown { why } if why.contains("quota")),
        "{:?}",
        outcomes[4]
    );
    assert_eq!(broken(&outcomes).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_failing_function_is_answered_with() {
    let world = world();
    let text = HELLO.replace("    image: {context: .}", "    image: {context: .}\n    timeout: 60");
    world.settles(&text).await;
    let stage = StageUrl::of(&world, "default").await;
    let mut asked = 0;
    for (how, row) in misbehaviours(&world.stack(&text)) {
        let body = match how {
            Misbehaviour::Slow => "slow",
            Misbehaviour::Crash => "crash",
            Misbehaviour::Malformed => "malformed",
            Misbehaviour::TooLarge => "too large",
        };
        assert_eq!(row.ask.key, SentKey::Right);
        let ask = lambdeploy::testing::contract::Ask { body: Some(body.into()), ..row.ask.clone() };
        let answer = stage.carry(&ask).await.unwrap();
        assert_eq!(judge(&row, &answer), [], "{}: {answer:?}", row.promise);
        asked += 1;
    }
    assert_eq!(asked, 4);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_forgets_its_header_is_told_the_line_to_add() {
    let world = world_of(None);
    world.settles(HELLO).await;
    let outcomes = verify(&world, HELLO, false).await;
    let Verdict::Broken { seen, fix } = &outcomes[4].verdict else { panic!("{:?}", outcomes[4]) };
    assert_eq!(seen, &["the function's own answer: no Access-Control-Allow-Origin"]);
    assert!(fix.contains("Python: return") && fix.contains("Node:   return"), "{fix}");
    assert_eq!(broken(&outcomes).len(), 1);
}

/// A check that fails says what came instead, and is not asked again: the function answered, or failed, on its own.
#[tokio::test(start_paused = true)]
async fn checks_of_ones_own_say_what_came_instead() {
    let world = world();
    world.settles(HELLO).await;
    for (check, seen) in [
        ("json: {$.message: Bye}", "$.message is \"Hello stranger!\" instead of \"Bye\""),
        ("json: {$.nothing: 1}", "$.nothing is missing, and should be 1"),
        ("json: {'$.list[1]': '2'}", "$.list[1] is 2 instead of \"2\""),
        ("status: 201", "200 instead of 201"),
        ("body: crash", "502 \"Internal server error\" from API Gateway instead of the function's answer"),
    ] {
        let checked = format!("{HELLO}checks: [{{route: POST /, {check}}}]\n");
        let since = tokio::time::Instant::now();
        let outcomes = verify(&world, &checked, false).await;
        let broken = broken(&outcomes);
        assert!(broken.len() == 1 && broken[0].contains(&format!(": {seen}")), "{check}: {broken:?}");
        assert!(broken[0].starts_with("POST / answers 20"), "{broken:?}");
        assert_eq!(since.elapsed(), Duration::ZERO, "{check}");
    }
    for check in ["json: {$.message: Hello stranger!}", "body: '{}', headers: {X-A: b}, status: 200"] {
        let checked = format!("{HELLO}checks: [{{route: POST /, {check}}}]\n");
        assert_eq!(broken(&verify(&world, &checked, false).await), [""; 0], "{check}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_whose_variable_is_not_set_is_not_asked_and_says_so() {
    let world = world();
    world.settles(HELLO).await;
    let checked = format!("{HELLO}checks: [{{route: POST /, headers: {{X-Pass: '${{PASSWORD}}'}}}}]\n");
    let folder = world.folder.path();
    let stack = stack::read(&checked, "stack.yaml", folder, Values::NotNeeded, &|_| None).unwrap();
    let carrier = StageUrl::of(&world, "default").await;
    let run = Run::silent(Id::only("contract"));
    let check = ContractRun { carrier: &carrier, run: &run, grace: Grace::NONE, load: false };
    let outcomes = check.run(&rows(&stack)).await.unwrap();
    let why = "a variable in this check is not set".to_owned();
    assert_eq!(outcomes.last().unwrap().verdict, Verdict::Unknown { why });
    assert_eq!(outcomes.iter().filter(|o| o.verdict == Verdict::Holds).count(), 7);
}

/// One change behind the stack's back, what `verify` must then call broken, and what `plan` must then call drifted.
struct Break<'a> {
    world: &'a World,
    client: &'a Client,
    api: &'a str,
}

fn patch(op: Op, path: &str, value: Option<String>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value).build()
}

impl Break<'_> {
    async fn plan_id(&self) -> String {
        self.client.get_usage_plans().send().await.unwrap().items()[0].id().unwrap().to_owned()
    }

    async fn detach(&self) {
        let stage = Some(format!("{}:default", self.api));
        let request = self.client.update_usage_plan().usage_plan_id(self.plan_id().await);
        request.patch_operations(patch(Op::Remove, "/apiStages", stage)).send().await.unwrap();
    }

    async fn drop_header(&self) {
        let resources = self.client.get_resources().rest_api_id(self.api).send().await.unwrap();
        let root = resources.items()[0].id().unwrap().to_owned();
        let path = "/responseParameters/method.response.header.Access-Control-Allow-Headers";
        let request = self.client.update_integration_response().rest_api_id(self.api).resource_id(root);
        let request = request.http_method("OPTIONS").status_code("200");
        request
            .patch_operations(patch(Op::Replace, path, Some("'content-type'".into())))
            .send()
            .await
            .unwrap();
        self.deploy().await;
    }

    async fn delete_gateway_response(&self) {
        let request = self.client.delete_gateway_response().rest_api_id(self.api);
        request.response_type(GatewayResponseType::Default4Xx).send().await.unwrap();
        self.deploy().await;
    }

    async fn deploy(&self) {
        self.client.create_deployment().rest_api_id(self.api).stage_name("default").send().await.unwrap();
    }

    async fn disable_key(&self) {
        let key = self.client.get_api_keys().send().await.unwrap().items()[0].id().unwrap().to_owned();
        let request = self.client.update_api_key().api_key(key);
        request.patch_operations(patch(Op::Replace, "/enabled", Some("false".into()))).send().await.unwrap();
    }

    async fn remove_permission(&self) {
        let lambda = &self.world.cloud_in(REGION).await.lambda;
        lambda
            .remove_permission()
            .function_name("hello-hello")
            .statement_id("lambdeploy-hello")
            .qualifier("live")
            .send()
            .await
            .unwrap();
    }

    /// `verify` names exactly `promises`, `plan` exactly `drifted`; then `up` mends it.
    async fn shows(&self, promises: &[&str], drifted: &[&str]) {
        let outcomes = verify(self.world, HELLO, false).await;
        assert_eq!(broken(&outcomes), promises);
        let plan = lines(&self.world.plan(HELLO).await);
        assert!(
            plan.len() == drifted.len() && plan.iter().zip(drifted).all(|(is, start)| is.starts_with(start)),
            "{plan:#?}"
        );
        self.world.settles(HELLO).await;
        assert_eq!(broken(&verify(self.world, HELLO, false).await), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_breaks_behind_its_back_is_named_and_mended() {
    let world = world();
    world.settles(HELLO).await;
    let api = StageUrl::of(&world, "default").await.api;
    let cloud = world.cloud_in(REGION).await;
    let it = Break { world: &world, client: &cloud.apigateway, api: &api };

    it.detach().await;
    let refused = "POST / with the key gets the answer of hello: 403 \"Forbidden\" from API Gateway instead of the function's answer";
    it.shows(&[refused], &["~ usage-plan"]).await;

    it.drop_header().await;
    let lacks = "a page of https://www.example.com may call /: access-control-allow-headers lacks x-api-key";
    it.shows(&[lacks], &["~ definition routes.OPTIONS /.integration", "~ stage/default"]).await;

    it.delete_gateway_response().await;
    let opaque = ": no Access-Control-Allow-Origin";
    let unreadable = [
        format!("POST / without a key is refused{opaque}"),
        format!("POST / with a wrong key is refused{opaque}"),
        format!("a path that is not there is refused{opaque}"),
        format!("PUT /, which is not there, is refused{opaque}"),
    ];
    let unreadable = unreadable.each_ref().map(String::as_str);
    it.shows(&unreadable, &["~ definition gateway_responses.DEFAULT_4XX", "~ stage/default"]).await;

    it.disable_key().await;
    assert_eq!(broken(&verify(&world, HELLO, false).await), [refused]);
    // It may be in wrong hands: no `up` lets it in again, whoever is asked to does.
    world.settles(HELLO).await;
    assert_eq!(broken(&verify(&world, HELLO, false).await), [refused]);
    let stack = world.stack(HELLO);
    let key = Rotation::find(&stack, &cloud, "client").await.unwrap();
    assert!(key.enable().await.unwrap());
    assert_eq!(broken(&verify(&world, HELLO, false).await), [""; 0]);

    it.remove_permission().await;
    let failed = "POST / with the key gets the answer of hello: 500 \"Internal server error\" from API Gateway instead of the function's answer";
    it.shows(&[failed], &["+ permission/hello"]).await;
}
