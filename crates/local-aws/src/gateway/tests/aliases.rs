//! Methods in front of aliases: each call by its weights, and with the permission that is the alias's own.

use super::{functions, world::*};
use crate::{
    LocalAws, Reaction,
    apigateway::draft::Integration,
    testing::{call as aws_call, ok},
};
use serde_json::{Value, json};

const FUNCTION_NAME: &str = "analyzer";

/// `analyzer` with version 1 and the alias `live` of it, behind `POST /items/{id}`, whose integration calls the alias.
async fn world() -> LocalAws {
    let aws = functions::world(3, |event| {
        Reaction::Respond(json!({ "statusCode": 200, "body": event["resource"] }))
    })
    .await;
    ok(&aws, "lambda", "PublishVersion", json!({ "FunctionName": FUNCTION_NAME })).await;
    let alias = json!({ "FunctionName": FUNCTION_NAME, "Name": "live", "FunctionVersion": "1" });
    ok(&aws, "lambda", "CreateAlias", alias).await;
    publish(&aws, draft([("/items/{id}", method("POST", behind("analyzer:live")))]));
    aws
}

fn behind(name: &str) -> Integration {
    let uri = proxy().uri.map(|uri| uri.replace(FUNCTION_NAME, name));
    Integration { uri, ..proxy() }
}

async fn permit(aws: &LocalAws, name: &str) {
    let input = json!({
        "FunctionName": name,
        "StatementId": "api",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": format!("arn:aws:execute-api:us-east-2:000000000000:{API}/*"),
    });
    ok(aws, "lambda", "AddPermission", input).await;
}

async fn post(aws: &LocalAws) -> u16 {
    call(aws, "POST", "/items/7", &[], "{}").await.status
}

#[tokio::test]
async fn a_permission_opens_what_it_names_and_nothing_else() {
    let integrations = ["analyzer", "analyzer:live", "analyzer:1", "analyzer:$LATEST"];
    for permitted in ["analyzer", "analyzer:live", "analyzer:1"] {
        let aws = world().await;
        permit(&aws, permitted).await;
        for integration in integrations {
            publish(&aws, draft([("/items/{id}", method("POST", behind(integration)))]));
            let status = if integration == permitted { 200 } else { 500 };
            assert_eq!(post(&aws).await, status, "{integration} by {permitted}: {}", why(&aws));
        }
        assert!(why(&aws).contains("Invalid permissions on Lambda function"), "{}", why(&aws));
    }
}

#[tokio::test]
async fn a_stage_calls_by_the_weights_of_the_alias() {
    let aws = world().await;
    permit(&aws, "analyzer:live").await;
    let slower = json!({ "FunctionName": FUNCTION_NAME, "Timeout": 9 });
    ok(&aws, "lambda", "UpdateFunctionConfiguration", slower).await;
    ok(&aws, "lambda", "PublishVersion", json!({ "FunctionName": FUNCTION_NAME })).await;
    let half = json!({ "AdditionalVersionWeights": { "2": 0.5 } });
    let half = json!({ "FunctionName": FUNCTION_NAME, "Name": "live", "RoutingConfig": half });
    ok(&aws, "lambda", "UpdateAlias", half).await;
    for _ in 0..60 {
        assert_eq!(post(&aws).await, 200);
    }
    let counted = |version: &str| {
        let mut world = aws.shared().world();
        let log = world.region(ACCOUNT, REGION).lambda.invocations.iter();
        log.filter(|r| r.executed_version == version).count()
    };
    assert_eq!(counted("1") + counted("2"), 60);
    assert!((10..=50).contains(&counted("2")), "{}", counted("2"));
}

#[tokio::test]
async fn an_alias_that_is_gone_is_a_500_and_one_that_comes_needs_its_permission_anew() {
    let aws = world().await;
    permit(&aws, "analyzer:live").await;
    assert_eq!(post(&aws).await, 200);
    let alias = json!({ "FunctionName": FUNCTION_NAME, "Name": "live" });
    ok(&aws, "lambda", "DeleteAlias", alias.clone()).await;
    assert_eq!(post(&aws).await, 500);
    let mut alias: Value = alias;
    alias["FunctionVersion"] = json!("1");
    ok(&aws, "lambda", "CreateAlias", alias).await;
    assert_eq!(post(&aws).await, 500);
    permit(&aws, "analyzer:live").await;
    assert_eq!(post(&aws).await, 200);
}

#[tokio::test]
async fn documents_name_aliases_in_integrations_and_authorizers() {
    let aws = world().await;
    let uri = behind("analyzer:live").uri.unwrap();
    let document = json!({
        "openapi": "3.0.1",
        "info": { "title": "t", "version": "1" },
        "paths": { "/items/{id}": { "post": {
            "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
            "security": [{ "gate": [] }],
            "x-amazon-apigateway-integration": { "type": "aws_proxy", "httpMethod": "POST", "uri": uri },
        } } },
        "components": { "securitySchemes": { "gate": {
            "type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": { "type": "token", "authorizerUri": uri },
        } } },
    });
    let client = crate::testing::Client::of(&aws);
    let (status, api) =
        client.call_with("apigateway", "ImportRestApi", json!({}), document.to_string()).await;
    assert_eq!(status, 201, "{api}");
    let id = json!({ "restApiId": api["id"], "embed": "methods" });
    let (_, resources) = aws_call(&aws, "apigateway", REGION, "GetResources", id).await;
    assert!(resources.to_string().contains("function:analyzer:live/invocations"), "{resources}");
    let authorizers = ok(&aws, "apigateway", "GetAuthorizers", json!({ "restApiId": api["id"] })).await;
    assert!(authorizers.to_string().contains("function:analyzer:live/invocations"), "{authorizers}");
}
