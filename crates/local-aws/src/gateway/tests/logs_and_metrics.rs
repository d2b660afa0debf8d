//! What is written of calls: a stage's access log, and what metrics are made of.

use super::world::*;
use crate::{
    Config, LocalAws,
    apigateway::state::{AccessLog, MethodSetting},
    testing::ok,
};
use serde_json::{Value, json};

async fn lines(aws: &LocalAws) -> Vec<String> {
    let found = ok(aws, "logs", "FilterLogEvents", json!({ "logGroupName": "calls" })).await;
    let events = found["events"].as_array().unwrap().iter();
    events.map(|event| event["message"].as_str().unwrap().to_owned()).collect()
}

fn logged(aws: &LocalAws) {
    let format = "$context.httpMethod $context.resourcePath $context.status $context.error.responseType $context.identity.apiKey";
    let destination_arn = "arn:aws:logs:us-east-2:000000000000:log-group:calls".to_owned();
    change_stage(aws, |stage| {
        stage.access_log = Some(AccessLog { format: format.to_owned(), destination_arn });
    });
    let mut world = aws.shared().world();
    world.region(ACCOUNT, REGION).apigateway.cloudwatch_role =
        Some("arn:aws:iam::000000000000:role/logs".to_owned());
}

#[tokio::test]
async fn every_call_of_a_stage_is_a_line_of_its_log() {
    let aws = local_aws(Config::default());
    publish(&aws, draft([("/", method("GET", mock("200")))]));
    logged(&aws);
    call(&aws, "GET", "/", &[], "").await;
    ok(&aws, "logs", "CreateLogGroup", json!({ "logGroupName": "calls" })).await;
    call(&aws, "GET", "/", &[], "").await;
    call(&aws, "GET", "/none", &[], "").await;
    assert_eq!(
        lines(&aws).await,
        ["GET / 200 - -", "GET - 403 MISSING_AUTHENTICATION_TOKEN -"],
        "none before there was a group"
    );
}

#[tokio::test]
async fn calls_are_measured_by_the_name_of_their_api() {
    let aws = local_aws(Config::default());
    publish(&aws, draft([("/", method("GET", mock("200")))]));
    call(&aws, "GET", "/", &[], "").await;
    let on = MethodSetting {
        other: [("metricsEnabled".to_owned(), Value::Bool(true))].into(),
        ..MethodSetting::default()
    };
    change_stage(&aws, |stage| drop(stage.method_settings.insert("*/*".to_owned(), on)));
    call(&aws, "GET", "/", &[], "").await;
    call(&aws, "GET", "/none", &[], "").await;
    let world = aws.shared().world().clone();
    let calls: Vec<_> = world.accounts[ACCOUNT].regions[REGION].apigateway.calls.iter().collect();
    assert_eq!(calls.iter().map(|c| c.status).collect::<Vec<_>>(), [200, 200, 403]);
    assert_eq!(calls[0].detailed, None);
    assert_eq!(calls[1].detailed, Some(("GET".to_owned(), "/".to_owned())));
    assert!(calls[1].integration_latency.is_some() && calls[2].integration_latency.is_none());
}
