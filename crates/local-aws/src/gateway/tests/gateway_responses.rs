use super::world::*;
use crate::{Config, LocalAws, apigateway::draft::GatewayResponse};

fn response(kind: &str, parameters: &[(&str, &str)]) -> GatewayResponse {
    GatewayResponse {
        response_type: kind.to_owned(),
        response_parameters: parameters
            .iter()
            .map(|(name, value)| (format!("gatewayresponse.header.{name}"), (*value).to_owned()))
            .collect(),
        ..GatewayResponse::default()
    }
}

fn serve(responses: impl IntoIterator<Item = GatewayResponse>) -> LocalAws {
    let aws = local_aws(Config::default());
    let mut broken = mock("200");
    broken.integration_responses.clear();
    let mut draft = draft([("/", method("POST", mock("200"))), ("/broken", method("GET", broken))]);
    draft.gateway_responses = responses.into_iter().map(|r| (r.response_type.clone(), r)).collect();
    publish(&aws, draft);
    aws
}

#[tokio::test]
async fn the_defaults_of_a_class_carry_headers_and_keep_the_status() {
    let origin = ("Access-Control-Allow-Origin", "'https://a.example'");
    let echo = ("Access-Control-Allow-Origin", "method.request.header.Origin");
    let aws = serve([response("DEFAULT_4XX", &[origin]), response("DEFAULT_5XX", &[echo])]);
    let seen = call(&aws, "GET", "/none", &[("origin", "https://x.example")], "").await;
    assert_eq!((seen.status, seen.message()), (403, "Missing Authentication Token".into()));
    assert_eq!(seen.header("access-control-allow-origin"), Some("https://a.example"));
    let seen = call(&aws, "GET", "/broken", &[("origin", "https://x.example")], "").await;
    assert_eq!((seen.status, seen.message()), (500, "Internal server error".into()));
    assert_eq!(seen.header("access-control-allow-origin"), Some("https://x.example"));
    let seen = call(&aws, "GET", "/broken", &[], "").await;
    assert_eq!(seen.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_type_of_its_own_comes_first_and_may_change_status_and_body() {
    let mut own = response("MISSING_AUTHENTICATION_TOKEN", &[("X-Request", "context.requestId")]);
    own.status_code = Some("404".to_owned());
    let template =
        "{\"m\":$context.error.messageString,\"t\":\"$context.error.responseType\",\"p\":\"$context.path\"}";
    own.response_templates = [("application/json".to_owned(), template.to_owned())].into();
    let aws = serve([own, response("DEFAULT_4XX", &[("X-Class", "'4XX'")])]);
    let seen = call(&aws, "GET", "/none", &[], "").await;
    let expected =
        r#"{"m":"Missing Authentication Token","t":"MISSING_AUTHENTICATION_TOKEN","p":"/default/none"}"#;
    assert_eq!((seen.status, seen.body.as_str(), seen.header("x-class")), (404, expected, None));
    assert_eq!(seen.header("x-request"), seen.header("x-amzn-requestid"));
}

#[tokio::test]
async fn the_template_follows_accept() {
    let mut own = response("DEFAULT_4XX", &[]);
    own.response_templates = [
        ("application/json".to_owned(), "{\"message\":$context.error.messageString}".to_owned()),
        ("text/plain".to_owned(), "no: $context.error.message".to_owned()),
    ]
    .into();
    let aws = serve([own]);
    let plain = call(&aws, "GET", "/none", &[("accept", "text/plain")], "").await;
    assert_eq!(
        (plain.header("content-type"), plain.body.as_str()),
        (Some("text/plain"), "no: Missing Authentication Token")
    );
    let json = call(&aws, "GET", "/none", &[("accept", "text/html,*/*")], "").await;
    assert_eq!(
        (json.header("content-type"), json.message()),
        (Some("application/json"), "Missing Authentication Token".into())
    );
}
