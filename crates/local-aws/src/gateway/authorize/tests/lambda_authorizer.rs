use super::super::{
    authorizer_answer::AuthorizerAnswer, authorizer_cache::AuthorizerCache, authorizer_event,
    lambda_authorizer,
};
use crate::apigateway::draft::Authorizer;
use crate::gateway::{exchange::Exchange, refusal::RefusalKind, routing, site::Site, tests::world::*};
use crate::{Config, lambda::invocation::Outcome};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn exchange(uri: &str, headers: &[(&str, &str)]) -> Exchange {
    let aws = local_aws(Config::default());
    publish(&aws, draft([("/items/{id}", method("GET", mock("200")))]));
    let request = request("GET", uri, headers, "");
    let target = target(&request);
    let mut exchange = Exchange::new(aws.shared(), &target, &request.into_parts().0);
    let site =
        Site::find(&aws.shared().world(), &target, exchange.received, &aws.shared().config.delays()).unwrap();
    exchange.route = Some(routing::find(&site.snapshot, "GET", &exchange.request.path).unwrap());
    exchange.site = Some(site);
    exchange
}

fn authorizer(kind: &str, sources: Option<&str>) -> Authorizer {
    Authorizer { kind: kind.to_owned(), identity_source: sources.map(str::to_owned), ..Authorizer::default() }
}

const ARN: &str = "arn:aws:execute-api:us-east-2:000000000000:abc123/default/GET/items/7";

#[test]
fn a_token_authorizer_is_asked_by_its_token() {
    let exchange = exchange("/default/items/7", &[("authorization", "allow-me")]);
    let mut token = authorizer("TOKEN", None);
    let identity = authorizer_event::identity(&exchange, &token).unwrap();
    let event = authorizer_event::event(&exchange, &token, &identity).unwrap();
    assert_eq!(event, json!({ "type": "TOKEN", "authorizationToken": "allow-me", "methodArn": ARN }));
    token.identity_validation_expression = Some("deny-.*".to_owned());
    let refusal = authorizer_event::identity(&exchange, &token).unwrap_err();
    assert_eq!((refusal.kind, refusal.message.as_deref()), (RefusalKind::Unauthorized, Some("Unauthorized")));
}

#[test]
fn a_request_authorizer_is_asked_by_the_request_and_needs_every_source() {
    let exchange = exchange("/default/items/7?q=1", &[("x-user", "ann")]);
    let sources = "method.request.header.X-User, method.request.querystring.q,context.stage";
    let by_request = authorizer("REQUEST", Some(sources));
    let identity = authorizer_event::identity(&exchange, &by_request).unwrap();
    assert_eq!(identity, ["ann", "1", "default"]);
    let event = authorizer_event::event(&exchange, &by_request, &identity).unwrap();
    assert_eq!((&event["type"], &event["methodArn"]), (&json!("REQUEST"), &json!(ARN)));
    assert_eq!((&event["pathParameters"], &event["stageVariables"]), (&json!({ "id": "7" }), &json!({})));
    assert_eq!(
        (&event["headers"]["x-user"], &event["queryStringParameters"]),
        (&json!("ann"), &json!({ "q": "1" }))
    );
    assert_eq!(event["requestContext"]["resourcePath"], "/items/{id}");
    let missing = authorizer("REQUEST", Some("method.request.header.X-Other"));
    let refusal = authorizer_event::identity(&exchange, &missing).unwrap_err();
    assert_eq!(
        (refusal.kind, refusal.why.as_str()),
        (RefusalKind::Unauthorized, "the call has no identity source method.request.header.X-Other")
    );
    assert!(authorizer_event::identity(&exchange, &authorizer("REQUEST", None)).unwrap().is_empty());
}

fn answer(effect: &str, resource: &str) -> Value {
    json!({
        "principalId": "ann",
        "policyDocument": { "Version": "2012-10-17", "Statement": [
            { "Action": "execute-api:Invoke", "Effect": effect, "Resource": resource },
        ] },
        "context": { "text": "a", "number": 1, "boolean": true, "nothing": null },
        "usageIdentifierKey": "key-value",
    })
}

