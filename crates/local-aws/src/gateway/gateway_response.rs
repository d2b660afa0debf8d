//! How a refusal is answered: the customised gateway response of its type, else the default of its class, else AWS's own.

use super::{
    answer::Answer,
    exchange::Exchange,
    mapping,
    refusal::{GatewayRefusal, RefusalKind},
    vtl,
};
use crate::apigateway::draft::GatewayResponse;
use serde_json::{Value, json};

/// Writes the answer to a refused call.
pub(crate) fn write(exchange: &Exchange, refusal: &GatewayRefusal) -> Answer {
    let (name, status, error_type) = refusal.kind.row();
    let customised = find(exchange, refusal.kind, name, status);
    let set_status = customised.and_then(|c| c.status_code.as_ref()?.parse().ok());
    let mut answer = Answer { status: set_status.unwrap_or(status), ..Answer::default() };
    let context = error_context(exchange, refusal, name);
    let (content_type, body) = body(exchange, customised, &context, refusal);
    answer.set("Content-Type", content_type);
    answer.set("x-amzn-ErrorType", error_type);
    answer.body = body.into();
    if let Some(customised) = customised {
        add_parameters(&mut answer, exchange, customised, &context);
    }
    answer
}

fn find<'a>(
    exchange: &'a Exchange,
    kind: RefusalKind,
    name: &str,
    status: u16,
) -> Option<&'a GatewayResponse> {
    if kind == RefusalKind::Forbidden {
        return None;
    }
    let all = &exchange.site.as_ref()?.snapshot.gateway_responses;
    let class = if status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
    all.get(name).or_else(|| all.get(class))
}

/// `$context` with what gateway responses know about the error.
fn error_context(exchange: &Exchange, refusal: &GatewayRefusal, name: &str) -> Value {
    let mut context = exchange.context();
    context["error"] = json!({
        "message": refusal.message,
        // Quoted, or null: it is put into JSON as it is.
        "messageString": json!(refusal.message).to_string(),
        "responseType": name,
    });
    context
}

/// The template for what the client accepts, else JSON, else the first; without any `{"message":…}`.
fn body(
    exchange: &Exchange,
    customised: Option<&GatewayResponse>,
    context: &Value,
    refusal: &GatewayRefusal,
) -> (String, String) {
    let member = if refusal.kind == RefusalKind::PolicyDenied { "Message" } else { "message" };
    let plain = || ("application/json".to_owned(), json!({ member: refusal.message }).to_string());
    let Some(templates) = customised.map(|c| &c.response_templates).filter(|t| !t.is_empty()) else {
        return plain();
    };
    let accept = exchange.request.headers.get("accept").unwrap_or_default();
    let accepted = accept.split([',', ';']).find_map(|a| templates.get_key_value(a.trim()));
    let found = accepted.or_else(|| templates.get_key_value("application/json")).or(templates.iter().next());
    let Some((content_type, template)) = found else { return plain() };
    let params = exchange.params();
    let scope = vtl::Scope {
        context: context.clone(),
        stage_variables: exchange.stage_variables(),
        method: Some(json!({ "request": params })),
        ..vtl::Scope::default()
    };
    match vtl::substitute(template, &scope) {
        Ok(text) => (content_type.clone(), text),
        Err(failure) => (content_type.clone(), json!({ "message": failure.0 }).to_string()),
    }
}

fn add_parameters(answer: &mut Answer, exchange: &Exchange, customised: &GatewayResponse, context: &Value) {
    for (key, expression) in &customised.response_parameters {
        let Some(name) = key.strip_prefix("gatewayresponse.header.") else { continue };
        if let Ok(Some(value)) = mapping::value(expression, exchange, context) {
            answer.set(name, value);
        }
    }
}
