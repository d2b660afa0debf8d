//! A stack's promises to the outside, with everything made by the AWS API as the program makes it: one imported
//! document, a deployment, a stage, a key, a plan.

use super::world::*;
use crate::{Config, LocalAws, testing};
use serde_json::{Value, json};

const ORIGIN: &str = "https://www.example.com";
const ECHO: &str = "#set($origin = $input.params().header.get(\"Origin\"))\n\
    #if($origin == \"\") #set($origin = $input.params().header.get(\"origin\")) #end\n\
    #if($origin == \"https://b.example\")\n\
      #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n\
    #end\n";

fn document() -> Value {
    let header = |name: &str| format!("method.response.header.Access-Control-Allow-{name}");
    let schema = json!({ "schema": { "type": "string" } });
    let gateway = json!({ "responseParameters": {
        "gatewayresponse.header.Access-Control-Allow-Origin": format!("'{ORIGIN}'"),
    } });
    json!({
        "openapi": "3.0.1",
        "info": { "title": "contract", "version": "1" },
        "components": { "securitySchemes": { "api_key": { "type": "apiKey", "name": "x-api-key", "in": "header" } } },
        "x-amazon-apigateway-gateway-responses": { "DEFAULT_4XX": gateway, "DEFAULT_5XX": gateway },
        "x-amazon-apigateway-binary-media-types": ["*/*"],
        "paths": { "/items/{id}": {
            "post": {
                "security": [{ "api_key": [] }],
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "contentHandling": "CONVERT_TO_TEXT",
                    "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
                    "responses": { "default": { "statusCode": "200", "responseTemplates": {
                        "application/json": "{\"id\":\"$input.params('id')\",\"key\":\"$context.identity.apiKeyId\"}",
                    } } },
                },
                "responses": { "200": { "description": "ok" } },
            },
            "options": {
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "contentHandling": "CONVERT_TO_TEXT",
                    "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
                    "responses": { "default": {
                        "statusCode": "204",
                        "responseParameters": {
                            header("Origin"): format!("'{ORIGIN}'"),
                            header("Headers"): "'content-type,x-api-key'",
                            header("Methods"): "'OPTIONS,POST'",
                        },
                        "responseTemplates": { "application/json": ECHO },
                    } },
                },
                "responses": { "204": { "description": "preflight", "headers": {
                    "Access-Control-Allow-Origin": schema,
                    "Access-Control-Allow-Headers": schema,
                    "Access-Control-Allow-Methods": schema,
                } } },
            },
        } },
    })
}

/// The API's id, the key's value, and the plan's id.
async fn stack(aws: &LocalAws) -> (String, String, String) {
    let create = json!({ "name": "contract", "endpointConfiguration": { "types": ["REGIONAL"] } });
    let api =
        testing::ok(aws, "apigateway", "CreateRestApi", create).await["id"].as_str().unwrap().to_owned();
    let put = json!({ "restApiId": api, "mode": "overwrite", "failOnWarnings": true });
    let client = testing::Client::of(aws);
    let (status, answer) = client.call_with("apigateway", "PutRestApi", put, document().to_string()).await;
    assert_eq!(status, 200, "{answer}");
    let deployed = testing::ok(aws, "apigateway", "CreateDeployment", json!({ "restApiId": api })).await;
    let stage = json!({ "restApiId": api, "stageName": "default", "deploymentId": deployed["id"] });
    testing::ok(aws, "apigateway", "CreateStage", stage).await;
    let key = testing::ok(aws, "apigateway", "CreateApiKey", json!({ "name": "k", "enabled": true })).await;
    let plan = json!({
        "name": "p",
        "apiStages": [{ "apiId": api, "stage": "default" }],
        "throttle": { "rateLimit": 10.0, "burstLimit": 20 },
        "quota": { "limit": 100, "period": "DAY" },
    });
    let plan =
        testing::ok(aws, "apigateway", "CreateUsagePlan", plan).await["id"].as_str().unwrap().to_owned();
    let link = json!({ "usagePlanId": plan, "keyId": key["id"], "keyType": "API_KEY" });
    testing::ok(aws, "apigateway", "CreateUsagePlanKey", link).await;
    (api, key["value"].as_str().unwrap().to_owned(), plan)
}

