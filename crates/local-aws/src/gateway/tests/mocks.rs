use super::world::*;
use crate::{
    Config, LocalAws,
    apigateway::draft::{Integration, IntegrationResponse},
};
use std::collections::BTreeMap;

fn serve(integration: Integration, binary_types: &[&str]) -> LocalAws {
    let aws = local_aws(Config::default());
    let mut draft = draft([("/", method("OPTIONS", integration))]);
    draft.binary_media_types = binary_types.iter().map(|t| (*t).to_owned()).collect();
    publish(&aws, draft);
    aws
}

async fn preflight(aws: &LocalAws, headers: &[(&str, &str)]) -> Seen {
    call(aws, "OPTIONS", "/", headers, "").await
}

fn with_request_template(template: Option<&str>) -> Integration {
    let templates = template.map(|t| ("application/json".to_owned(), Some(t.to_owned())));
    Integration { request_templates: templates.into_iter().collect(), ..mock("200") }
}

#[tokio::test]
async fn the_request_template_gives_the_status_code() {
    for (template, status) in [
        (Some("{\"statusCode\": 200}"), 200),
        (Some("{statusCode: 200}"), 200),
        (Some("{'statusCode': '200'}"), 200),
        (Some("#if($input.params('x') == '')\n{\"a\": 1, \"statusCode\": 200}\n#end"), 200),
        (Some("{\"status\": 200}"), 500),
        (Some("{\"statusCode\": \"ok\"}"), 500),
        (Some("#foreach($a in $b)#end{\"statusCode\": 200}"), 500),
        (Some(""), 500),
        (None, 500),
    ] {
        let seen = preflight(&serve(with_request_template(template), &[]), &[]).await;
        assert_eq!(seen.status, status, "{template:?}");
        if status == 500 {
            assert_eq!(seen.message(), "Internal server error");
        }
    }
}

#[tokio::test]
async fn what_a_template_asks_that_is_not_known_is_a_500_and_the_log_says_what() {
    for (template, said) in [
        ("#foreach($a in $b)#end{\"statusCode\": 200}", "#foreach is not implemented"),
        ("{\"statusCode\": $util.magic('x')}", "$util.magic is not implemented"),
    ] {
        let aws = serve(with_request_template(Some(template)), &[]);
        assert_eq!(preflight(&aws, &[]).await.status, 500);
        assert!(why(&aws).contains(said), "{}", why(&aws));
        let mut integration = mock("200");
        let made = integration.integration_responses.get_mut("200").unwrap();
        made.response_templates = [("application/json".to_owned(), Some(template.to_owned()))].into();
        let aws = serve(integration, &[]);
        assert_eq!(preflight(&aws, &[]).await.status, 500);
        assert!(why(&aws).contains(said), "{}", why(&aws));
    }
}

#[tokio::test]
async fn binary_apis_need_convert_to_text() {
    let integration = mock("200");
    assert_eq!(preflight(&serve(integration.clone(), &["image/png"]), &[]).await.status, 200);
    let aws = serve(integration.clone(), &["*/*"]);
    assert_eq!(preflight(&aws, &[]).await.status, 500);
    assert!(why(&aws).contains("no contentHandling CONVERT_TO_TEXT"));
    let converting = Integration { content_handling: Some("CONVERT_TO_TEXT".to_owned()), ..integration };
    assert_eq!(preflight(&serve(converting, &["*/*"]), &[]).await.status, 200);
}

#[tokio::test]
async fn passthrough_behaviour_decides_without_a_template() {
    for (behaviour, with_template, status) in [
        ("WHEN_NO_MATCH", true, 200),
        ("WHEN_NO_TEMPLATES", true, 415),
        ("WHEN_NO_TEMPLATES", false, 200),
        ("NEVER", false, 415),
    ] {
        let mut integration = with_request_template(with_template.then_some("{\"statusCode\": 200}"));
        integration.passthrough_behavior = behaviour.to_owned();
        let headers = [("content-type", "text/plain")];
        let seen = call(&serve(integration, &[]), "OPTIONS", "/", &headers, "{\"statusCode\": 200}").await;
        assert_eq!(seen.status, status, "{behaviour} {with_template}");
    }
}

