//! A stage's own access log: a line a call, in the format that the stage has for it.

use super::{answer::Answer, data_plane::Gateway, exchange::Exchange, refusal::GatewayRefusal};
use crate::stable_id;
use serde_json::{Value, json};
use std::time::Duration;

/// Writes the line, where the stage has an access log and API Gateway a role that may write it.
pub(crate) fn write(
    gateway: &Gateway,
    exchange: &Exchange,
    answer: &Answer,
    refusal: Option<&GatewayRefusal>,
) {
    let Some(site) = &exchange.site else { return };
    let Some(log) = &site.access_log else { return };
    let now = gateway.shared.clock.now();
    let took = now.duration_since(exchange.received).unsigned_abs();
    let line = filled(&log.format, &context(exchange, answer, refusal, took));
    let Some(group) = log.group() else { return };
    // One of many streams on AWS, whose names say nothing.
    let stream = &stable_id::hex(&[&site.api, &site.stage])[..32];
    let mut world = gateway.shared.world();
    let region = world.region(&site.account, &site.region);
    if region.apigateway.cloudwatch_role.is_some() {
        // Into a group that was deleted nothing is written.
        region.logs.append(group, stream, &[(now, line)], false);
    }
}

/// `$context`, with what is known once the call is answered.
fn context(exchange: &Exchange, answer: &Answer, refusal: Option<&GatewayRefusal>, took: Duration) -> Value {
    let mut context = exchange.context();
    let integration = exchange.integration_latency.map(|took| took.as_millis().to_string());
    context["status"] = json!(answer.status);
    context["responseLength"] = json!(answer.body.len());
    context["responseLatency"] = json!(took.as_millis().to_string());
    context["integrationLatency"] = json!(integration);
    context["integration"] = json!({ "latency": integration });
    context["xrayTraceId"] = json!(exchange.trace_id);
    if let Some(refusal) = refusal {
        let (kind, ..) = refusal.kind.row();
        context["error"] = json!({ "message": refusal.message, "messageString": json!(refusal.message).to_string(), "responseType": kind });
    }
    context
}

/// Every `$context.a.b` replaced; what is not there is `-`.
fn filled(format: &str, context: &Value) -> String {
    let mut line = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once("$context.") {
        let end =
            after.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(after.len());
        // A point at the end of a sentence is none of the name.
        let name = after[..end].trim_end_matches('.');
        line.push_str(before);
        line.push_str(&value(context, name));
        rest = &after[name.len()..];
    }
    line + rest
}

fn value(context: &Value, name: &str) -> String {
    match name.split('.').fold(context, |value, part| &value[part]) {
        Value::Null | Value::Object(_) | Value::Array(_) => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_and_what_is_not_there_is_a_dash() {
        let context =
            json!({ "requestId": "r", "identity": { "sourceIp": "::1", "caller": null }, "status": 200 });
        for (format, line) in [
            ("$context.requestId $context.status", "r 200"),
            (
                "{\"ip\":\"$context.identity.sourceIp\",\"who\":\"$context.identity.caller\"}",
                "{\"ip\":\"::1\",\"who\":\"-\"}",
            ),
            ("$context.none.of_this, $context.requestId.", "-, r."),
            ("$context $ $context.", "$context $ -"),
        ] {
            assert_eq!(filled(format, &context), line);
        }
    }
}
