//! The API key and the usage plan.

use super::{Drift, STACK};
use crate::world::{REGION, World, lines};
use aws_sdk_apigateway::types::{Op, PatchOperation};
use lambdeploy::testing::aws::Cloud;

pub(super) fn operation(op: Op, path: &str, value: Option<&str>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value.map(str::to_owned)).build()
}

pub(super) fn replace(path: &str, value: &str) -> PatchOperation {
    operation(Op::Replace, path, Some(value))
}

pub(super) async fn tag(aws: &Cloud, what: &str, key: &str, value: Option<&str>) {
    let arn = format!("arn:aws:apigateway:{REGION}::/{what}");
    match value {
        Some(value) => {
            _ = aws.apigateway.tag_resource().resource_arn(arn).tags(key, value).send().await.unwrap();
        }
        None => _ = aws.apigateway.untag_resource().resource_arn(arn).tag_keys(key).send().await.unwrap(),
    }
}

pub(super) async fn api_id(aws: &Cloud) -> String {
    let all = aws.apigateway.get_rest_apis().send().await.unwrap();
    assert_eq!(all.items().len(), 1, "a second API");
    all.items()[0].id().unwrap().to_owned()
}

/// Id and value of the only key.
pub(super) async fn key(aws: &Cloud) -> (String, String) {
    let all = aws.apigateway.get_api_keys().include_values(true).send().await.unwrap();
    assert_eq!(all.items().len(), 1, "a second key");
    (all.items()[0].id().unwrap().to_owned(), all.items()[0].value().unwrap().to_owned())
}

