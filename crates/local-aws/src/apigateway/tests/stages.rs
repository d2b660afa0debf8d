use super::{error, ok, patches, refused, served};
use crate::{LocalAws, testing::instant};
use serde_json::{Value, json};

#[tokio::test]
async fn a_stage_is_created_once_and_with_tags() {
    let aws = instant();
    let api = served(&aws).await;
    let deployment = ok(&aws, "GetDeployments", json!({ "restApiId": api })).await["item"][0]["id"].clone();
    let create = |name: &str| json!({ "restApiId": api, "stageName": name, "deploymentId": deployment, "tags": { "a": "b" }, "variables": { "v": "1" } });
    let mut stage = ok(&aws, "CreateStage", create("beta")).await;
    for date in ["createdDate", "lastUpdatedDate"] {
        assert!(stage.as_object_mut().unwrap().remove(date).unwrap().is_i64());
    }
    assert_eq!(
        stage,
        json!({
            "stageName": "beta", "deploymentId": deployment, "cacheClusterEnabled": false,
            "cacheClusterStatus": "NOT_AVAILABLE", "methodSettings": {}, "tracingEnabled": false,
            "tags": { "a": "b" }, "variables": { "v": "1" },
        })
    );
    assert_eq!(refused(&aws, "CreateStage", create("beta")).await, error("Conflict", "Stage already exists"));
    assert_eq!(refused(&aws, "CreateStage", create("a b")).await.0, "BadRequestException");
    let mut lost = create("gamma");
    lost["deploymentId"] = json!("nothing");
    assert_eq!(refused(&aws, "CreateStage", lost).await.0, "BadRequestException");
    for n in 2..10 {
        ok(&aws, "CreateStage", create(&format!("s{n}"))).await;
    }
    assert_eq!(refused(&aws, "CreateStage", create("s10")).await.0, "LimitExceededException");
    let all = ok(&aws, "GetStages", json!({ "restApiId": api, "deploymentId": deployment })).await;
    assert_eq!(all["item"].as_array().unwrap().len(), 10);
    let none = ok(&aws, "GetStages", json!({ "restApiId": api, "deploymentId": "other" })).await;
    assert_eq!(none, json!({ "item": [] }));
}

fn update(api: &str, list: &[(&str, &str, &str)]) -> Value {
    json!({ "restApiId": api, "stageName": "prod", "patchOperations": patches(list) })
}

#[tokio::test]
async fn settings_by_method_start_from_those_of_all_methods() {
    let aws = instant();
    let api = served(&aws).await;
    let stage = ok(
        &aws,
        "UpdateStage",
        update(
            &api,
            &[
                ("replace", "/description", "stage new"),
                ("replace", "/variables/var1", "test"),
                ("replace", "/*/*/throttling/burstLimit", "123"),
                ("replace", "/*/*/caching/enabled", "true"),
                ("replace", "/tracingEnabled", "true"),
                ("replace", "/test/GET/throttling/burstLimit", "124"),
            ],
        ),
    )
    .await;
    let all = json!({
        "cacheDataEncrypted": false, "cacheTtlInSeconds": 300, "cachingEnabled": true, "dataTraceEnabled": false,
        "metricsEnabled": false, "requireAuthorizationForCacheControl": true, "throttlingBurstLimit": 123,
        "throttlingRateLimit": 10000.0, "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
    });
    let mut one = all.clone();
    one["throttlingBurstLimit"] = json!(124);
    assert_eq!(stage["methodSettings"], json!({ "*/*": all, "test/GET": one }));
    assert_eq!((&stage["variables"], &stage["tracingEnabled"]), (&json!({ "var1": "test" }), &json!(true)));
    let stage =
        ok(&aws, "UpdateStage", update(&api, &[("replace", "/*/*/throttling/burstLimit", "100")])).await;
    assert_eq!(stage["methodSettings"]["test/GET"], one);
    let stage =
        ok(&aws, "UpdateStage", update(&api, &[("remove", "/*/*", ""), ("remove", "/test/GET", "")])).await;
    assert_eq!(stage["methodSettings"], json!({}));
}

