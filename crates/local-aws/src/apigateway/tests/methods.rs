use super::{api, error, ok, patches, refused};
use crate::testing::instant;
use serde_json::{Value, json};

const FUNCTION: &str = "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:f/invocations";

#[tokio::test]
async fn a_second_method_of_a_name_is_a_conflict() {
    let aws = instant();
    let (api, root) = api(&aws).await;
    let input = json!({ "restApiId": api, "resourceId": root, "httpMethod": "POST", "authorizationType": "none", "apiKeyRequired": true });
    let method = ok(&aws, "PutMethod", input.clone()).await;
    assert_eq!(method, json!({ "httpMethod": "POST", "authorizationType": "NONE", "apiKeyRequired": true }));
    let text = "Method already exists for this resource";
    assert_eq!(refused(&aws, "PutMethod", input.clone()).await, error("Conflict", text));
    let with = |member: &str, value: Value| {
        let mut input = input.clone();
        input["httpMethod"] = json!("GET");
        input[member] = value;
        input
    };
    let cases = [
        (
            with("httpMethod", json!("FETCH")),
            "BadRequest",
            "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
        ),
        (
            with("authorizationType", json!("CUSTOM")),
            "BadRequest",
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.",
        ),
        (
            with("requestModels", json!({ "application/json": "petModel" })),
            "BadRequest",
            "Invalid model identifier specified: petModel",
        ),
        (
            with("requestValidatorId", json!("x")),
            "BadRequest",
            "Invalid Request Validator identifier specified",
        ),
        (
            with(
                "requestParameters",
                json!({ "method.request.header.a": true, "method.request.querystring.a": true }),
            ),
            "BadRequest",
            "Parameter names must be unique across querystring, header and path",
        ),
        (with("restApiId", json!("wrong")), "NotFound", "Invalid Resource identifier specified"),
    ];
    for (input, code, text) in cases {
        assert_eq!(refused(&aws, "PutMethod", input).await, error(code, text));
    }
}

#[tokio::test]
async fn a_method_is_patched() {
    let aws = instant();
    let (api, root) = api(&aws).await;
    let id = json!({ "restApiId": api, "resourceId": root, "httpMethod": "ANY", "authorizationType": "NONE", "apiKeyRequired": true });
    ok(&aws, "PutMethod", id.clone()).await;
    let update = |list: &[(&str, &str, &str)]| {
        let mut input = id.clone();
        input["patchOperations"] = patches(list);
        input
    };
    let list = [
        ("add", "/requestParameters/method.request.querystring.optional", "true"),
        ("add", "/requestModels/application~1json", "Empty"),
        ("replace", "/authorizationType", "AWS_IAM"),
        ("replace", "/apiKeyRequired", "perhaps"),
        ("replace", "/operationName", "Name"),
    ];
    let method = ok(&aws, "UpdateMethod", update(&list)).await;
    assert_eq!(
        method,
        json!({
            "httpMethod": "ANY", "authorizationType": "AWS_IAM", "apiKeyRequired": false, "operationName": "Name",
            "requestModels": { "application/json": "Empty" },
            "requestParameters": { "method.request.querystring.optional": true },
        })
    );
    for (patch, text) in [
        (("add", "/operationName", "x"), "Invalid patch operation specified. Must be one of: [replace]"),
        (("replace", "/httpMethod", "GET"), "Invalid patch path /httpMethod"),
        (("add", "/requestParameters", "x"), "Invalid patch path /requestParameters"),
        (
            ("add", "/requestModels/application/json", "x"),
            "Invalid patch path /requestModels/application/json",
        ),
    ] {
        assert_eq!(refused(&aws, "UpdateMethod", update(&[patch])).await, error("BadRequest", text));
    }
    let empty = json!({ "restApiId": api, "modelName": "Empty" });
    let text = "Cannot delete model 'Empty', is referenced in method request: //ANY";
    assert_eq!(refused(&aws, "DeleteModel", empty).await, error("Conflict", text));
}