pub(super) async fn plan_id(aws: &Cloud) -> String {
    let all = aws.apigateway.get_usage_plans().send().await.unwrap();
    assert_eq!(all.items().len(), 1, "a second plan");
    all.items()[0].id().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
pub(crate) async fn api_key() {
    let mut drift = Drift::of("api-key/client").await;
    let before = key(&drift.aws).await;
    let id = before.0.clone();
    drift
        .shows("description", async |aws| {
            let update = aws.apigateway.update_api_key().api_key(&id);
            update.patch_operations(replace("/description", "by hand")).send().await.unwrap();
        })
        .await;
    // Who disables a key has a reason, and no `up` lets it in again.
    for enabled in ["false", "true"] {
        let changes = drift
            .changes_after(async |aws| {
                let update = aws.apigateway.update_api_key().api_key(&id);
                update.patch_operations(replace("/enabled", enabled)).send().await.unwrap();
            })
            .await;
        assert_eq!(changes, [""; 0]);
    }
    drift.proves("enabled");
    // The plan that it is in names it too.
    let renamed = [
        r#"~ api-key/client name "renamed" → "client""#.to_owned(),
        format!(r#"~ usage-plan keys.{id} "renamed" → "client""#),
    ];
    drift
        .heals(&[&renamed[0], &renamed[1]], async |aws| {
            let update = aws.apigateway.update_api_key().api_key(&id);
            update.patch_operations(replace("/name", "renamed")).send().await.unwrap();
        })
        .await;
    drift.proves("name");
    drift
        .shows_as("tags", &["team"], async |aws| {
            tag(aws, &format!("apikeys/{id}"), "team", Some("api")).await;
        })
        .await;
    drift
        .shows_as("tags", &["more"], async |aws| {
            tag(aws, &format!("apikeys/{id}"), "more", Some("yes")).await;
        })
        .await;
    drift.every_field_is_proven(&[]).await;
    assert_eq!(key(&drift.aws).await, before);
}

#[tokio::test(start_paused = true)]
pub(crate) async fn usage_plan() {
    let mut drift = Drift::of("usage-plan").await;
    let plan = plan_id(&drift.aws).await;
    limits(&mut drift).await;
    links(&mut drift, &plan).await;
    drift
        .shows_as("tags", &["team"], async |aws| {
            tag(aws, &format!("usageplans/{plan}"), "team", Some("api")).await;
        })
        .await;
    drift.every_field_is_proven(&[]).await;
    assert_eq!(plan_id(&drift.aws).await, plan);
}

async fn patch(aws: &Cloud, operations: Vec<PatchOperation>) {
    let update = aws.apigateway.update_usage_plan().usage_plan_id(plan_id(aws).await);
    update.set_patch_operations(Some(operations)).send().await.unwrap();
    // AWS grants one of these in 20 s.
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
}

async fn limits(drift: &mut Drift) {
    for (field, path, value) in [
        ("name", "/name", "renamed"),
        ("description", "/description", "by hand"),
        ("rate", "/throttle/rateLimit", "11"),
        ("burst", "/throttle/burstLimit", "21"),
        ("quota", "/quota/limit", "101"),
    ] {
        drift.shows(field, async |aws| patch(aws, vec![replace(path, value)]).await).await;
    }
    let weekly = vec![replace("/quota/period", "WEEK"), replace("/quota/offset", "1")];
    drift
        .heals(
            &[r#"~ usage-plan quota "100/week" → "100/day""#, "~ usage-plan quota_offset 1 → 0"],
            async |aws| patch(aws, weekly).await,
        )
        .await;
    drift.proves("quota_offset");
    let unlimited = vec![operation(Op::Remove, "/throttle", None), operation(Op::Remove, "/quota", None)];
    let lines = [
        "~ usage-plan burst null → 20",
        r#"~ usage-plan quota null → "100/day""#,
        "~ usage-plan rate null → 10.0",
    ];
    drift.heals(&lines, async |aws| patch(aws, unlimited).await).await;
}

async fn links(drift: &mut Drift, plan: &str) {
    let (key, api) = (key(&drift.aws).await.0, api_id(&drift.aws).await);
    let stage = format!("{api}:default");
    drift
        .shows("stages", async |aws| {
            patch(aws, vec![operation(Op::Remove, "/apiStages", Some(&stage))]).await;
        })
        .await;
    drift
        .shows_as("keys", &[&key], async |aws| {
            aws.apigateway.delete_usage_plan_key().usage_plan_id(plan).key_id(&key).send().await.unwrap();
        })
        .await;
}

#[tokio::test(start_paused = true)]
pub(crate) async fn a_key_or_plan_that_is_gone_is_made_anew() {
    let drift = Drift::of("usage-plan").await;
    let (id, _) = key(&drift.aws).await;
    let planned = drift.changes_after(async |aws| {
        aws.apigateway.delete_api_key().api_key(&id).send().await.unwrap();
    });
    assert_eq!(planned.await, ["api-key/client Create", "usage-plan keys.(known after up) api-key/client"]);
    drift.world.settles(super::STACK).await;
    let plan = plan_id(&drift.aws).await;
    let stage = format!("{}:default", api_id(&drift.aws).await);
    let planned = drift.changes_after(async |aws| {
        let update = aws.apigateway.update_usage_plan().usage_plan_id(&plan);
        update.patch_operations(operation(Op::Remove, "/apiStages", Some(&stage))).send().await.unwrap();
        aws.apigateway.delete_usage_plan().usage_plan_id(&plan).send().await.unwrap();
    });
    assert_eq!(planned.await, ["usage-plan Create"]);
    drift.world.settles(super::STACK).await;
    key(&drift.aws).await;
}

/// A store of customers' keys, say, beside the stack: their callers must not be cut off.
#[tokio::test(start_paused = true)]
async fn what_others_link_to_the_plan_stays_whatever_leaves_the_file() {
    let world = World::new();
    let two = STACK.replace("keys: [client]", "keys: [client, web]");
    world.settles(&two).await;
    let aws = world.cloud_in(REGION).await;
    let (plan, api) = (plan_id(&aws).await, api_id(&aws).await);
    let gateway = &aws.apigateway;
    let mut theirs = Vec::new();
    // One is named like one of ours.
    for name in ["customer-1", "client"] {
        let made = gateway.create_api_key().name(name).enabled(true).send().await.unwrap().id.unwrap();
        let link = gateway.create_usage_plan_key().usage_plan_id(&plan).key_id(&made).key_type("API_KEY");
        link.send().await.unwrap();
        theirs.push(made);
    }
    let deployment = gateway.get_stages().rest_api_id(&api).send().await.unwrap();
    let deployment = deployment.item()[0].deployment_id().unwrap().to_owned();
    let by_hand = gateway.create_stage().rest_api_id(&api).stage_name("beta").deployment_id(deployment);
    by_hand.send().await.unwrap();
    let add = operation(Op::Add, "/apiStages", Some(&format!("{api}:beta")));
    gateway.update_usage_plan().usage_plan_id(&plan).patch_operations(add).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;

    let planned = world.plan(&two).await;
    assert!(!planned.has_changes(), "{:#?}", lines(&planned));
    world.settles(STACK).await;
    let linked = gateway.get_usage_plan_keys().usage_plan_id(&plan).send().await.unwrap();
    let linked: Vec<_> = linked.items().iter().map(|k| (k.id().unwrap(), k.name().unwrap())).collect();
    assert!(theirs.iter().all(|id| linked.iter().any(|(linked, _)| linked == id)), "{linked:?}");
    assert_eq!(linked.len(), 3, "ours, no longer in the stack file, is gone: {linked:?}");
    let stages = gateway.get_usage_plan().usage_plan_id(&plan).send().await.unwrap();
    assert_eq!(stages.api_stages().len(), 2, "{stages:?}");
}
