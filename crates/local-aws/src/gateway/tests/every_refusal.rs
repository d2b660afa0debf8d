//! Whatever goes wrong, a page can read it: each refusal has AWS's status, type and words, the ids of its request, and
//! the headers of the gateway responses. (Those of functions that fail: [`super::functions`].)

use super::world::*;
use crate::{
    Config, LocalAws,
    apigateway::draft::{Authorizer, GatewayResponse, Integration, Method, RequestValidator},
    apigateway::state::{MethodSetting, Quota},
};
use serde_json::{Value, json};

const ORIGIN: &str = "https://a.example";
const KEY: &str = "0123456789abcdefghij";

fn guarded(kind: &str, authorizer: Option<&str>) -> Method {
    Method {
        authorization_type: kind.to_owned(),
        authorizer_id: authorizer.map(str::to_owned),
        ..method("GET", mock("200"))
    }
}

/// One path for each way to be refused.
fn serve() -> LocalAws {
    let aws = local_aws(Config::default());
    let keyed = Method { api_key_required: true, ..method("GET", mock("200")) };
    let demanding = Method {
        request_parameters: [("method.request.querystring.q".to_owned(), true)].into(),
        request_validator_id: Some("v".to_owned()),
        ..method("GET", mock("200"))
    };
    let picky =
        Integration { passthrough_behavior: "NEVER".to_owned(), request_templates: [].into(), ..mock("200") };
    let broken = Integration { integration_responses: [].into(), ..mock("200") };
    let mut draft = draft([
        ("/keyed", keyed),
        ("/signed", guarded("AWS_IAM", None)),
        ("/pool", guarded("COGNITO_USER_POOLS", Some("pool"))),
        ("/lost", guarded("CUSTOM", Some("gone"))),
        ("/demanding", demanding),
        ("/picky", method("GET", picky)),
        ("/broken", method("GET", broken)),
        ("/unpermitted", method("GET", proxy())),
        ("/throttled", method("GET", mock("200"))),
        ("/large", method("POST", mock("200"))),
    ]);
    let validator = RequestValidator { validate_request_parameters: true, ..RequestValidator::default() };
    draft.request_validators.insert("v".to_owned(), validator);
    let pool = Authorizer {
        id: "pool".to_owned(),
        kind: "COGNITO_USER_POOLS".to_owned(),
        provider_arns: vec!["arn:aws:cognito-idp:us-east-2:000000000000:userpool/us-east-2_a".to_owned()],
        ..Authorizer::default()
    };
    draft.authorizers.insert("pool".to_owned(), pool);
    for class in ["DEFAULT_4XX", "DEFAULT_5XX"] {
        let parameter =
            ("gatewayresponse.header.Access-Control-Allow-Origin".to_owned(), format!("'{ORIGIN}'"));
        let response =
            GatewayResponse { response_parameters: [parameter].into(), ..GatewayResponse::default() };
        draft.gateway_responses.insert(class.to_owned(), response);
    }
    publish(&aws, draft);
    let nothing = MethodSetting {
        throttling_rate_limit: Some(0.0),
        throttling_burst_limit: Some(0),
        ..MethodSetting::default()
    };
    change_stage(&aws, |stage| {
        stage.method_settings.insert("~1throttled/GET".to_owned(), nothing);
    });
    add_key(&aws, KEY);
    add_plan(&aws, KEY, |plan| {
        plan.quota = Some(Quota { limit: 0, offset: 0, period: "DAY".to_owned() });
    });
    aws
}

#[track_caller]
fn check(seen: &Seen, what: &str, status: u16, error_type: &str, message: &Value) {
    assert_eq!((seen.status, seen.header("x-amzn-errortype")), (status, Some(error_type)), "{what}");
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body.get("message").or(body.get("Message")), Some(message), "{what}");
    assert_eq!(seen.header("access-control-allow-origin"), Some(ORIGIN), "{what}");
    assert_eq!(seen.header("content-type"), Some("application/json"), "{what}");
    assert!(seen.header("x-amzn-requestid").is_some() && seen.header("x-amz-apigw-id").is_some(), "{what}");
}

#[tokio::test]
async fn every_refusal_is_readable_for_a_page() {
    let aws = serve();
    let internal = "Internal server error";
    let with_key: &[(&str, &str)] = &[("x-api-key", KEY)];
    for (path, headers, status, error_type, message) in [
        (
            "/nowhere",
            &[][..],
            403,
            "MissingAuthenticationTokenException",
            json!("Missing Authentication Token"),
        ),
        ("/keyed", &[], 403, "ForbiddenException", json!("Forbidden")),
        ("/keyed", with_key, 429, "LimitExceededException", json!("Limit Exceeded")),
        ("/signed", &[], 403, "MissingAuthenticationTokenException", json!("Missing Authentication Token")),
        ("/pool", &[], 401, "UnauthorizedException", json!("Unauthorized")),
        ("/lost", &[], 500, "AuthorizerConfigurationException", Value::Null),
        ("/demanding", &[], 400, "BadRequestException", json!("Missing required request parameters: [q]")),
        ("/picky", &[], 415, "UnsupportedMediaTypeException", json!("Unsupported Media Type")),
        ("/broken", &[], 500, "InternalServerErrorException", json!(internal)),
        ("/unpermitted", &[], 500, "InternalServerErrorException", json!(internal)),
        ("/throttled", &[], 429, "TooManyRequestsException", json!("Too Many Requests")),
    ] {
        let seen = call(&aws, "GET", path, headers, "").await;
        check(&seen, path, status, error_type, &message);
        assert!(!why(&aws).is_empty(), "{path}");
    }
    let seen = call(&aws, "POST", "/large", &[], &"x".repeat(10 * 1024 * 1024 + 1)).await;
    check(&seen, "/large", 413, "RequestTooLargeException", &json!("Request Too Long"));
}

#[tokio::test]
async fn so_is_an_address_that_may_not_call() {
    let aws = serve();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*" },
    ] });
    aws.shared().world().region(ACCOUNT, REGION).apigateway.apis.get_mut(API).unwrap().policy =
        Some(policy.to_string());
    let seen = call(&aws, "GET", "/throttled", &[], "").await;
    let text = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: \
                arn:aws:execute-api:us-east-2:********0000:abc123/default/GET/throttled with an explicit deny";
    check(&seen, "a denied address", 403, "AccessDeniedException", &json!(text));
}
