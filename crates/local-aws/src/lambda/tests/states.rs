//! Pending, InProgress, and who has to wait for it.

use super::*;
use crate::testing::refused;

const NAME: &str = "greet";

async fn configuration(aws: &LocalAws) -> Value {
    ok(aws, "lambda", "GetFunctionConfiguration", json!({"FunctionName": NAME})).await
}

/// A realistic local AWS in which role and repository policy are old enough.
async fn settled() -> LocalAws {
    let aws = world(echo(), Consistency::Realistic).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    aws
}

#[tokio::test]
async fn instant_shows_the_true_states_and_conflicts_with_nobody() {
    let aws = world(echo(), Consistency::Instant).await;
    let created = ok(&aws, "lambda", "CreateFunction", greet()).await;
    assert_eq!((&created["State"], created.get("LastUpdateStatus")), (&json!("Pending"), None));
    let read = configuration(&aws).await;
    assert_eq!((&read["State"], &read["LastUpdateStatus"]), (&json!("Active"), &json!("Successful")));
    assert_ne!(read["RevisionId"], created["RevisionId"]);
    for timeout in [5, 6] {
        let input = json!({"FunctionName": NAME, "Timeout": timeout, "RevisionId": configuration(&aws).await["RevisionId"]});
        let updated = ok(&aws, "lambda", "UpdateFunctionConfiguration", input).await;
        assert_eq!(updated["LastUpdateStatus"], json!("InProgress"));
        assert_eq!(updated["LastUpdateStatusReasonCode"], json!("Creating"));
    }
    assert_eq!(configuration(&aws).await["LastUpdateStatus"], json!("Successful"));
    let stale = json!({"FunctionName": NAME, "Timeout": 7, "RevisionId": created["RevisionId"]});
    let (code, text) = refused(&aws, "lambda", "UpdateFunctionConfiguration", stale).await;
    assert_eq!(code, "PreconditionFailedException");
    assert_eq!(
        text,
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    );
}

/// The image `app:raw`, whose layer is not compressed.
async fn push_raw(aws: &LocalAws) {
    let image =
        ok(aws, "ecr", "BatchGetImage", json!({"repositoryName": "app", "imageIds": [{"imageTag": "v1"}]}))
            .await;
    let manifest = image["images"][0]["imageManifest"].as_str().unwrap().replace("tar+gzip", "tar");
    let input = json!({"repositoryName": "app", "imageManifest": manifest, "imageTag": "raw"});
    ok(aws, "ecr", "PutImage", input).await;
}

#[tokio::test]
async fn an_image_that_lambda_cannot_unpack_fails_after_it_was_accepted() {
    let aws = world(echo(), Consistency::Instant).await;
    push_raw(&aws).await;
    let raw = format!("{REGISTRY}/app:raw");
    let created =
        ok(&aws, "lambda", "CreateFunction", with(greet(), json!({"Code": {"ImageUri": raw}}))).await;
    assert_eq!(created["State"], json!("Pending"));
    let failed = configuration(&aws).await;
    assert_eq!((&failed["State"], &failed["StateReasonCode"]), (&json!("Failed"), &json!("InvalidImage")));
    let reason = failed["StateReason"].as_str().unwrap();
    assert!(
        reason.starts_with(
            "InvalidImage: ImageLayerFailure: UnsupportedImageLayerDetected - Layer Digest sha256:"
        ),
        "{reason}"
    );
    let (code, text) =
        refused(&aws, "lambda", "UpdateFunctionConfiguration", json!({"FunctionName": NAME, "Timeout": 4}))
            .await;
    assert_eq!(code, "ResourceConflictException");
    assert_eq!(
        text,
        "The operation cannot be performed at this time. The function is currently in the following state: 'Failed'"
    );
    ok(&aws, "lambda", "DeleteFunction", json!({"FunctionName": NAME})).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let update = |uri: &str| json!({"FunctionName": NAME, "ImageUri": uri});
    ok(&aws, "lambda", "UpdateFunctionCode", update(&raw)).await;
    let failed = configuration(&aws).await;
    let status = (&failed["State"], &failed["LastUpdateStatus"], &failed["LastUpdateStatusReasonCode"]);
    assert_eq!(status, (&json!("Active"), &json!("Failed"), &json!("InvalidImage")));
    assert_eq!(invoke(&aws, "1").await.json(), json!(1), "what was there before goes on");
    ok(&aws, "lambda", "UpdateFunctionCode", update(&format!("{REGISTRY}/app:v1"))).await;
    assert_eq!(configuration(&aws).await["LastUpdateStatus"], json!("Successful"));
}

