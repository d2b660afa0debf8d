//! Lambda proxy integrations (AWS_PROXY): the function gets the whole request and makes the whole answer.

use super::{
    answer::Answer, data_plane::Gateway, exchange::Exchange, permission, proxy_event, proxy_response,
    refusal::GatewayRefusal,
};
use crate::{
    apigateway::draft::Integration,
    error::AwsError,
    lambda::{
        invocation::{Callee, Invocation, Outcome},
        runtime,
    },
};
use std::time::Duration;

/// The largest event that Lambda takes, in bytes.
const EVENT_LIMIT: usize = 6 * 1024 * 1024;
/// The largest answer that Lambda passes on, in bytes.
const ANSWER_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// Invokes the function and turns its result into the answer.
///
/// # Errors
/// The integration names no function or lacks the permission (500), the event is too large (413), the function takes
/// longer than the integration allows (504), fails, or answers what is no proxy response (502).
pub(crate) async fn answer(
    gateway: &Gateway,
    exchange: &Exchange,
    integration: &Integration,
) -> Result<Answer, GatewayRefusal> {
    let invocation = invocation(exchange, integration)?;
    let limit = Duration::from_millis(integration.timeout_in_millis.into());
    let function = invocation.callee.arn();
    let source = permission::source_arn(exchange)?;
    permission::check(
        &gateway.shared.world(),
        &invocation.callee,
        integration.credentials.as_deref(),
        &source,
    )
    .map_err(GatewayRefusal::configuration)?;
    let outcome = invoke(gateway, invocation, limit).await?;
    read(exchange, &function, outcome)
}

fn invocation(exchange: &Exchange, integration: &Integration) -> Result<Invocation, GatewayRefusal> {
    if integration.http_method.as_deref() != Some("POST") {
        return Err(GatewayRefusal::configuration(
            "AWS_PROXY invokes a function by POST only: set httpMethod POST",
        ));
    }
    let uri = with_stage_variables(exchange, integration.uri.as_deref().unwrap_or_default())?;
    let callee = function_of(&uri).ok_or_else(|| {
        GatewayRefusal::configuration(format!("the integration's uri names no function: {uri}"))
    })?;
    let payload = proxy_event::event(exchange)?.to_string();
    if payload.len() > EVENT_LIMIT {
        return Err(GatewayRefusal::too_large(format!("the event is over Lambda's {EVENT_LIMIT} bytes")));
    }
    Ok(Invocation { callee, payload: payload.into() })
}

/// Fills in `${stageVariables.name}`.
pub(crate) fn with_stage_variables(exchange: &Exchange, text: &str) -> Result<String, GatewayRefusal> {
    let variables = &exchange.site()?.variables;
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${stageVariables.") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = variables.get(name);
        out.push_str(before);
        out.push_str(
            value.ok_or_else(|| GatewayRefusal::configuration(format!("no stage variable {name}")))?,
        );
        rest = after;
    }
    Ok(out + rest)
}

/// Whom `…:lambda:path/2015-03-31/functions/<arn>/invocations` calls: a function, or its version or alias.
pub(crate) fn function_of(uri: &str) -> Option<Callee> {
    let (_, arn) = uri.split_once(":lambda:path/2015-03-31/functions/")?;
    let parts: Vec<&str> = arn.strip_suffix("/invocations")?.splitn(7, ':').collect();
    let [_, _, "lambda", region, account, "function", name] = parts[..] else { return None };
    let (function, qualifier) = name.split_once(':').map_or((name, None), |(f, q)| (f, Some(q.to_owned())));
    let (account, region) = (account.to_owned(), region.to_owned());
    Some(Callee { account, region, function: function.to_owned(), qualifier })
}

/// Waits as long as the integration may take; the function itself runs to its end.
async fn invoke(
    gateway: &Gateway,
    invocation: Invocation,
    limit: Duration,
) -> Result<Outcome, GatewayRefusal> {
    let function = invocation.callee.arn();
    match tokio::time::timeout(limit, runtime::run(&gateway.functions, invocation)).await {
        Err(_) => Err(GatewayRefusal::timeout(format!(
            "function {function} did not answer within {} ms",
            limit.as_millis()
        ))),
        Ok(Err(error)) => Err(refused(&function, &error)),
        Ok(Ok(outcome)) => Ok(outcome),
    }
}

/// Lambda did not run the function.
fn refused(function: &str, error: &AwsError) -> GatewayRefusal {
    let why = format!("Lambda refused to invoke {function}: {}: {}", error.code, error.message);
    match error.status {
        413 => GatewayRefusal::too_large(why),
        _ => GatewayRefusal::configuration(why),
    }
}

fn read(exchange: &Exchange, function: &str, outcome: Outcome) -> Result<Answer, GatewayRefusal> {
    if let Some(kind) = outcome.function_error {
        let text: String = String::from_utf8_lossy(&outcome.payload).chars().take(400).collect();
        return Err(GatewayRefusal::integration(format!(
            "function {function} failed in request {} ({kind}): {text}",
            outcome.request_id
        )));
    }
    if outcome.payload.len() > ANSWER_LIMIT {
        return Err(GatewayRefusal::integration(format!(
            "the answer of {function} is over {ANSWER_LIMIT} bytes"
        )));
    }
    let binary_types = &exchange.site()?.snapshot.binary_media_types;
    let accept = exchange.request.headers.get("accept");
    let mut answer = proxy_response::read(&outcome.payload, binary_types, accept).map_err(|why| {
        GatewayRefusal::integration(format!("malformed proxy response of {function}: {why}"))
    })?;
    answer.set("X-Amzn-Trace-Id", &exchange.trace_id);
    Ok(answer)
}