fn response(pattern: Option<&str>, status: &str) -> (String, IntegrationResponse) {
    let response = IntegrationResponse {
        status_code: status.to_owned(),
        selection_pattern: pattern.map(str::to_owned),
        ..IntegrationResponse::default()
    };
    (status.to_owned(), response)
}

#[tokio::test]
async fn the_selection_pattern_is_matched_against_the_status_code() {
    let mut integration = with_request_template(Some("{\"statusCode\": $input.params('s')}"));
    integration.integration_responses =
        BTreeMap::from([response(Some("4\\d\\d"), "404"), response(None, "200")]);
    let aws = serve(integration, &[]);
    for (given, status) in [("404", 404), ("499", 404), ("200", 200), ("500", 200)] {
        assert_eq!(call(&aws, "OPTIONS", &format!("?s={given}"), &[], "").await.status, status, "{given}");
    }
}

const ECHO: &str = r#"#set($origin = $input.params().header.get("Origin"))
#if($origin == "") #set($origin = $input.params().header.get("origin")) #end
#if($origin == "https://b.example" || $origin == "https://c.example")
  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
#end
"#;

#[tokio::test]
async fn a_preflight_echoes_an_allowed_origin_and_never_a_foreign_one() {
    let mut integration = mock("204");
    let made = integration.integration_responses.get_mut("204").unwrap();
    made.response_parameters = [
        ("Access-Control-Allow-Origin", "'https://a.example'"),
        ("Access-Control-Allow-Headers", "'content-type,x-api-key'"),
        ("Vary", "'Origin'"),
        ("X-Stage", "context.stage"),
        ("X-From", "method.request.header.Origin"),
        ("X-None", "integration.response.header.X"),
    ]
    .map(|(name, value)| (format!("method.response.header.{name}"), value.to_owned()))
    .into();
    made.response_templates = [("application/json".to_owned(), Some(ECHO.to_owned()))].into();
    let aws = serve(integration, &[]);
    for (origin, allowed) in [
        ("https://a.example", "https://a.example"),
        ("https://b.example", "https://b.example"),
        ("https://c.example", "https://c.example"),
        ("https://evil.example", "https://a.example"),
    ] {
        let seen = preflight(&aws, &[("origin", origin)]).await;
        assert_eq!(
            (seen.status, seen.header("access-control-allow-origin")),
            (204, Some(allowed)),
            "{origin}"
        );
        assert_eq!(seen.headers.get_all("access-control-allow-origin").iter().count(), 1);
        assert_eq!(seen.header("access-control-allow-headers"), Some("content-type,x-api-key"));
        assert_eq!((seen.header("x-stage"), seen.header("x-from")), (Some("default"), Some(origin)));
        assert_eq!((seen.header("vary"), seen.header("x-none")), (Some("Origin"), None));
    }
}

#[tokio::test]
async fn an_unserved_integration_type_says_so() {
    let aws = serve(Integration { kind: "HTTP_PROXY".to_owned(), ..mock("200") }, &[]);
    assert_eq!(preflight(&aws, &[]).await.status, 500);
    assert_eq!(why(&aws), "integration type HTTP_PROXY is not implemented by the local AWS");
}

#[tokio::test]
async fn a_content_type_without_a_template_passes_the_body_through_and_gives_no_status() {
    let aws = serve(with_request_template(Some("{\"statusCode\": 200}")), &[]);
    for (content_type, status) in [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("text/plain", 500),
        ("application/x-www-form-urlencoded", 500),
    ] {
        assert_eq!(preflight(&aws, &[("content-type", content_type)]).await.status, status, "{content_type}");
    }
}
