//! Imports. Documents in small, replies as they were recorded from AWS.

use super::{api, error, ok, put_document};
use crate::{
    LocalAws,
    testing::{Client, instant},
};
use serde_json::{Value, json};

const FUNCTION: &str = "arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-west-2:000000000000:function:f/invocations";

/// Imports a new API; its reply.
async fn import(aws: &LocalAws, document: impl ToString) -> Value {
    let (status, api) =
        Client::of(aws).call_with("apigateway", "ImportRestApi", json!({}), document.to_string()).await;
    assert_eq!(status, 201, "{api}");
    api
}

fn document(paths: Value) -> Value {
    json!({ "openapi": "3.0.1", "info": { "title": "local-api", "version": 1 }, "paths": paths })
}

fn mock(extension: Value) -> Value {
    let mut integration = json!({
        "type": "mock", "passthroughBehavior": "when_no_match",
        "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
    });
    integration.as_object_mut().unwrap().extend(extension.as_object().unwrap().clone());
    json!({
        "responses": { "200": { "description": "200 response" } },
        "x-amazon-apigateway-integration": integration,
    })
}

/// All resources by path, with their methods.
async fn resources(aws: &LocalAws, api: &Value) -> Value {
    let input = json!({ "restApiId": api["id"], "embed": ["methods"], "limit": 500 });
    let items = ok(aws, "GetResources", input).await["item"].clone();
    let by_path =
        items.as_array().unwrap().iter().map(|i| (i["path"].as_str().unwrap().to_owned(), i.clone()));
    Value::Object(by_path.collect())
}

fn paths(resources: &Value) -> Vec<&str> {
    let mut paths: Vec<&str> = resources.as_object().unwrap().keys().map(String::as_str).collect();
    paths.sort_unstable();
    paths
}

#[tokio::test]
async fn a_function_behind_a_key_with_cors() {
    let aws = instant();
    let header = |name: &str| json!({ name: { "schema": { "type": "string" } } });
    let empty = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Empty" } } });
    let origin = "method.response.header.Access-Control-Allow-Origin";
    let mut document = document(json!({ "/": {
        "get": {
            "responses": { "200": { "description": "200 response", "content": empty, "headers": header("Access-Control-Allow-Origin") } },
            "security": [{ "api_key": [] }],
            "x-amazon-apigateway-integration": {
                "contentHandling": "CONVERT_TO_TEXT", "httpMethod": "POST", "passthroughBehavior": "when_no_match",
                "responses": { "default": { "responseParameters": { origin: "'*'" }, "statusCode": "200" } },
                "type": "aws_proxy", "uri": FUNCTION,
            },
        },
        "options": {
            "responses": { "200": { "$ref": "#/components/responses/Preflight" } },
            "x-amazon-apigateway-integration": {
                "type": "mock", "httpMethod": "POST",
                "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
                "responses": { "default": { "responseParameters": { origin: "'*'" }, "statusCode": 200 } },
            },
        },
    } }));
    document["components"] = json!({
        "schemas": { "Empty": { "title": "Empty Schema", "type": "object" }, "Unused": { "type": "object" } },
        "securitySchemes": { "api_key": { "in": "header", "name": "x-api-key", "type": "apiKey" } },
        "responses": { "Preflight": { "description": "preflight", "headers": header("Access-Control-Allow-Origin") } },
    });
    let api = import(&aws, document).await;
    assert_eq!((&api["name"], &api["version"]), (&json!("local-api"), &json!("1")));
    assert_eq!((api.get("tags"), api.get("warnings")), (None, None));
    let models = ok(&aws, "GetModels", json!({ "restApiId": api["id"] })).await;
    assert_eq!(models["item"].as_array().unwrap().len(), 1, "only what is referred to: {models}");
    let resources = resources(&aws, &api).await;
    assert_eq!(
        resources["/"]["resourceMethods"]["GET"],
        json!({
            "httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": true,
            "methodResponses": { "200": { "statusCode": "200", "responseModels": { "application/json": "Empty" }, "responseParameters": { origin: false } } },
            "methodIntegration": {
                "type": "AWS_PROXY", "httpMethod": "POST", "uri": FUNCTION, "contentHandling": "CONVERT_TO_TEXT",
                "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000,
                "cacheNamespace": api["rootResourceId"], "cacheKeyParameters": [],
                "integrationResponses": { "200": { "statusCode": "200", "responseParameters": { origin: "'*'" } } },
            },
        })
    );
    assert_eq!(
        resources["/"]["resourceMethods"]["OPTIONS"],
        json!({
            "httpMethod": "OPTIONS", "authorizationType": "NONE", "apiKeyRequired": false,
            "methodResponses": { "200": { "statusCode": "200", "responseParameters": { origin: false } } },
            "methodIntegration": {
                "type": "MOCK", "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000,
                "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
                "cacheNamespace": api["rootResourceId"], "cacheKeyParameters": [],
                "integrationResponses": { "200": { "statusCode": "200", "responseParameters": { origin: "'*'" } } },
            },
        })
    );
}

