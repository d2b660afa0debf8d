use super::super::routing;
use super::world::*;
use crate::Config;
use serde_json::json;

#[test]
fn the_most_literal_resource_wins() {
    let paths = [
        "/",
        "/items",
        "/items/{id}",
        "/items/{id}/tags",
        "/items/new",
        "/files/{proxy+}",
        "/{any}/deep",
        "/{proxy+}",
    ];
    let draft = draft(paths.map(|p| (p, method("GET", mock("200")))));
    let table = [
        ("/", "/", json!({})),
        ("/items", "/items", json!({})),
        ("/items/", "/items", json!({})),
        ("/items/7", "/items/{id}", json!({ "id": "7" })),
        ("/items/new", "/items/new", json!({})),
        ("/items/7/tags", "/items/{id}/tags", json!({ "id": "7" })),
        ("/items/7/other", "/{proxy+}", json!({ "proxy": "items/7/other" })),
        ("/files/a/b.txt", "/files/{proxy+}", json!({ "proxy": "a/b.txt" })),
        ("/files", "/{proxy+}", json!({ "proxy": "files" })),
        ("/x/deep", "/{any}/deep", json!({ "any": "x" })),
        ("//items", "/items", json!({})),
        ("/proxy-value/", "/{proxy+}", json!({ "proxy": "proxy-value" })),
        ("/proxy-value//double-slash", "/{proxy+}", json!({ "proxy": "proxy-value//double-slash" })),
        (
            "/api/test%2Balias@gmail.com/plus/test+alias@gmail.com",
            "/{proxy+}",
            json!({ "proxy": "api/test%2Balias@gmail.com/plus/test+alias@gmail.com" }),
        ),
        ("/%69tems", "/items", json!({})),
    ];
    for (path, resource, parameters) in table {
        let route = routing::find(&draft, "GET", path).unwrap();
        assert_eq!(
            (route.resource_path.as_str(), json!(route.path_parameters)),
            (resource, parameters),
            "{path}"
        );
    }
}

#[test]
fn a_method_of_its_own_comes_before_any() {
    let methods = ["GET", "ANY"].map(|m| ("/a", method(m, mock("200"))));
    let draft = draft(methods.into_iter().chain([("/b", method("POST", mock("200")))]));
    let found = |method, path| routing::find(&draft, method, path).map(|r| r.method.http_method);
    assert_eq!(found("GET", "/a").unwrap(), "GET");
    assert_eq!(found("HEAD", "/a").unwrap(), "ANY");
    assert_eq!(found("HEAD", "/b").unwrap_err(), "resource /b has no method HEAD");
    assert_eq!(found("GET", "/c").unwrap_err(), "no resource with methods matches /c");
}

#[tokio::test]
async fn an_answer_to_head_has_headers_and_no_body() {
    let aws = local_aws(Config::default());
    let mut integration = mock("200");
    let made = integration.integration_responses.get_mut("200").unwrap();
    made.response_templates =
        [("application/json".to_owned(), Some("$context.httpMethod".to_owned()))].into();
    publish(&aws, draft([("/", method("ANY", integration))]));
    assert_eq!(call(&aws, "GET", "/", &[], "").await.body, "GET");
    let seen = call(&aws, "HEAD", "/", &[], "").await;
    assert_eq!(
        (seen.status, seen.header("content-type"), seen.body.as_str()),
        (200, Some("application/json"), "")
    );
}

#[test]
fn both_forms_of_the_url_name_api_stage_and_path() {
    let table = [
        (format!("{API}.execute-api.localhost"), "/default/items/7", "/items/7"),
        (format!("{API}.execute-api.us-east-2.amazonaws.com"), "//default/items", "/items"),
        (format!("{API}.execute-api.localhost:4566"), "/default//items", "//items"),
        ("127.0.0.1:4566".to_owned(), "/_aws/execute-api/abc123/default/items", "/items"),
        ("127.0.0.1:4566".to_owned(), "/_aws/execute-api/abc123/default", ""),
    ];
    for (host, uri, path) in table {
        let mut request = request("GET", uri, &[], "");
        request.headers_mut().insert("host", host.parse().unwrap());
        let target = target(&request);
        assert_eq!(
            (target.api.as_str(), target.stage.as_str(), target.path.as_str()),
            (API, "default", path),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_403_with_awss_texts() {
    let aws = local_aws(Config::default());
    publish(&aws, draft([("/", method("POST", mock("200")))]));
    for (uri, status, message, error) in [
        ("/default/none", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
        ("/default/", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
        ("/other/", 403, "Forbidden", "ForbiddenException"),
    ] {
        let seen = send(&aws, request("GET", uri, &[], "")).await;
        assert_eq!(
            (seen.status, seen.message(), seen.header("x-amzn-errortype")),
            (status, message.into(), Some(error))
        );
        assert!(seen.header("x-amzn-requestid").is_some() && seen.header("x-amz-apigw-id").is_some());
    }
    assert_eq!(why(&aws), "API abc123 has no stage \"other\"");
    assert_eq!(call(&aws, "POST", "/", &[], "").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_moved_stage_serves_its_former_deployment_for_a_while() {
    let aws = local_aws(Config { consistency: crate::Consistency::Realistic, ..Config::default() });
    publish(&aws, draft([("/", method("GET", mock("200")))]));
    {
        let mut world = aws.shared().world();
        let api = world.region(ACCOUNT, REGION).apigateway.apis.get_mut(API).unwrap();
        let mut newer = api.deployments["dep1"].clone();
        newer.snapshot = std::sync::Arc::new(draft([("/new", method("GET", mock("200")))]));
        api.deployments.insert("dep2".to_owned(), newer);
    }
    let moved = aws.shared().clock.now();
    change_stage(&aws, |stage| {
        stage.former = Some((stage.deployment_id.clone(), moved));
        stage.deployment_id = "dep2".to_owned();
    });
    assert_eq!(call(&aws, "GET", "/new", &[], "").await.status, 403);
    tokio::time::advance(aws.shared().config.delays().deployment_live).await;
    assert_eq!(call(&aws, "GET", "/new", &[], "").await.status, 200);
}

#[tokio::test]
async fn a_path_has_one_form_for_routes_and_policies_however_it_is_encoded() {
    let aws = local_aws(Config::default());
    publish(
        &aws,
        draft([("/secret", method("GET", mock("200"))), ("/{proxy+}", method("GET", mock("200")))]),
    );
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke",
          "Resource": "arn:aws:execute-api:*:*:*/*/*/secret" },
    ] });
    aws.shared().world().region(ACCOUNT, REGION).apigateway.apis.get_mut(API).unwrap().policy =
        Some(policy.to_string());
    for path in ["/secret", "/secr%65t", "/%73%65%63%72%65%74", "/%73ecret/"] {
        assert_eq!(call(&aws, "GET", path, &[], "").await.status, 403, "{path}");
    }
    for path in ["/secret%2F", "/other", "/secret%"] {
        assert_eq!(call(&aws, "GET", path, &[], "").await.status, 200, "{path}");
    }
    assert_eq!(routing::plain("/a%2fb%20c%7E%%41%4"), "/a%2fb%20c~%A%4");
}
