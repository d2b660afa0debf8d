//! PutRestApi on an API that has something already.

use super::{api, ok, patches, put_document, served};
use crate::{LocalAws, testing::instant};
use serde_json::{Value, json};

fn document(paths: Value) -> Value {
    json!({ "openapi": "3.0.1", "info": { "title": "new", "version": "2" }, "paths": paths })
}

fn operation(integration: Value) -> Value {
    json!({ "responses": { "200": { "description": "ok" } }, "x-amazon-apigateway-integration": integration })
}

fn mock() -> Value {
    json!({ "get": operation(json!({ "type": "mock" })) })
}

async fn put(aws: &LocalAws, api: &str, mode: &str, document: &Value) -> Value {
    let options = json!({ "restApiId": api, "mode": mode, "failOnWarnings": true });
    let (status, body) = put_document(aws, options, document).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn binary_types_are_added_by_a_merge_and_replaced_by_an_overwrite() {
    let aws = instant();
    for (mode, expected) in [
        ("merge", json!(["image/heif", "image/png", "image/jpg"])),
        ("overwrite", json!(["image/png", "image/jpg"])),
    ] {
        let input = json!({ "name": "old", "binaryMediaTypes": ["image/heif"] });
        let made = ok(&aws, "CreateRestApi", input).await;
        let mut document = document(json!({}));
        document["x-amazon-apigateway-binary-media-types"] = json!(["image/png", "image/jpg"]);
        let after = put(&aws, made["id"].as_str().unwrap(), mode, &document).await;
        assert_eq!((&after["binaryMediaTypes"], &after["name"]), (&expected, &json!("new")));
        assert_eq!(after["rootResourceId"], made["rootResourceId"]);
    }
}

#[tokio::test]
async fn an_overwrite_resets_what_it_does_not_name_and_keeps_what_is_not_its_own() {
    let aws = instant();
    let id = served(&aws).await;
    let arn = format!("arn:aws:apigateway:us-east-2::/restapis/{id}");
    ok(&aws, "TagResource", json!({ "resourceArn": arn, "tags": { "a": "b" } })).await;
    let settings = patches(&[
        ("replace", "/description", "old"),
        ("replace", "/apiKeySource", "AUTHORIZER"),
        ("replace", "/minimumCompressionSize", "5"),
        ("add", "/binaryMediaTypes/*~1*", ""),
    ]);
    ok(&aws, "UpdateRestApi", json!({ "restApiId": id, "patchOperations": settings })).await;
    ok(
        &aws,
        "PutGatewayResponse",
        json!({ "restApiId": id, "responseType": "THROTTLED", "statusCode": "430" }),
    )
    .await;
    let stage = ok(&aws, "GetStage", json!({ "restApiId": id, "stageName": "prod" })).await;
    let after = put(&aws, &id, "overwrite", &document(json!({ "/a/b": mock() }))).await;
    assert_eq!(
        after,
        json!({
            "id": id, "name": "new", "version": "2", "createdDate": after["createdDate"], "apiKeySource": "HEADER",
            "endpointConfiguration": { "types": ["REGIONAL"], "ipAddressType": "ipv4" },
            "disableExecuteApiEndpoint": false, "rootResourceId": after["rootResourceId"], "tags": { "a": "b" },
        })
    );
    assert_eq!(ok(&aws, "GetStage", json!({ "restApiId": id, "stageName": "prod" })).await, stage);
    let root = json!({ "restApiId": id, "resourceId": after["rootResourceId"] });
    assert_eq!(ok(&aws, "GetResource", root).await.get("resourceMethods"), None, "the old method is gone");
    let response =
        ok(&aws, "GetGatewayResponse", json!({ "restApiId": id, "responseType": "THROTTLED" })).await;
    assert_eq!(response["defaultResponse"], true);
    let deployment = json!({ "restApiId": id, "deploymentId": stage["deploymentId"], "embed": "apisummary" });
    assert!(ok(&aws, "GetDeployment", deployment).await["apiSummary"]["/"]["GET"].is_object(), "still live");
}

#[tokio::test]
async fn what_is_there_again_keeps_its_id() {
    let aws = instant();
    let (id, _) = api(&aws).await;
    let list = json!({ "restApiId": id, "embed": "methods" });
    put(&aws, &id, "overwrite", &document(json!({ "/a/b": mock(), "/c": mock() }))).await;
    let before = ok(&aws, "GetResources", list.clone()).await;
    put(&aws, &id, "overwrite", &document(json!({ "/a/b": mock() }))).await;
    let after = ok(&aws, "GetResources", list).await;
    let find = |list: &Value, path: &str| {
        list["item"].as_array().unwrap().iter().find(|r| r["path"] == path).cloned()
    };
    let (old, new) = (find(&before, "/a/b").unwrap(), find(&after, "/a/b").unwrap());
    assert_eq!((&old["id"], find(&after, "/c")), (&new["id"], None));
    let namespace =
        |resource: &Value| resource["resourceMethods"]["GET"]["methodIntegration"]["cacheNamespace"].clone();
    assert_eq!(namespace(&old), old["id"]);
    assert_ne!(namespace(&new), new["id"], "as recorded: a second import names the cache anew");
}

#[tokio::test]
async fn a_merge_adds_and_replaces() {
    let aws = instant();
    let id = served(&aws).await;
    let mut replaced =
        document(json!({ "/": { "get": operation(json!({ "type": "mock", "timeoutInMillis": 50 })) } }));
    replaced["paths"]["/x"] = mock();
    let after = put(&aws, &id, "merge", &replaced).await;
    let root = json!({ "restApiId": id, "resourceId": after["rootResourceId"], "embed": "methods" });
    let root = ok(&aws, "GetResource", root).await;
    assert_eq!(root["resourceMethods"]["GET"]["methodIntegration"]["timeoutInMillis"], 50);
    put(&aws, &id, "merge", &document(json!({ "/y": mock() }))).await;
    let all = ok(&aws, "GetResources", json!({ "restApiId": id })).await;
    assert_eq!(all["item"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn gateway_responses_come_from_the_document() {
    let aws = instant();
    let (id, _) = api(&aws).await;
    let parameters = json!({ "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" });
    let mut with = document(json!({ "/": mock() }));
    with["x-amazon-apigateway-gateway-responses"] =
        json!({ "DEFAULT_4XX": { "responseParameters": parameters }, "THROTTLED": { "statusCode": 430 } });
    put(&aws, &id, "overwrite", &with).await;
    let response = async |kind: &str| {
        ok(&aws, "GetGatewayResponse", json!({ "restApiId": id, "responseType": kind })).await
    };
    assert_eq!(response("DEFAULT_4XX").await["responseParameters"], parameters);
    assert_eq!(response("THROTTLED").await["statusCode"], "430");
}

#[tokio::test]
async fn errors_name_the_place_and_nothing_is_imported() {
    let aws = instant();
    let (id, _) = api(&aws).await;
    let before = aws.dump();
    let cases = [
        (
            json!({ "/a/{b+}/c": mock() }),
            "Unable to create resource at path '/a/{b+}/c': Cannot create a child of a resource with a greedy path variable: {b+}",
        ),
        (
            json!({ "/x": { "get": operation(json!({ "type": "aws_proxy", "httpMethod": "POST", "uri": "f" })) } }),
            "Unable to put integration on 'GET' for resource at path '/x': Invalid ARN specified in the request",
        ),
        (
            json!({ "/x": { "get": operation(json!({ "type": "mock", "responses": { "default": { "statusCode": "200", "responseParameters": { "method.response.header.X": "'x'" } } } })) } }),
            "Unable to put integration response on 'GET' for resource at path '/x': Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.response.header.X]",
        ),
    ];
    for (paths, text) in cases {
        let (status, body) =
            put_document(&aws, json!({ "restApiId": id, "mode": "overwrite" }), document(paths)).await;
        assert_eq!(
            (status, &body["message"]),
            (400, &json!(format!("Errors found during import:\n\t{text}")))
        );
    }
    let silent = json!({ "openapi": "3.0.1", "info": { "title": "t" }, "paths": { "/x": { "get": {} } } });
    let (status, body) = put_document(&aws, json!({ "restApiId": id, "failOnWarnings": true }), silent).await;
    let text = "Warnings found during import:\n\tParse issue: attribute info.version is missing\n\tParse issue: attribute paths.'/x'(get).responses is missing";
    assert_eq!((status, &body["message"]), (400, &json!(text)));
    assert_eq!(aws.dump(), before);
}
