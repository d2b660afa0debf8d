//! MOCK integrations: the request template picks a status code, its integration response makes the answer.

use super::{answer::Answer, binary, exchange::Exchange, mapping, refusal::GatewayRefusal, vtl};
use crate::apigateway::draft::{Integration, IntegrationResponse};
use base64::{Engine, engine::general_purpose::STANDARD};
use regex_lite::Regex;
use std::sync::LazyLock;

/// Answers a call from the integration's templates alone.
///
/// # Errors
/// 500 where the templates give no status code or no response fits it, 415 where no template fits the content type.
pub(crate) fn answer(exchange: &Exchange, integration: &Integration) -> Result<Answer, GatewayRefusal> {
    let request = request_text(exchange, integration)?;
    let status = status_code(&request).ok_or_else(|| {
        broken("the request template gives no integer statusCode: MOCK needs {\"statusCode\": 200}")
    })?;
    let response = select(integration, status)?;
    respond(exchange, response)
}

fn broken(why: impl Into<String>) -> GatewayRefusal {
    GatewayRefusal::configuration(why)
}

/// What the integration is sent: the template for the content type, or the body where it may pass through.
fn request_text(exchange: &Exchange, integration: &Integration) -> Result<String, GatewayRefusal> {
    let content_type = exchange.request.content_type();
    let binary_types = &exchange.site()?.snapshot.binary_media_types;
    let is_binary = binary::is_binary(binary_types, &content_type);
    if is_binary && integration.content_handling.as_deref() != Some("CONVERT_TO_TEXT") {
        return Err(broken(format!(
            "{content_type} is binary for this API and the integration has no contentHandling CONVERT_TO_TEXT: \
             a MOCK cannot read its template"
        )));
    }
    match integration.request_templates.get(&content_type) {
        Some(template) => {
            let mut scope = exchange.scope();
            if is_binary {
                scope.body = STANDARD.encode(&exchange.request.body);
            }
            rendered(template.as_deref().unwrap_or_default(), &scope).map(|r| r.text)
        }
        None => passed_through(exchange, integration, &content_type),
    }
}

fn passed_through(
    exchange: &Exchange,
    integration: &Integration,
    kind: &str,
) -> Result<String, GatewayRefusal> {
    let allowed = match integration.passthrough_behavior.as_str() {
        "NEVER" => false,
        "WHEN_NO_TEMPLATES" => integration.request_templates.is_empty(),
        _ => true,
    };
    if allowed {
        return Ok(String::from_utf8_lossy(&exchange.request.body).into_owned());
    }
    Err(GatewayRefusal::new(
        super::refusal::RefusalKind::UnsupportedMediaType,
        "Unsupported Media Type",
        format!("no request template for {kind}, and passthroughBehavior does not let the body through"),
    ))
}

fn rendered(template: &str, scope: &vtl::Scope) -> Result<vtl::Rendered, GatewayRefusal> {
    vtl::render(template, scope).map_err(|failure| broken(format!("mapping template: {failure}")))
}

/// API Gateway reads the rendered template leniently: keys may be bare or in single quotes.
static STATUS_CODE: LazyLock<Result<Regex, regex_lite::Error>> = LazyLock::new(|| {
    Regex::new(r#"(?s)^\s*\{\s*(?:.*[,\s])?["']?statusCode["']?\s*:\s*["']?(\d{3})["']?\s*[,}]"#)
});

fn status_code(text: &str) -> Option<u16> {
    STATUS_CODE.as_ref().ok()?.captures(text)?.get(1)?.as_str().parse().ok()
}

/// The response whose pattern matches the whole status code, else the one without a pattern.
fn select(integration: &Integration, status: u16) -> Result<&IntegrationResponse, GatewayRefusal> {
    let responses = || integration.integration_responses.values();
    let pattern = |r: &IntegrationResponse| r.selection_pattern.clone().filter(|p| !p.is_empty());
    let matching = responses().find(|r| pattern(r).is_some_and(|p| matches(&p, status)));
    let default = || responses().find(|r| pattern(r).is_none());
    matching
        .or_else(default)
        .ok_or_else(|| broken(format!("no integration response fits status code {status}")))
}

fn matches(pattern: &str, status: u16) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(&status.to_string()))
}

fn respond(exchange: &Exchange, response: &IntegrationResponse) -> Result<Answer, GatewayRefusal> {
    let status =
        response.status_code.parse().map_err(|_| broken("the integration response has no status code"))?;
    let mut answer = Answer { status, ..Answer::default() };
    answer.set("Content-Type", "application/json");
    let context = exchange.context();
    for (key, expression) in &response.response_parameters {
        // A MOCK has no response of its own: what is mapped from it is not there.
        let Some(name) = key.strip_prefix("method.response.header.") else { continue };
        if expression.starts_with("integration.response.") {
            continue;
        }
        if let Some(value) = mapping::value(expression, exchange, &context).map_err(broken)? {
            answer.set(name, value);
        }
    }
    add_body(&mut answer, exchange, response)?;
    Ok(answer)
}

fn add_body(
    answer: &mut Answer,
    exchange: &Exchange,
    response: &IntegrationResponse,
) -> Result<(), GatewayRefusal> {
    let templates = &response.response_templates;
    let accept = exchange.request.headers.get("accept").unwrap_or_default();
    let accepted = accept.split([',', ';']).find_map(|a| templates.get_key_value(a.trim()));
    let found = accepted.or_else(|| templates.get_key_value("application/json")).or(templates.iter().next());
    let Some((content_type, template)) = found else { return Ok(()) };
    answer.set("Content-Type", content_type);
    let rendered = rendered(template.as_deref().unwrap_or_default(), &exchange.scope())?;
    answer.status = rendered.status.unwrap_or(answer.status);
    for (name, value) in &rendered.headers {
        answer.set(name, value);
    }
    answer.body = match response.content_handling.as_deref() {
        Some("CONVERT_TO_BINARY") => STANDARD
            .decode(rendered.text.trim())
            .map_err(|e| broken(format!("contentHandling CONVERT_TO_BINARY: {e}")))?
            .into(),
        _ => rendered.text.into(),
    };
    Ok(())
}
