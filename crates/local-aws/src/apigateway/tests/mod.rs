//! The control plane through the front door. Expected replies are AWS's own, where they were recorded.
#![allow(clippy::unwrap_used)]

mod deployments;
mod documents;
mod gateway_responses;
mod keys;
mod methods;
mod puts;
mod resources;
mod rest_apis;
mod stages;
mod usage_plans;

use crate::{
    LocalAws,
    testing::{self, Client},
};
use serde_json::{Value, json};

async fn ok(aws: &LocalAws, operation: &str, input: Value) -> Value {
    testing::ok(aws, "apigateway", operation, input).await
}

async fn refused(aws: &LocalAws, operation: &str, input: Value) -> (String, String) {
    testing::refused(aws, "apigateway", operation, input).await
}

/// The code and text of a refusal.
fn error(code: &str, message: &str) -> (String, String) {
    (format!("{code}Exception"), message.to_owned())
}

fn patches(patches: &[(&str, &str, &str)]) -> Value {
    patches.iter().map(|(op, path, value)| json!({ "op": op, "path": path, "value": value })).collect()
}

/// A REGIONAL API; its id and its root's.
async fn api(aws: &LocalAws) -> (String, String) {
    let input = json!({ "name": "egyptian", "endpointConfiguration": { "types": ["REGIONAL"] } });
    let api = ok(aws, "CreateRestApi", input).await;
    (api["id"].as_str().unwrap().to_owned(), api["rootResourceId"].as_str().unwrap().to_owned())
}

/// An API whose root answers GET by a mock, and that is served as `prod`.
async fn served(aws: &LocalAws) -> String {
    let (api, root) = api(aws).await;
    mock(aws, &api, &root, "GET").await;
    ok(aws, "CreateDeployment", json!({ "restApiId": api, "stageName": "prod" })).await;
    api
}

async fn mock(aws: &LocalAws, api: &str, resource: &str, method: &str) {
    let input = json!({
        "restApiId": api, "resourceId": resource, "httpMethod": method, "authorizationType": "NONE",
    });
    ok(aws, "PutMethod", input).await;
    let input = json!({ "restApiId": api, "resourceId": resource, "method": method, "type": "MOCK" });
    ok(aws, "PutIntegration", input).await;
}

async fn put_document(aws: &LocalAws, options: Value, document: impl ToString) -> (u16, Value) {
    Client::of(aws).call_with("apigateway", "PutRestApi", options, document.to_string()).await
}