async fn ask(aws: &LocalAws, api: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Seen {
    let mut request = request(method, &format!("/default{path}"), headers, "");
    request.headers_mut().insert("host", format!("{api}.execute-api.localhost:4566").parse().unwrap());
    send(aws, request).await
}

#[tokio::test(start_paused = true)]
async fn an_imported_api_keeps_its_promises() {
    let aws = local_aws(Config::default());
    let (api, key, plan) = stack(&aws).await;
    let origin = |seen: &Seen| seen.header("access-control-allow-origin").map(str::to_owned);
    for (from, allowed) in
        [(ORIGIN, ORIGIN), ("https://b.example", "https://b.example"), ("https://evil.example", ORIGIN)]
    {
        let seen = ask(&aws, &api, "OPTIONS", "/items/7", &[("origin", from)]).await;
        assert_eq!((seen.status, origin(&seen).as_deref()), (204, Some(allowed)), "{from}: {}", why(&aws));
        assert_eq!(seen.header("access-control-allow-headers"), Some("content-type,x-api-key"));
    }
    for headers in [&[][..], &[("x-api-key", "wrong")]] {
        let seen = ask(&aws, &api, "POST", "/items/7", headers).await;
        assert_eq!((seen.status, origin(&seen).as_deref()), (403, Some(ORIGIN)));
    }
    let seen = ask(&aws, &api, "GET", "/none", &[]).await;
    assert_eq!((seen.status, seen.message()), (403, "Missing Authentication Token".into()));
    let mut statuses = Vec::new();
    for _ in 0..25 {
        let seen = ask(&aws, &api, "POST", "/items/7", &[("x-api-key", &key)]).await;
        assert!(seen.status == 200 || origin(&seen).as_deref() == Some(ORIGIN));
        assert!(seen.status != 200 || seen.body.contains("\"id\":\"7\""), "{}", seen.body);
        statuses.push(seen.status);
    }
    assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 20);
    assert_eq!(statuses.last(), Some(&429));
    let today = crate::apigateway::usage_counts::day(aws.shared().clock.now()).to_string();
    let range = json!({ "usagePlanId": plan, "startDate": today, "endDate": today });
    let usage = testing::ok(&aws, "apigateway", "GetUsage", range).await;
    assert_eq!(
        usage["values"].as_object().or(usage["items"].as_object()).unwrap().values().next(),
        Some(&json!([[20, 80]]))
    );
}

#[tokio::test(start_paused = true)]
async fn the_outside_sees_what_was_deployed_and_not_the_draft() {
    let aws = local_aws(Config::default());
    let (api, _, _) = stack(&aws).await;
    let resources = testing::ok(&aws, "apigateway", "GetResources", json!({ "restApiId": api })).await;
    let items = resources["item"].as_array().or(resources["items"].as_array()).unwrap();
    let item = items.iter().find(|r| r["path"] == "/items/{id}").unwrap();
    let open = json!({
        "restApiId": api, "resourceId": item["id"], "httpMethod": "POST",
        "patchOperations": [{ "op": "replace", "path": "/apiKeyRequired", "value": "false" }],
    });
    testing::ok(&aws, "apigateway", "UpdateMethod", open).await;
    let method = json!({ "restApiId": api, "resourceId": item["id"], "httpMethod": "OPTIONS" });
    testing::ok(&aws, "apigateway", "DeleteMethod", method).await;
    assert_eq!(ask(&aws, &api, "POST", "/items/7", &[]).await.status, 403);
    assert_eq!(ask(&aws, &api, "OPTIONS", "/items/7", &[("origin", ORIGIN)]).await.status, 204);
    let deployed = testing::ok(&aws, "apigateway", "CreateDeployment", json!({ "restApiId": api })).await;
    assert_eq!(ask(&aws, &api, "POST", "/items/7", &[]).await.status, 403, "no stage has it yet");
    let moved = json!({
        "restApiId": api, "stageName": "default",
        "patchOperations": [{ "op": "replace", "path": "/deploymentId", "value": deployed["id"] }],
    });
    testing::ok(&aws, "apigateway", "UpdateStage", moved).await;
    assert_eq!(ask(&aws, &api, "POST", "/items/7", &[]).await.status, 200);
    assert_eq!(ask(&aws, &api, "OPTIONS", "/items/7", &[("origin", ORIGIN)]).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn calls_leave_no_trace_in_the_world() {
    let aws = local_aws(Config::default());
    let (api, key, _) = stack(&aws).await;
    let before = aws.dump();
    assert_eq!(ask(&aws, &api, "POST", "/items/7", &[("x-api-key", &key)]).await.status, 200);
    assert_eq!(aws.dump(), before);
}
