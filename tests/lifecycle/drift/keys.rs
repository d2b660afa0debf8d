//! The API key and the usage plan.

use super::Drift;
use crate::world::REGION;
use aws_sdk_apigateway::types::{Op, PatchOperation};
use lambdeploy::aws::Cloud;

pub fn operation(op: Op, path: &str, value: Option<&str>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value.map(str::to_owned)).build()
}

pub fn replace(path: &str, value: &str) -> PatchOperation {
    operation(Op::Replace, path, Some(value))
}

pub async fn tag(aws: &Cloud, what: &str, key: &str, value: Option<&str>) {
    let arn = format!("arn:aws:apigateway:{REGION}::/{what}");
    match value {
        Some(value) => {
            _ = aws.apigateway.tag_resource().resource_arn(arn).tags(key, value).send().await.unwrap()
        }
        None => _ = aws.apigateway.untag_resource().resource_arn(arn).tag_keys(key).send().await.unwrap(),
    }
}

pub async fn api_id(aws: &Cloud) -> String {
    let all = aws.apigateway.get_rest_apis().send().await.unwrap();
    assert_eq!(all.items().len(), 1, "a second API");
    all.items()[0].id().unwrap().to_owned()
}

/// Id and value of the only key.
pub async fn key(aws: &Cloud) -> (String, String) {
    let all = aws.apigateway.get_api_keys().include_values(true).send().await.unwrap();
    assert_eq!(all.items().len(), 1, "a second key");
    (all.items()[0].id().unwrap().to_owned(), all.items()[0].value().unwrap().to_owned())
}

pub async fn plan_id(aws: &Cloud) -> String {
    let all = aws.apigateway.get_usage_plans().send().await.unwrap();
    assert_eq!(all.items().len(), 1, "a second plan");
    all.items()[0].id().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn api_key() {
    let mut drift = Drift::of("api-key/client").await;
    let before = key(&drift.aws).await;
    let id = before.0.clone();
    for (field, path, value) in [("description", "/description", "by hand"), ("enabled", "/enabled", "false")]
    {
        drift
            .shows(field, async |aws| {
                let update = aws.apigateway.update_api_key().api_key(&id);
                update.patch_operations(replace(path, value)).send().await.unwrap();
            })
            .await;
    }
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
            tag(aws, &format!("apikeys/{id}"), "team", Some("api")).await
        })
        .await;
    drift
        .shows_as("tags", &["more"], async |aws| {
            tag(aws, &format!("apikeys/{id}"), "more", Some("yes")).await
        })
        .await;
    drift.every_field_is_proven(&[]).await;
    assert_eq!(key(&drift.aws).await, before);
}

#[tokio::test(start_paused = true)]
async fn usage_plan() {
    let mut drift = Drift::of("usage-plan").await;
    let (plan, key, api) = (plan_id(&drift.aws).await, key(&drift.aws).await.0, api_id(&drift.aws).await);
    let patch = async |aws: &Cloud, operations: Vec<PatchOperation>| {
        let update = aws.apigateway.update_usage_plan().usage_plan_id(&plan);
        update.set_patch_operations(Some(operations)).send().await.unwrap();
        // AWS grants one of these in 20 s.
        tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    };
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
    let stage = format!("{api}:default");
    drift
        .shows("stages", async |aws| {
            patch(aws, vec![operation(Op::Remove, "/apiStages", Some(&stage))]).await
        })
        .await;
    drift
        .shows_as("keys", &[&key], async |aws| {
            aws.apigateway.delete_usage_plan_key().usage_plan_id(&plan).key_id(&key).send().await.unwrap();
        })
        .await;
    let other =
        drift.aws.apigateway.create_api_key().name("other").enabled(true).send().await.unwrap().id.unwrap();
    drift
        .shows_as("keys", &[&other], async |aws| {
            let link = aws.apigateway.create_usage_plan_key().usage_plan_id(&plan).key_id(&other);
            link.key_type("API_KEY").send().await.unwrap();
        })
        .await;
    drift
        .shows_as("tags", &["team"], async |aws| {
            tag(aws, &format!("usageplans/{plan}"), "team", Some("api")).await
        })
        .await;
    drift.every_field_is_proven(&[]).await;
    assert_eq!(plan_id(&drift.aws).await, plan);
}

#[tokio::test(start_paused = true)]
async fn a_key_or_plan_that_is_gone_is_made_anew() {
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