fn read(payload: &Value, function_error: Option<&str>) -> Result<AuthorizerAnswer, (RefusalKind, String)> {
    lambda_authorizer::read(&Outcome {
        payload: payload.to_string().into(),
        function_error: function_error.map(str::to_owned),
        request_id: String::new(),
        executed_version: "$LATEST".to_owned(),
        log_tail: String::new(),
    })
}

#[test]
fn answers_are_read_strictly() {
    let good = read(&answer("Allow", "*"), None).unwrap();
    assert_eq!(Value::Object(good.context), json!({ "text": "a", "number": "1", "boolean": "true" }));
    assert_eq!((good.principal.as_str(), good.usage_key.as_deref()), ("ann", Some("key-value")));
    let mut nested = answer("Allow", "*");
    nested["context"]["list"] = json!([1]);
    let broken = [
        json!("text"),
        json!({}),
        json!({ "principalId": "x" }),
        json!({ "policyDocument": { "Statement": [] } }),
        nested,
    ];
    for broken in broken {
        assert_eq!(read(&broken, None).unwrap_err().0, RefusalKind::AuthorizerConfigurationError, "{broken}");
    }
    let failed = |message: &str| read(&json!({ "errorMessage": message }), Some("Unhandled")).unwrap_err().0;
    assert_eq!(failed("Unauthorized"), RefusalKind::Unauthorized);
    assert_eq!(failed("boom"), RefusalKind::AuthorizerFailure);
}

#[test]
fn the_answers_policy_is_about_the_called_method() {
    let exchange = exchange("/default/items/7", &[]);
    let check = |effect, resource| {
        lambda_authorizer::check_policy(&exchange, &answer(effect, resource)["policyDocument"])
            .map_err(|r| (r.kind, r.message.unwrap_or_default()))
    };
    let denied = |text: &str| Err((RefusalKind::AccessDenied, text.to_owned()));
    assert_eq!(check("Allow", ARN), Ok(()));
    assert_eq!(check("Allow", "arn:aws:execute-api:*:*:abc123/*/GET/*"), Ok(()));
    assert_eq!(
        check("Deny", "*"),
        denied("User is not authorized to access this resource with an explicit deny")
    );
    assert_eq!(
        check("Allow", "arn:aws:execute-api:*:*:abc123/*/POST/*"),
        denied("User is not authorized to access this resource")
    );
}

#[test]
fn an_answer_is_kept_for_its_time_and_its_identity() {
    let cache = AuthorizerCache::default();
    let start = Timestamp::now();
    let later = |seconds| start + SignedDuration::from_secs(seconds);
    let key =
        |identity: &str| ("api".to_owned(), "stage".to_owned(), "auth".to_owned(), vec![identity.to_owned()]);
    let kept = read(&answer("Allow", "*"), None).unwrap();
    cache.put(key("ann"), later(300), start, kept.clone());
    assert_eq!(cache.get(&key("ann"), later(299)), Some(kept));
    assert_eq!(cache.get(&key("ann"), later(300)), None);
    assert_eq!(cache.get(&key("bob"), start), None);
    assert!(!format!("{cache:?}").contains("ann"));
}

#[tokio::test]
async fn an_authorizer_that_does_not_work_answers_500_with_a_null_message() {
    let aws = local_aws(Config::default());
    let mut get = method("GET", mock("200"));
    get.authorization_type = "CUSTOM".to_owned();
    get.authorizer_id = Some("auth".to_owned());
    let mut made = draft([("/", get)]);
    publish(&aws, made.clone());
    let headers = [("authorization", "x")];
    let seen = call(&aws, "GET", "/", &headers, "").await;
    assert_eq!((seen.status, seen.body.as_str()), (500, r#"{"message":null}"#));
    assert_eq!(seen.header("x-amzn-errortype"), Some("AuthorizerConfigurationException"));
    made.authorizers.insert("auth".to_owned(), authorizer("TOKEN", None));
    publish(&aws, made);
    assert_eq!(call(&aws, "GET", "/", &[], "").await.status, 401);
    let seen = call(&aws, "GET", "/", &headers, "").await;
    assert_eq!((seen.status, seen.body.as_str()), (500, r#"{"message":null}"#));
    assert!(why(&aws).contains("authorizerUri names no function"));
}