#[tokio::test]
async fn a_version_of_such_an_image_fails_and_the_alias_stays_where_it_was() {
    let aws = world(echo(), Consistency::Instant).await;
    push_raw(&aws).await;
    ok(&aws, "lambda", "CreateFunction", with(greet(), json!({"Publish": true}))).await;
    let alias = json!({"FunctionName": NAME, "Name": "live", "FunctionVersion": "1"});
    ok(&aws, "lambda", "CreateAlias", alias).await;
    let raw = json!({"FunctionName": NAME, "ImageUri": format!("{REGISTRY}/app:raw"), "Publish": true});
    assert_eq!(ok(&aws, "lambda", "UpdateFunctionCode", raw).await["Version"], "2");
    let version = json!({"FunctionName": NAME, "Qualifier": "2"});
    let failed = ok(&aws, "lambda", "GetFunctionConfiguration", version.clone()).await;
    assert_eq!((&failed["State"], &failed["StateReasonCode"]), (&json!("Failed"), &json!("InvalidImage")));
    assert!(failed["StateReason"].as_str().unwrap().starts_with("InvalidImage: "), "{failed}");
    assert_eq!(configuration(&aws).await["LastUpdateStatus"], json!("Failed"));
    let (code, _) = refused(&aws, "lambda", "Invoke", version.clone()).await;
    assert_eq!(code, "ResourceConflictException");
    let live = json!({"FunctionName": NAME, "Qualifier": "live"});
    assert_eq!(ok(&aws, "lambda", "Invoke", live).await, json!({}));
    ok(&aws, "lambda", "DeleteFunction", version).await;
    let good = json!({"FunctionName": NAME, "ImageUri": format!("{REGISTRY}/app:v1"), "Publish": true});
    assert_eq!(ok(&aws, "lambda", "UpdateFunctionCode", good).await["Version"], "3", "no number twice");
}

#[tokio::test(start_paused = true)]
async fn a_young_role_cannot_be_assumed_yet() {
    let aws = world(echo(), Consistency::Realistic).await;
    let (_, text) = refused(&aws, "lambda", "CreateFunction", greet()).await;
    assert_eq!(text, "The role defined for the function cannot be assumed by Lambda.");
    tokio::time::sleep(Duration::from_mins(1)).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_to_a_pending_function_but_its_deletion() {
    let aws = settled().await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    assert_eq!(configuration(&aws).await["State"], json!("Pending"));
    let update = json!({"FunctionName": NAME, "Timeout": 7});
    let image = json!({"FunctionName": NAME, "ImageUri": format!("{REGISTRY}/app:v1")});
    for (operation, input) in [
        ("UpdateFunctionConfiguration", update.clone()),
        ("UpdateFunctionCode", image),
        ("Invoke", json!({"FunctionName": NAME})),
    ] {
        let (code, text) = refused(&aws, "lambda", operation, input).await;
        assert_eq!(code, "ResourceConflictException");
        assert_eq!(
            text,
            "The operation cannot be performed at this time. The function is currently in the following state: Pending"
        );
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(configuration(&aws).await["State"], json!("Active"));
    ok(&aws, "lambda", "UpdateFunctionConfiguration", update).await;
}

#[tokio::test(start_paused = true)]
async fn an_update_blocks_updates_and_the_old_settings_keep_serving() {
    let engine =
        Arc::new(Scripted::new(|_, started| Reaction::Respond(json!(started.environment.get("COLOUR")))));
    let aws = world(engine, Consistency::Realistic).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let colour = |value: &str| json!({"Environment": {"Variables": {"COLOUR": value}}});
    ok(&aws, "lambda", "CreateFunction", with(greet(), colour("red"))).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let update = with(json!({"FunctionName": NAME}), colour("blue"));
    ok(&aws, "lambda", "UpdateFunctionConfiguration", update.clone()).await;
    let (code, text) = refused(&aws, "lambda", "UpdateFunctionConfiguration", update).await;
    assert_eq!(code, "ResourceConflictException");
    assert_eq!(
        text,
        format!(
            "The operation cannot be performed at this time. An update is in progress for resource: {ARN}"
        )
    );
    assert_eq!(invoke(&aws, "{}").await.json(), json!("red"));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(invoke(&aws, "{}").await.json(), json!("blue"));
}

#[tokio::test(start_paused = true)]
async fn a_young_repository_policy_is_not_seen_by_an_update() {
    let aws = settled().await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let policy =
        ok(&aws, "ecr", "GetRepositoryPolicy", json!({"repositoryName": "app"})).await["policyText"].clone();
    ok(&aws, "ecr", "DeleteRepositoryPolicy", json!({"repositoryName": "app"})).await;
    ok(&aws, "ecr", "SetRepositoryPolicy", json!({"repositoryName": "app", "policyText": policy})).await;
    let image = json!({"FunctionName": NAME, "ImageUri": format!("{REGISTRY}/app:v1")});
    let (code, _) = refused(&aws, "lambda", "UpdateFunctionCode", image.clone()).await;
    assert_eq!(code, "AccessDeniedException");
    tokio::time::sleep(Duration::from_secs(10)).await;
    ok(&aws, "lambda", "UpdateFunctionCode", image).await;
}