#[tokio::test]
async fn a_global_authorizer_and_the_any_method() {
    let aws = instant();
    let mut document = document(
        json!({ "/echo/{data}": { "x-amazon-apigateway-any-method": mock(json!({ "passthroughBehavior": "when_no_templates" })) } }),
    );
    document["components"] = json!({ "securitySchemes": { "GatewayAuthorizer": {
        "type": "apiKey", "name": "X-Api-Key", "in": "header", "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": { "type": "request", "authorizerUri": FUNCTION, "identitySource": "method.request.header.Custom-Authorization", "authorizerResultTtlInSeconds": 300 },
    } } });
    document["security"] = json!([{ "GatewayAuthorizer": [] }]);
    document["x-amazon-apigateway-api-key-source"] = json!("AUTHORIZER");
    let api = import(&aws, document).await;
    assert_eq!(api["apiKeySource"], "AUTHORIZER");
    let authorizers = ok(&aws, "GetAuthorizers", json!({ "restApiId": api["id"] })).await;
    let id = &authorizers["item"][0]["id"];
    assert_eq!(
        authorizers["item"],
        json!([{ "id": id, "name": "GatewayAuthorizer", "type": "REQUEST", "authType": "custom", "authorizerUri": FUNCTION, "identitySource": "method.request.header.Custom-Authorization", "authorizerResultTtlInSeconds": 300 }])
    );
    let resources = resources(&aws, &api).await;
    assert_eq!(paths(&resources), ["/", "/echo", "/echo/{data}"]);
    let any = &resources["/echo/{data}"]["resourceMethods"]["ANY"];
    assert_eq!(
        (&any["authorizationType"], &any["authorizerId"], &any["apiKeyRequired"]),
        (&json!("CUSTOM"), id, &json!(false))
    );
    assert_eq!(any["methodIntegration"]["passthroughBehavior"], "WHEN_NO_TEMPLATES");
}

