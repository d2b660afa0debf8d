//! The API's resource policy: which addresses may call.

use super::{document, parse};
use crate::stack::{Api, Auth};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ACTION: &str = "execute-api:Invoke";

/// The policy that `allow_from` asks for; `None` without it. Resources are in the short form (`execute-api:/…`).
pub(crate) fn wished(api: &Api) -> Option<Value> {
    if api.allow_from.is_empty() {
        return None;
    }
    let mut policy = document(json!([
        { "Effect": "Allow", "Principal": "*", "Action": ACTION, "Resource": open(api) },
        {
            "Effect": "Deny", "Principal": "*", "Action": ACTION, "Resource": "execute-api:/*",
            "Condition": { "NotIpAddress": { "aws:SourceIp": api.allow_from } },
        },
    ]));
    settle(&mut policy);
    Some(policy)
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
pub(crate) fn canonical(text: &str) -> Value {
    let inside = serde_json::from_str::<String>(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned());
    let mut policy = parse(&inside);
    for statement in policy.get_mut("Statement").and_then(Value::as_array_mut).into_iter().flatten() {
        statement.get_mut("Resource").into_iter().for_each(shorten);
    }
    settle(&mut policy);
    policy
}

/// Lists of texts in order, and a list of one as that one: AWS gives them back so, or as they were written.
fn settle(policy: &mut Value) {
    match policy {
        Value::Object(members) => members.values_mut().for_each(settle),
        Value::Array(items) => {
            items.iter_mut().for_each(settle);
            if items.iter().all(Value::is_string) {
                items.sort_by_key(Value::to_string);
                items.dedup();
                if let [one] = &items[..] {
                    *policy = one.clone();
                }
            }
        }
        _ => {}
    }
}

/// `arn:aws:execute-api:<region>:<account>:<api>/x` to `execute-api:/x`.
fn shorten(resource: &mut Value) {
    match resource {
        Value::String(arn) if arn.contains(":execute-api:") => {
            if let Some((_, rest)) = arn.split_once('/') {
                *arn = format!("execute-api:/{rest}");
            }
        }
        Value::Array(all) => all.iter_mut().for_each(shorten),
        _ => {}
    }
}
