//! The REST API itself and its stage.

use super::{
    Drift, STACK,
    keys::{api_id, key, operation, plan_id, replace, tag},
};
use crate::world::{World, lines};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use lambdeploy::testing::aws::Cloud;

#[tokio::test(start_paused = true)]
pub(crate) async fn rest_api() {
    let mut drift = Drift::of("rest-api").await;
    let api = api_id(&drift.aws).await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}]}"#;
    for (field, path, value) in [
        ("name", "/name", "renamed"),
        ("description", "/description", "by hand"),
        ("endpoint", "/endpointConfiguration/types/REGIONAL", "EDGE"),
        ("policy", "/policy", policy),
        ("execute_api_endpoint", "/disableExecuteApiEndpoint", "true"),
        ("minimum_compression_size", "/minimumCompressionSize", "1024"),
    ] {
        drift
            .shows(field, async |aws| {
                let update = aws.apigateway.update_rest_api().rest_api_id(&api);
                update.patch_operations(replace(path, value)).send().await.unwrap();
            })
            .await;
    }
    let arn = format!("restapis/{api}");
    drift.shows_as("tags", &["team"], async |aws| tag(aws, &arn, "team", Some("api")).await).await;
    drift.shows_as("tags", &["more"], async |aws| tag(aws, &arn, "more", Some("yes")).await).await;
    drift
        .shows_as("inventory", &["lambdeploy:inventory:0"], async |aws| {
            tag(aws, &arn, "lambdeploy:inventory:0", None).await;
        })
        .await;
    drift.every_field_is_proven(&[]).await;
    assert_eq!(api_id(&drift.aws).await, api);
}

#[tokio::test(start_paused = true)]
pub(crate) async fn stage() {
    let mut drift = Drift::of("stage/default").await;
    let api = api_id(&drift.aws).await;
    let patch = async |aws: &Cloud, operations: Vec<PatchOperation>| {
        let update = aws.apigateway.update_stage().rest_api_id(&api).stage_name("default");
        update.set_patch_operations(Some(operations)).send().await.unwrap();
    };
    drift
        .shows("deployment", async |aws| {
            let made = aws.apigateway.create_deployment().rest_api_id(&api).description("by hand");
            let id = made.send().await.unwrap().id.unwrap();
            patch(aws, vec![replace("/deploymentId", &id)]).await;
        })
        .await;
    drift.shows("description", async |aws| patch(aws, vec![replace("/description", "by hand")]).await).await;
    drift.shows("tracing", async |aws| patch(aws, vec![replace("/tracingEnabled", "true")]).await).await;
    drift
        .shows_as("variables", &["colour"], async |aws| {
            patch(aws, vec![replace("/variables/colour", "red")]).await;
        })
        .await;
    drift
        .shows_as("method_settings", &["*/*.rate"], async |aws| {
            patch(aws, vec![replace("/*/*/throttling/rateLimit", "51")]).await;
        })
        .await;
    drift
        .shows_as("method_settings", &["*/*"], async |aws| {
            patch(aws, vec![operation(Op::Remove, "/*/*", None)]).await;
        })
        .await;
    for (path, value, shown) in [
        ("/*/*/metrics/enabled", "false", "*/*.metrics"),
        ("/*/*/caching/enabled", "true", "*/*.caching"),
        ("/~1items~1{id}/POST/throttling/burstLimit", "1", "~1items~1{id}/POST"),
    ] {
        drift
            .shows_as("method_settings", &[shown], async |aws| patch(aws, vec![replace(path, value)]).await)
            .await;
    }
    let arn = format!("restapis/{api}/stages/default");
    drift.shows_as("tags", &["team"], async |aws| tag(aws, &arn, "team", Some("api")).await).await;
    drift.every_field_is_proven(&[("redeploy", "only --redeploy wishes it")]).await;
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_is_gone_is_made_anew_and_keeps_its_url_and_key() {
    let drift = Drift::of("stage/default").await;
    let (api, key_before, plan) =
        (api_id(&drift.aws).await, key(&drift.aws).await, plan_id(&drift.aws).await);
    let planned = drift.changes_after(async |aws| {
        aws.apigateway.delete_stage().rest_api_id(&api).stage_name("default").send().await.unwrap();
    });
    // Deleting a stage silently takes it from its usage plans.
    assert_eq!(planned.await, ["stage/default Create", "usage-plan stages"]);
    drift.world.settles(STACK).await;
    assert_eq!(
        (api_id(&drift.aws).await, key(&drift.aws).await, plan_id(&drift.aws).await),
        (api, key_before, plan)
    );
}

#[tokio::test(start_paused = true)]
async fn an_api_that_is_gone_is_made_anew_and_the_key_stays() {
    let drift = Drift::of("rest-api").await;
    let (api, key_before) = (api_id(&drift.aws).await, key(&drift.aws).await);
    let planned = drift.changes_after(async |aws| {
        aws.apigateway.delete_rest_api().rest_api_id(&api).send().await.unwrap();
    });
    let expected = [
        "rest-api Create",
        "permission/hello source_arn",
        "definition Create",
        "stage/default Create",
        "usage-plan stages",
    ];
    assert_eq!(planned.await, expected);
    drift.world.settles(STACK).await;
    assert_eq!(key(&drift.aws).await, key_before);
    assert_ne!(api_id(&drift.aws).await, api);
}

/// Who counts the methods by hand goes on doing so, unless the file says otherwise.
#[tokio::test(start_paused = true)]
async fn metrics_that_were_switched_on_by_hand_stay() {
    let world = World::new();
    let with = |line: &str| STACK.replace("  metrics: true\n", line);
    let without = with("").replace("  throttle: {rate: 50, burst: 100}\n", "");
    world.settles(&without).await;
    let aws = world.cloud().await;
    let api = api_id(&aws).await;
    let update = aws.apigateway.update_stage().rest_api_id(&api).stage_name("default");
    update.patch_operations(replace("/*/*/metrics/enabled", "true")).send().await.unwrap();
    assert_eq!(lines(&world.plan(&without).await), [""; 0]);
    // An edit of something else leaves it alone too.
    world.settles(&with("")).await;
    let is_on = async || {
        let stage = aws.apigateway.get_stage().rest_api_id(&api).stage_name("default").send().await.unwrap();
        stage.method_settings().unwrap().get("*/*").is_some_and(|setting| setting.metrics_enabled)
    };
    assert!(is_on().await);
    world.settles(&with("  metrics: false\n")).await;
    assert!(!is_on().await);
    world.settles(&with("  metrics: true\n")).await;
    assert!(is_on().await);
    assert!(world.destroy(STACK).await.is_complete());
}