#[tokio::test]
async fn wrong_patches_of_a_stage_are_refused_in_aws_words() {
    let aws = instant();
    let api = served(&aws).await;
    let wrong = async |patch| refused(&aws, "UpdateStage", update(&api, &[patch])).await;
    let (code, text) = wrong(("replace", "/tags/tag1", "value1")).await;
    assert_eq!(code, "BadRequestException");
    assert!(text.starts_with("Invalid method setting path: /tags/tag1. Must be one of: [/deploymentId, /description, /cacheClusterEnabled,"), "{text}");
    assert!(text.ends_with("/variables/{variable_name}, /tracingEnabled]"), "{text}");
    let text = "Cannot remove method setting */* because there is no method setting for this method ";
    assert_eq!(wrong(("remove", "/*/*", "")).await, error("BadRequest", text));
    let text = "CloudWatch Logs role ARN must be set in account settings to enable logging";
    assert_eq!(wrong(("replace", "/*/*/logging/loglevel", "INFO")).await, error("BadRequest", text));
    assert_eq!(wrong(("replace", "/cacheClusterEnabled", "true")).await.0, "NotImplemented");
    let role = patches(&[("replace", "/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/logs")]);
    let text = "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.";
    let without_role = json!({ "patchOperations": role.clone() });
    assert_eq!(refused(&aws, "UpdateAccount", without_role).await, error("BadRequest", text));
    logging_role(&aws).await;
    ok(&aws, "UpdateAccount", json!({ "patchOperations": role })).await;
    let logs = update(&api, &[("replace", "/*/*/logging/loglevel", "INFO")]);
    assert_eq!(ok(&aws, "UpdateStage", logs).await["methodSettings"]["*/*"]["loggingLevel"], "INFO");
}

/// The role `logs`, which API Gateway may write logs with.
async fn logging_role(aws: &LocalAws) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "Service": "apigateway.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
    let role = json!({ "RoleName": "logs", "AssumeRolePolicyDocument": trust.to_string() });
    crate::testing::ok(aws, "iam", "CreateRole", role).await;
    let policy = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs";
    crate::testing::ok(aws, "iam", "AttachRolePolicy", json!({ "RoleName": "logs", "PolicyArn": policy }))
        .await;
}

#[tokio::test]
async fn a_stage_has_an_access_log_where_there_is_a_role_for_it() {
    let aws = instant();
    let api = served(&aws).await;
    let arn = "arn:aws:logs:us-east-2:000000000000:log-group:calls";
    let (to, of) = ("/accessLogSettings/destinationArn", "/accessLogSettings/format");
    let log = |to_arn: &str, format: &str| update(&api, &[("replace", to, to_arn), ("replace", of, format)]);
    let text = "CloudWatch Logs role ARN must be set in account settings to enable logging";
    assert_eq!(refused(&aws, "UpdateStage", log(arn, "$context.requestId")).await, error("BadRequest", text));
    logging_role(&aws).await;
    let role = patches(&[("replace", "/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/logs")]);
    ok(&aws, "UpdateAccount", json!({ "patchOperations": role })).await;
    let stage = ok(&aws, "UpdateStage", log(&format!("{arn}:*"), "$context.requestId $context.status")).await;
    assert_eq!(
        stage["accessLogSettings"],
        json!({ "format": "$context.requestId $context.status", "destinationArn": arn })
    );
    for (to_arn, format, words) in [
        ("calls", "$context.requestId", "Invalid ARN specified in the request"),
        (arn, "$context.status", "$context.requestId or $context.extendedRequestId"),
        (arn, "$context.requestId\n$context.status", "must be single line"),
        ("", "$context.requestId", "Invalid ARN"),
    ] {
        let (code, text) = refused(&aws, "UpdateStage", log(to_arn, format)).await;
        assert!(code == "BadRequestException" && text.contains(words), "{text}");
    }
    let stage = ok(&aws, "UpdateStage", update(&api, &[("remove", "/accessLogSettings", "")])).await;
    assert!(stage.get("accessLogSettings").is_none());
    let half = update(&api, &[("replace", to, arn)]);
    assert!(refused(&aws, "UpdateStage", half).await.1.contains("Both destinationArn and format"));
}

#[tokio::test]
async fn a_stage_and_an_api_that_go_leave_their_usage_plans() {
    let aws = instant();
    let (one, two) = (served(&aws).await, served(&aws).await);
    let stages = json!([{ "apiId": one, "stage": "prod" }, { "apiId": two, "stage": "prod" }]);
    let plan = ok(&aws, "CreateUsagePlan", json!({ "name": "p", "apiStages": stages })).await;
    let id = json!({ "usagePlanId": plan["id"] });
    ok(&aws, "DeleteStage", json!({ "restApiId": one, "stageName": "prod" })).await;
    assert_eq!(ok(&aws, "GetUsagePlan", id.clone()).await["apiStages"], json!([stages[1]]));
    ok(&aws, "DeleteRestApi", json!({ "restApiId": two })).await;
    assert_eq!(ok(&aws, "GetUsagePlan", id.clone()).await["apiStages"], json!([]));
    ok(&aws, "DeleteUsagePlan", id).await;
    let text = "Invalid stage identifier specified";
    let stage = json!({ "restApiId": one, "stageName": "prod" });
    assert_eq!(refused(&aws, "GetStage", stage).await, error("NotFound", text));
}