#[tokio::test]
async fn user_pools_scopes_and_signatures() {
    let aws = instant();
    let pool = "arn:aws:cognito-idp:us-east-2:111111111111:userpool/us-east-2_ABC123";
    let with = |security: Value| {
        let mut operation = mock(json!({}));
        operation["security"] = security;
        json!({ "get": operation })
    };
    let mut document = document(json!({
        "/pool": with(json!([{ "pool": ["email", "openid"] }])),
        "/both": with(json!([{ "pool": [] }, { "key": [] }])),
        "/signed": with(json!([{ "sigv4": [] }])),
        "/open": with(json!([])),
        "/strange": with(json!([{ "strange": [] }])),
        "/default": { "get": mock(json!({})) },
    }));
    document["security"] = json!([{ "key": [] }]);
    document["components"] = json!({ "securitySchemes": {
        "pool": { "type": "apiKey", "name": "TestHeaderAuth", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
                  "x-amazon-apigateway-authorizer": { "type": "cognito_user_pools", "providerARNs": [pool] } },
        "key": { "type": "apiKey", "name": "X-API-Key", "in": "header" },
        "sigv4": { "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4" },
        "strange": { "type": "oauth2" },
    } });
    let api = import(&aws, document).await;
    assert_eq!(
        api["warnings"],
        json!(["Unsupported security definition type 'oauth2' for 'strange'. Ignoring."])
    );
    let authorizers = ok(&aws, "GetAuthorizers", json!({ "restApiId": api["id"] })).await;
    let id = &authorizers["item"][0]["id"];
    assert_eq!(
        authorizers["item"],
        json!([{ "id": id, "name": "pool", "type": "COGNITO_USER_POOLS", "providerARNs": [pool], "authType": "cognito_user_pools", "identitySource": "method.request.header.TestHeaderAuth" }])
    );
    let resources = resources(&aws, &api).await;
    let how = |path: &str| {
        let get = &resources[path]["resourceMethods"]["GET"];
        (get["authorizationType"].clone(), get["apiKeyRequired"].clone(), get["authorizationScopes"].clone())
    };
    let expected = [
        ("/pool", "COGNITO_USER_POOLS", false, json!(["email", "openid"])),
        ("/both", "COGNITO_USER_POOLS", true, Value::Null),
        ("/signed", "AWS_IAM", false, Value::Null),
        ("/open", "NONE", false, Value::Null),
        ("/strange", "NONE", false, Value::Null),
        ("/default", "NONE", true, Value::Null),
    ];
    for (path, kind, key, scopes) in expected {
        assert_eq!(how(path), (json!(kind), json!(key), scopes), "{path}");
    }
}

const YAML: &str = "
openapi: 3.0.1
info: {title: test-import-oas, version: '2.0'}
servers:
  - url: https://testdomain.com/base-url/part/
paths:
  /test:
    get:
      responses:
        200: {description: 200 response}
      x-amazon-apigateway-integration:
        responses: {default: {statusCode: 200}}
        requestParameters:
          integration.request.header.double-single: \"'True'\"
          integration.request.header.nothing: true
        requestTemplates: {application/json: '{\"statusCode\": 200}'}
        type: mock
";

#[tokio::test]
async fn base_paths_yaml_and_what_is_no_text() {
    let aws = instant();
    let cases = [
        ("ignore", "/test", vec!["/", "/test"]),
        ("split", "/part/test", vec!["/", "/part", "/part/test"]),
        ("prepend", "/base-url/part/test", vec!["/", "/base-url", "/base-url/part", "/base-url/part/test"]),
    ];
    for (mode, path, expected) in cases {
        let (id, _) = api(&aws).await;
        let options = json!({ "restApiId": id, "mode": "overwrite", "basepath": mode });
        let (status, put) = put_document(&aws, options.clone(), YAML).await;
        assert_eq!(status, 200, "{put}");
        let warning = format!(
            "Invalid format for 'requestParameters'. Expected type string for property 'integration.request.header.nothing' of resource '{path}' and method 'GET' but got 'true'"
        );
        assert_eq!(
            (&put["version"], &put["warnings"], &put["tags"]),
            (&json!("2.0"), &json!([warning]), &json!({}))
        );
        let resources = resources(&aws, &put).await;
        assert_eq!(paths(&resources), expected);
        let get = &resources[path]["resourceMethods"]["GET"];
        let parameters = json!({ "integration.request.header.double-single": "'True'" });
        assert_eq!(get["methodIntegration"]["requestParameters"], parameters);
        assert_eq!(
            get["methodIntegration"]["integrationResponses"],
            json!({ "200": { "statusCode": "200" } })
        );
        let before = aws.dump();
        let mut strict = options;
        strict["failOnWarnings"] = json!(true);
        let (status, body) = put_document(&aws, strict, YAML).await;
        let text = format!("Warnings found during import:\n\t{warning}");
        assert_eq!((status, &body["message"]), (400, &json!(text)));
        assert_eq!(aws.dump(), before);
    }
}

