use super::super::{exchange::Exchange, proxy, proxy_event, proxy_response, routing, site::Site};
use super::world::*;
use crate::{Config, lambda::invocation::Callee};
use bytes::Bytes;
use serde_json::{Value, json};

/// The event for a call, without the members that differ from run to run.
fn event(
    method_name: &str,
    uri: &str,
    headers: &[(&str, &str)],
    body: &'static [u8],
    binary: &[&str],
) -> Value {
    let aws = local_aws(Config::default());
    let mut draft = draft([("/{proxy+}", method("ANY", proxy())), ("/hardcoded", method("ANY", proxy()))]);
    draft.binary_media_types = binary.iter().map(|t| (*t).to_owned()).collect();
    publish(&aws, draft);
    let request = request(method_name, uri, headers, "");
    let target = target(&request);
    let mut exchange = Exchange::new(aws.shared(), &target, &request.into_parts().0);
    exchange.request.body = Bytes::from_static(body);
    let site =
        Site::find(&aws.shared().world(), &target, exchange.received, &aws.shared().config.delays()).unwrap();
    exchange.route = Some(routing::find(&site.snapshot, method_name, &exchange.request.path).unwrap());
    exchange.site = Some(site);
    proxy_event::event(&exchange).unwrap()
}

#[test]
fn an_event_has_every_member_and_null_where_there_is_nothing() {
    let headers = [
        ("accept", "*/*"),
        ("authorization", "random-value"),
        ("test-header", "aValUE"),
        ("connection", "close"),
    ];
    let mut event = event("GET", "/default/proxy-value", &headers, b"", &[]);
    let context = event["requestContext"].as_object_mut().unwrap();
    for varying in ["requestId", "extendedRequestId", "requestTime", "requestTimeEpoch"] {
        assert!(!context.remove(varying).unwrap().is_null(), "{varying}");
    }
    let trace = event["headers"].as_object_mut().unwrap().remove("X-Amzn-Trace-Id").unwrap();
    assert!(trace.as_str().unwrap().starts_with("Root=1-"));
    assert_eq!(
        event["multiValueHeaders"].as_object_mut().unwrap().remove("X-Amzn-Trace-Id").unwrap(),
        json!([trace])
    );
    let host = "abc123.execute-api.localhost:4566";
    let expected = json!({
        "resource": "/{proxy+}",
        "path": "/proxy-value",
        "httpMethod": "GET",
        "headers": {
            "Host": host, "accept": "*/*", "Authorization": "random-value", "test-header": "aValUE",
            "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Port": "4566", "X-Forwarded-Proto": "http",
        },
        "multiValueHeaders": {
            "Host": [host], "accept": ["*/*"], "Authorization": ["random-value"], "test-header": ["aValUE"],
            "X-Forwarded-For": ["127.0.0.1"], "X-Forwarded-Port": ["4566"], "X-Forwarded-Proto": ["http"],
        },
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": { "proxy": "proxy-value" },
        "stageVariables": null,
        "requestContext": {
            "resourceId": "/{proxy+}", "resourcePath": "/{proxy+}", "httpMethod": "GET",
            "path": "/default/proxy-value", "accountId": ACCOUNT, "protocol": "HTTP/1.1", "stage": "default",
            "domainPrefix": API, "domainName": host, "deploymentId": "dep1", "apiId": API,
            "identity": {
                "accessKey": null, "accountId": null, "caller": null, "cognitoAuthenticationProvider": null,
                "cognitoAuthenticationType": null, "cognitoIdentityId": null, "cognitoIdentityPoolId": null,
                "principalOrgId": null, "sourceIp": "127.0.0.1", "user": null, "userAgent": null, "userArn": null,
            },
        },
        "body": null,
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
}

#[test]
fn paths_and_queries_are_shown_as_aws_shows_them() {
    let table = [
        (
            "/default/proxy-value/",
            "/proxy-value/",
            "/default/proxy-value/",
            json!({ "proxy": "proxy-value" }),
        ),
        ("//default/proxy-value", "/proxy-value", "/default/proxy-value", json!({ "proxy": "proxy-value" })),
        ("/default//proxy-value", "/proxy-value", "/default//proxy-value", json!({ "proxy": "proxy-value" })),
        ("/default//hardcoded", "/hardcoded", "/default//hardcoded", Value::Null),
        ("/default/a%2Bb@c/d+e", "/a%2Bb@c/d+e", "/default/a%2Bb@c/d+e", json!({ "proxy": "a%2Bb@c/d+e" })),
    ];
    for (uri, path, full, parameters) in table {
        let event = event("GET", uri, &[], b"", &[]);
        let seen = (&event["path"], &event["requestContext"]["path"], &event["pathParameters"]);
        assert_eq!(seen, (&json!(path), &json!(full), &parameters), "{uri}");
    }
    let query = "at=2023-06-12T18:05:10.1+00:00&email=test%2Balias@gmail.com&plus=a+b&space=foo%20bar&zhash=abort/&n=1&n=2";
    let event = event("GET", &format!("/default/x?{query}"), &[], b"", &[]);
    let single = json!({
        "at": "2023-06-12T18:05:10.1 00:00", "email": "test+alias@gmail.com", "plus": "a b", "space": "foo bar",
        "zhash": "abort/", "n": "2",
    });
    assert_eq!(event["queryStringParameters"], single);
    assert_eq!(event["multiValueQueryStringParameters"]["n"], json!(["1", "2"]));
}

#[test]
fn a_body_is_text_unless_its_type_is_binary() {
    let json_type = [("content-type", "application/json;charset=utf-8")];
    let text = event("POST", "/default/x", &json_type, b"{\"a\":1}", &[]);
    assert_eq!((&text["body"], &text["isBase64Encoded"]), (&json!("{\"a\":1}"), &json!(false)));
    let png = [("content-type", "image/png")];
    let binary = event("POST", "/default/x", &png, b"\x89PNG", &["image/png"]);
    assert_eq!((&binary["body"], &binary["isBase64Encoded"]), (&json!("iVBORw=="), &json!(true)));
    let all = event("POST", "/default/x", &json_type, b"{}", &["*/*"]);
    assert_eq!((&all["body"], &all["isBase64Encoded"]), (&json!("e30="), &json!(true)));
}

#[test]
fn results_are_answered_as_aws_answered_them() {
    let table = [
        (json!({ "statusCode": 200 }), Some((200, ""))),
        (json!({ "statusCode": "201" }), Some((201, ""))),
        (json!({ "headers": { "test-header": "value" } }), Some((200, ""))),
        (json!({ "statusCode": 200, "headers": null }), Some((200, ""))),
        (
            json!({ "statusCode": 200, "body": "dGVzdC1kYXRh", "isBase64Encoded": true }),
            Some((200, "dGVzdC1kYXRh")),
        ),
        (json!({ "statusCode": 200, "body": "dGVzdC1kYXRh" }), Some((200, "dGVzdC1kYXRh"))),
        (json!({ "statusCode": 200, "wrongValue": "value" }), None),
        (json!({ "statusCode": "test" }), None),
        (json!({ "statusCode": 200, "multiValueHeaders": { "test-multi-invalid": "value1" } }), None),
        (json!("justAString"), None),
        (json!({ "statusCode": 200, "body": { "not": "text" } }), None),
        (Value::Null, None),
    ];
    for (result, expected) in table {
        let answer = proxy_response::read(result.to_string().as_bytes(), &[], None).ok();
        let seen = answer.as_ref().map(|a| (a.status, std::str::from_utf8(&a.body).unwrap()));
        assert_eq!(seen, expected, "{result}");
    }
}

#[test]
fn headers_are_merged_lists_first_and_aws_keeps_its_own() {
    let read =
        |result: Value| proxy_response::read(result.to_string().as_bytes(), &[], None).unwrap().headers;
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    };
    let json_type = ("Content-Type", "application/json");
    let seen = read(json!({ "headers": { "test-header": "value", "header-bool": true } }));
    assert_eq!(seen, pairs(&[("test-header", "value"), ("header-bool", "true"), json_type]));
    let seen = read(
        json!({ "multiValueHeaders": { "tesT-Multi": ["value-multi"] }, "headers": { "test-multi": "value-solo" } }),
    );
    assert_eq!(seen, pairs(&[("tesT-Multi", "value-multi"), ("test-multi", "value-solo"), json_type]));
    let seen = read(json!({ "multiValueHeaders": { "a": ["1", "2"] }, "headers": { "a": "2" } }));
    assert_eq!(seen, pairs(&[("a", "1"), ("a", "2"), json_type]));
    let seen = read(
        json!({ "headers": { "Content-Length": "3", "Transfer-Encoding": "chunked", "content-type": "text/html" } }),
    );
    assert_eq!(seen, pairs(&[("x-amzn-Remapped-Content-Length", "3"), ("content-type", "text/html")]));
}

#[test]
fn base64_is_decoded_only_for_a_client_that_accepts_a_binary_type() {
    let result = json!({ "body": "iVBORw==", "isBase64Encoded": true }).to_string();
    let body = |types: &[&str], accept| {
        let types: Vec<String> = types.iter().map(|t| (*t).to_owned()).collect();
        proxy_response::read(result.as_bytes(), &types, accept).unwrap().body
    };
    assert_eq!(body(&["image/png"], Some("image/png,*/*")), &b"\x89PNG"[..]);
    assert_eq!(body(&["image/png"], Some("text/html,image/png")), "iVBORw==");
    assert_eq!(body(&["image/png"], None), "iVBORw==");
    assert_eq!(body(&["*/*"], Some("text/html")), &b"\x89PNG"[..]);
    let broken = json!({ "body": "not base64!", "isBase64Encoded": true }).to_string();
    assert!(proxy_response::read(broken.as_bytes(), &["*/*".to_owned()], None).is_err());
}

#[test]
fn the_integrations_uri_names_the_function() {
    let uri = proxy().uri.unwrap();
    let expected = Callee {
        account: ACCOUNT.to_owned(),
        region: "us-east-2".to_owned(),
        function: "analyzer".to_owned(),
        qualifier: None,
    };
    assert_eq!(proxy::function_of(&uri), Some(expected.clone()));
    let of_alias = Callee { qualifier: Some("live".to_owned()), ..expected };
    assert_eq!(proxy::function_of(&uri.replace("analyzer", "analyzer:live")), Some(of_alias));
    assert_eq!(proxy::function_of("arn:aws:apigateway:us-east-2:s3:path/bucket"), None);
}

#[tokio::test]
async fn a_proxy_that_does_not_post_is_a_configuration_error() {
    let aws = local_aws(Config::default());
    let get = crate::apigateway::draft::Integration { http_method: Some("GET".to_owned()), ..proxy() };
    publish(&aws, draft([("/", method("GET", get))]));
    let seen = call(&aws, "GET", "/", &[], "").await;
    assert_eq!((seen.status, seen.message()), (500, "Internal server error".into()));
    assert!(why(&aws).contains("POST only"));
}
