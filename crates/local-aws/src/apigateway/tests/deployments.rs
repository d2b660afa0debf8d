use super::{api, error, mock, ok, patches, put_document, refused, served};
use crate::testing::{instant, realistic};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn only_an_api_with_methods_that_have_integrations_is_deployed() {
    let aws = instant();
    let (api, root) = api(&aws).await;
    let deploy = json!({ "restApiId": api });
    let text = "The REST API doesn't contain any methods";
    assert_eq!(refused(&aws, "CreateDeployment", deploy.clone()).await, error("BadRequest", text));
    let method = json!({ "restApiId": api, "resourceId": root, "httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": true });
    ok(&aws, "PutMethod", method).await;
    let text = "No integration defined for method";
    assert_eq!(refused(&aws, "CreateDeployment", deploy.clone()).await, error("BadRequest", text));
    ok(
        &aws,
        "PutIntegration",
        json!({ "restApiId": api, "resourceId": root, "method": "GET", "type": "MOCK" }),
    )
    .await;
    let deployment = ok(&aws, "CreateDeployment", json!({ "restApiId": api, "description": "hash" })).await;
    assert_eq!((&deployment["description"], deployment.get("apiSummary")), (&json!("hash"), None));
    mock(&aws, &api, &root, "POST").await;
    let id = json!({ "restApiId": api, "deploymentId": deployment["id"], "embed": ["apisummary"] });
    let summary = json!({ "/": { "GET": { "authorizationType": "NONE", "apiKeyRequired": true } } });
    assert_eq!(ok(&aws, "GetDeployment", id).await["apiSummary"], summary, "later methods are not in it");
}

#[tokio::test]
async fn a_deployment_in_use_stays() {
    let aws = instant();
    let api = served(&aws).await;
    let stage = ok(&aws, "GetStage", json!({ "restApiId": api, "stageName": "prod" })).await;
    let first = json!({ "restApiId": api, "deploymentId": stage["deploymentId"] });
    let text = "Active stages pointing to this deployment must be moved or deleted";
    assert_eq!(refused(&aws, "DeleteDeployment", first.clone()).await, error("BadRequest", text));
    ok(&aws, "CreateDeployment", json!({ "restApiId": api, "stageName": "prod" })).await;
    ok(&aws, "DeleteDeployment", first).await;
    assert_eq!(
        ok(&aws, "GetDeployments", json!({ "restApiId": api })).await["item"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_deployments_description_is_patched() {
    let aws = instant();
    let api = served(&aws).await;
    let id = ok(&aws, "GetDeployments", json!({ "restApiId": api })).await["item"][0]["id"].clone();
    let update =
        |patch| json!({ "restApiId": api, "deploymentId": id, "patchOperations": patches(&[patch]) });
    let described = ok(&aws, "UpdateDeployment", update(("replace", "/description", "new"))).await;
    assert_eq!(described["description"], "new");
    let text = "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description]";
    assert_eq!(
        refused(&aws, "UpdateDeployment", update(("replace", "/id", "x"))).await,
        error("BadRequest", text)
    );
}

#[tokio::test(start_paused = true)]
async fn a_deployment_right_after_an_import_misses_it() {
    let aws = realistic();
    let (api, _) = api(&aws).await;
    let document = json!({
        "openapi": "3.0.1", "info": { "title": "t", "version": "1" },
        "paths": { "/x": { "get": {
            "responses": { "200": { "description": "ok" } },
            "x-amazon-apigateway-integration": { "type": "mock" },
        } } },
    });
    let (status, _) = put_document(&aws, json!({ "restApiId": api, "mode": "overwrite" }), document).await;
    assert_eq!(status, 200);
    let summary = async || {
        let made = ok(&aws, "CreateDeployment", json!({ "restApiId": api })).await;
        let id = json!({ "restApiId": api, "deploymentId": made["id"], "embed": ["apisummary"] });
        tokio::time::advance(aws.shared().config.delays().read_lag).await;
        ok(&aws, "GetDeployment", id).await["apiSummary"].clone()
    };
    assert_eq!(summary().await, json!({}));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert!(summary().await["/x"]["GET"].is_object());
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_was_moved_serves_its_former_deployment_for_a_while() {
    let aws = realistic();
    let api = served(&aws).await;
    let live = || {
        let mut world = aws.shared().world();
        let region = world.region(crate::testing::ACCOUNT, crate::testing::REGION);
        let api = &region.apigateway.apis[&api];
        api.live(&api.stages["prod"], aws.shared().clock.now(), &aws.shared().config.delays())
            .unwrap()
            .id
            .clone()
    };
    let first = live();
    // AWS grants one deployment in 5 s.
    tokio::time::advance(Duration::from_secs(5)).await;
    let second = ok(&aws, "CreateDeployment", json!({ "restApiId": api, "stageName": "prod" })).await;
    assert_eq!(live(), first);
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(live(), second["id"].as_str().unwrap());
}

#[tokio::test(start_paused = true)]
async fn what_was_just_made_is_not_yet_found_by_its_id() {
    let aws = realistic();
    let api = served(&aws).await;
    let stage = ok(&aws, "GetStage", json!({ "restApiId": api, "stageName": "prod" })).await;
    let deployment = json!({ "restApiId": api, "deploymentId": stage["deploymentId"] });
    let key = ok(&aws, "CreateApiKey", json!({ "name": "web" })).await;
    let key = json!({ "apiKey": key["id"] });
    let text = "Invalid Deployment identifier specified";
    assert_eq!(refused(&aws, "GetDeployment", deployment.clone()).await, error("NotFound", text));
    let text = "Invalid API Key identifier specified";
    assert_eq!(refused(&aws, "GetApiKey", key.clone()).await, error("NotFound", text));
    let plan = json!({ "name": "plan", "apiStages": [{ "apiId": api, "stage": "prod" }] });
    let (code, text) = refused(&aws, "CreateUsagePlan", plan.clone()).await;
    assert!(code == "NotFoundException" && text.starts_with("Invalid API Stage {api: "), "{code}: {text}");
    tokio::time::advance(aws.shared().config.delays().read_lag).await;
    ok(&aws, "GetDeployment", deployment).await;
    ok(&aws, "GetApiKey", key).await;
    ok(&aws, "CreateUsagePlan", plan).await;
}