#[tokio::test]
async fn models_that_go_in_circles() {
    let aws = instant();
    let house = json!({ "type": "object", "description": "Where a Person can live", "properties": { "contains": { "type": "array", "items": { "$ref": "#/components/schemas/Person" } } } });
    let person =
        json!({ "type": "object", "properties": { "house": { "$ref": "#/components/schemas/House" } } });
    let mut operation = mock(json!({}));
    operation["operationId"] = json!("CreatePerson");
    operation["requestBody"] =
        json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Person" } } } });
    let mut document = document(json!({ "/person": { "post": operation } }));
    document["components"] =
        json!({ "schemas": { "House": house, "Person": person, "Alone": { "type": "object" } } });
    document["x-amazon-apigateway-request-validators"] =
        json!({ "basic": { "validateRequestBody": true, "validateRequestParameters": true } });
    document["x-amazon-apigateway-request-validator"] = json!("basic");
    let api = import(&aws, document).await;
    let models = ok(&aws, "GetModels", json!({ "restApiId": api["id"] })).await["item"].clone();
    let names: Vec<&Value> = models.as_array().unwrap().iter().map(|m| &m["name"]).collect();
    assert_eq!(names, ["House", "Person"]);
    assert_eq!(models[0]["description"], "Where a Person can live");
    let schema: Value = serde_json::from_str(models[1]["schema"].as_str().unwrap()).unwrap();
    let url =
        format!("https://apigateway.amazonaws.com/restapis/{}/models/House", api["id"].as_str().unwrap());
    assert_eq!(schema["properties"]["house"]["$ref"], url);
    let validators =
        ok(&aws, "GetRequestValidators", json!({ "restApiId": api["id"] })).await["item"].clone();
    let resources = resources(&aws, &api).await;
    let post = &resources["/person"]["resourceMethods"]["POST"];
    assert_eq!(post["requestValidatorId"], validators[0]["id"]);
    assert_eq!(
        (&post["operationName"], &post["requestModels"]),
        (&json!("CreatePerson"), &json!({ "application/json": "Person" }))
    );
}

#[tokio::test]
async fn swagger_two_with_path_parameters() {
    let aws = instant();
    let mut get = mock(
        json!({ "type": "http", "httpMethod": "GET", "uri": "http://example.com/{id}", "requestParameters": { "integration.request.path.id": "method.request.path.petId" } }),
    );
    get["parameters"] = json!([{ "name": "petId", "in": "path", "required": true, "type": "string" }, { "name": "q", "in": "query", "type": "string" }]);
    get["responses"]["200"]["schema"] = json!({ "$ref": "#/definitions/Pet" });
    let document = json!({
        "swagger": "2.0", "info": { "title": "Pets", "description": "A shop", "version": "1" }, "basePath": "/base",
        "paths": { "/pets/{petId}": { "get": get } }, "definitions": { "Pet": { "type": "object" } },
    });
    let api = import(&aws, document).await;
    assert_eq!(api["description"], "A shop");
    let resources = resources(&aws, &api).await;
    let get = &resources["/pets/{petId}"]["resourceMethods"]["GET"];
    assert_eq!(
        get["requestParameters"],
        json!({ "method.request.path.petId": true, "method.request.querystring.q": false })
    );
    assert_eq!(get["methodResponses"]["200"]["responseModels"], json!({ "application/json": "Pet" }));
    assert_eq!(get["methodIntegration"]["connectionType"], "INTERNET");
}

#[tokio::test]
async fn what_is_no_document_is_refused() {
    let aws = instant();
    let (id, _) = api(&aws).await;
    for text in ["{'key:value}", "test:\n    - \"a \" b: c", "{}", "[1]", "openapi: 4.0.0"] {
        let (status, body) = put_document(&aws, json!({ "restApiId": id }), text).await;
        assert_eq!(
            (status, &body["code"], &body["message"]),
            (400, &json!("BadRequestException"), &json!("Invalid OpenAPI input.")),
            "{text}"
        );
    }
    let lost = json!({ "restApiId": "nothing" });
    let (_, body) = put_document(&aws, lost, document(json!({}))).await;
    let (code, text) = error("NotFound", "Invalid API identifier specified 000000000000:nothing");
    assert_eq!(body, json!({ "code": code, "message": text }));
}
