//! The API's resource policy: which addresses may call.

use crate::stack::{Api, Auth};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ACTION: &str = "execute-api:Invoke";

/// The policy that `allow_from` asks for; `None` without it. Resources are in the short form (`execute-api:/…`).
pub fn wished(api: &Api) -> Option<Value> {
    if api.allow_from.is_empty() {
        return None;
    }
    Some(json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Principal": "*", "Action": ACTION, "Resource": open(api) },
            {
                "Effect": "Deny", "Principal": "*", "Action": ACTION, "Resource": "execute-api:/*",
                "Condition": { "NotIpAddress": { "aws:SourceIp": api.allow_from } },
            },
        ],
    }))
}

/// What is open to everybody within the ranges. A route that asks for signatures is not: allowing it here would let
/// every signer in, whatever its own policies say.
fn open(api: &Api) -> Value {
    if api.routes.iter().all(|r| r.auth != Auth::Iam) {
        return json!("execute-api:/*");
    }
    let resource = |method: &str, path: &str| {
        let method = if method == "ANY" { "*" } else { method };
        let parts = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part });
        format!("execute-api:/*/{method}{}", parts.collect::<Vec<_>>().join("/"))
    };
    let open = api.routes.iter().filter(|r| r.auth != Auth::Iam).map(|r| resource(&r.method, &r.path));
    let preflights = api.routes.iter().filter(|_| api.cors.is_some()).map(|r| resource("OPTIONS", &r.path));
    json!(open.chain(preflights).collect::<BTreeSet<_>>())
}

/// A policy as AWS reports it, in the form of the wish: AWS writes the API's own ARN into resources, and answers the
/// document as the inside of a JSON string.
pub fn canonical(text: &str) -> Value {
    let inside = serde_json::from_str::<String>(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned());
    let mut policy = super::policy(&inside);
    if let Some(statements) = policy.get_mut("Statement").and_then(Value::as_array_mut) {
        statements.iter_mut().filter_map(|s| s.get_mut("Resource")).for_each(shorten);
    }
    policy
}

/// `arn:aws:execute-api:<region>:<account>:<api>/x` to `execute-api:/x`.
fn shorten(resource: &mut Value) {
    match resource {
        Value::String(arn) if arn.contains(":execute-api:") => {
            if let Some((_, rest)) = arn.split_once('/') {
                *arn = format!("execute-api:/{rest}");
            }
        }
        Value::Array(all) => {
            all.iter_mut().for_each(shorten);
            all.sort_by_key(Value::to_string);
        }
        _ => {}
    }
}
