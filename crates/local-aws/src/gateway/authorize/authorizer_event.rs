//! What a Lambda authorizer is asked: by its token (TOKEN) or by the whole request (REQUEST).

use super::resource_policy::method_arn;
use crate::{
    apigateway::draft::Authorizer,
    gateway::{exchange::Exchange, mapping, proxy_event, refusal::GatewayRefusal},
};
use regex_lite::Regex;
use serde_json::{Value, json};

/// The values of the identity sources, in their order: together they name the caller, also in the cache.
///
/// # Errors
/// 401: one is missing, or a token does not match the authorizer's expression. The function is not asked then.
pub(crate) fn identity(exchange: &Exchange, authorizer: &Authorizer) -> Result<Vec<String>, GatewayRefusal> {
    let default = if authorizer.kind == "TOKEN" { "method.request.header.Authorization" } else { "" };
    let sources = authorizer.identity_source.as_deref().unwrap_or(default);
    let context = exchange.context();
    let mut values = Vec::new();
    // Only what is kept is kept by its identity: without that the function is asked whatever the call has.
    let needed = authorizer.kind == "TOKEN" || authorizer.authorizer_result_ttl_in_seconds != Some(0);
    for source in sources.split(',').map(str::trim).filter(|s| !s.is_empty()) {
        let value = mapping::value(source, exchange, &context).map_err(GatewayRefusal::configuration)?;
        match value.filter(|v| !v.is_empty()) {
            Some(value) => values.push(value),
            None if needed => {
                return Err(GatewayRefusal::unauthorized(format!(
                    "the call has no identity source {source}"
                )));
            }
            None => {}
        }
    }
    if authorizer.kind == "TOKEN" && !matches(authorizer, values.first()) {
        return Err(GatewayRefusal::unauthorized("the token does not match identityValidationExpression"));
    }
    Ok(values)
}

fn matches(authorizer: &Authorizer, token: Option<&String>) -> bool {
    let Some(expression) = authorizer.identity_validation_expression.as_deref().filter(|e| !e.is_empty())
    else {
        return true;
    };
    let regex = Regex::new(&format!("^(?:{expression})$"));
    regex.is_ok_and(|r| token.is_some_and(|t| r.is_match(t)))
}

/// The event for the authorizer's function. Where there is nothing a REQUEST event has an empty object, not null.
pub(crate) fn event(
    exchange: &Exchange,
    authorizer: &Authorizer,
    identity: &[String],
) -> Result<Value, GatewayRefusal> {
    let arn = method_arn(exchange)?;
    if authorizer.kind == "TOKEN" {
        return Ok(json!({ "type": "TOKEN", "authorizationToken": identity.first(), "methodArn": arn }));
    }
    let (site, route, request) = (exchange.site()?, exchange.route()?, &exchange.request);
    let headers = proxy_event::headers(exchange);
    let or_empty = |value: Value| if value.is_null() { json!({}) } else { value };
    Ok(json!({
        "type": "REQUEST",
        "methodArn": arn,
        "resource": route.resource_path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": or_empty(proxy_event::singles(&headers)),
        "multiValueHeaders": or_empty(proxy_event::multiples(&headers)),
        "queryStringParameters": or_empty(proxy_event::singles(&request.query)),
        "multiValueQueryStringParameters": or_empty(proxy_event::multiples(&request.query)),
        "pathParameters": route.path_parameters,
        "stageVariables": site.variables,
        "requestContext": exchange.context(),
    }))
}