#[tokio::test]
async fn integrations_are_checked_by_their_type() {
    let aws = instant();
    let (api, root) = api(&aws).await;
    let id =
        json!({ "restApiId": api, "resourceId": root, "httpMethod": "POST", "authorizationType": "NONE" });
    ok(&aws, "PutMethod", id).await;
    let put = |kind: &str, uri: &str, http_method: Option<&str>| json!({ "restApiId": api, "resourceId": root, "method": "POST", "type": kind, "uri": uri, "httpMethod": http_method });
    let integration = ok(&aws, "PutIntegration", put("AWS_PROXY", FUNCTION, Some("POST"))).await;
    assert_eq!(
        integration,
        json!({
            "type": "AWS_PROXY", "httpMethod": "POST", "uri": FUNCTION, "passthroughBehavior": "WHEN_NO_MATCH",
            "timeoutInMillis": 29000, "cacheNamespace": root, "cacheKeyParameters": [],
        })
    );
    let mock = ok(&aws, "PutIntegration", put("MOCK", "http://example.com", Some("POST"))).await;
    assert_eq!((mock.get("uri"), mock.get("httpMethod")), (None, None));
    let http = ok(&aws, "PutIntegration", put("HTTP", "http://example.com", Some("POST"))).await;
    assert_eq!(http["connectionType"], "INTERNET");
    for (input, text) in [
        (put("AWS_PROXY", FUNCTION, None), "Enumeration value for HttpMethod must be non-empty"),
        (put("HTTP", "non-valid-http", Some("POST")), "Invalid HTTP endpoint specified for URI"),
        (put("AWS", "non-valid-arn", Some("POST")), "Invalid ARN specified in the request"),
        (
            put("AWS_PROXY", "arn:aws:iam::0000000000:role/service-role/asdf", Some("POST")),
            "AWS ARN for integration must contain path or action",
        ),
        (
            put("AWS_PROXY", "arn:aws:apigateway:us-east-2:s3:path/b/k", Some("POST")),
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
        ),
    ] {
        assert_eq!(refused(&aws, "PutIntegration", input).await, error("BadRequest", text));
    }
    let text = "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]";
    assert_eq!(
        refused(&aws, "PutIntegration", put("HTTPS_PROXY", "", None)).await,
        error("Validation", text)
    );
    let mut slow = put("MOCK", "", None);
    slow["timeoutInMillis"] = json!(29001);
    assert_eq!(refused(&aws, "PutIntegration", slow).await.0, "BadRequestException");
    let mut undeclared = put("MOCK", "", None);
    undeclared["requestParameters"] = json!({ "integration.request.header.a": "method.request.header.b" });
    let text = "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.header.b]";
    assert_eq!(refused(&aws, "PutIntegration", undeclared).await, error("BadRequest", text));
}

#[tokio::test]
async fn the_headers_of_a_preflight_have_to_be_declared_and_quoted() {
    let aws = instant();
    let (api, root) = api(&aws).await;
    super::mock(&aws, &api, &root, "OPTIONS").await;
    let header = "method.response.header.Access-Control-Allow-Origin";
    let id = json!({ "restApiId": api, "resourceId": root, "httpMethod": "OPTIONS", "statusCode": "200" });
    let with = |member: &str, value: Value| {
        let mut input = id.clone();
        input[member] = value;
        input
    };
    let literal = with("responseParameters", json!({ header: "'*'" }));
    let text = format!(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: {header}]"
    );
    assert_eq!(refused(&aws, "PutIntegrationResponse", literal.clone()).await, error("BadRequest", &text));
    let declared = with("responseParameters", json!({ header: false }));
    ok(&aws, "PutMethodResponse", declared.clone()).await;
    let text = "Response already exists for this resource";
    assert_eq!(refused(&aws, "PutMethodResponse", declared).await, error("Conflict", text));
    let bare = with("responseParameters", json!({ header: "*" }));
    let text = "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: *]";
    assert_eq!(refused(&aws, "PutIntegrationResponse", bare).await, error("BadRequest", text));
    let not_text = with("responseParameters", json!({ header: true }));
    let text = "class java.lang.Boolean can not be converted to an String";
    assert_eq!(refused(&aws, "PutIntegrationResponse", not_text).await, error("Serialization", text));
    ok(&aws, "PutIntegrationResponse", literal.clone()).await;
    let second = {
        let mut second = id.clone();
        second["statusCode"] = json!("204");
        second
    };
    let text = "Integration response with selection pattern default already exists";
    assert_eq!(refused(&aws, "PutIntegrationResponse", second).await, error("Conflict", text));
    let empty = with("responseTemplates", json!({ "application/json": "" }));
    assert_eq!(
        ok(&aws, "PutIntegrationResponse", empty).await,
        json!({ "statusCode": "200", "responseTemplates": { "application/json": null } })
    );
    ok(
        &aws,
        "PutIntegration",
        json!({ "restApiId": api, "resourceId": root, "method": "OPTIONS", "type": "MOCK" }),
    )
    .await;
    let text = "Invalid Response status code specified";
    assert_eq!(
        refused(&aws, "GetIntegrationResponse", id).await,
        error("NotFound", text),
        "dropped by PutIntegration"
    );
}
