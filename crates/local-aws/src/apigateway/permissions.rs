//! Which permissions API Gateway's operations need.

use crate::{call::Call, permission::Permission, service::Operation};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The action is the HTTP method, the resource the path.
pub(crate) fn needed(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let part = |part: &str| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        Some(member) => {
            let value = input[member.trim_end_matches('+')].as_str().unwrap_or_default();
            if operation.path.starts_with("/tags/") { encoded(value) } else { value.to_owned() }
        }
        None => part.to_owned(),
    };
    // What a binding has behind `?` is no part of the resource.
    let template = operation.path.split('?').next().unwrap_or_default();
    let path = template.split('/').map(part).collect::<Vec<_>>().join("/");
    let resource = format!("arn:aws:apigateway:{}::{path}", call.region);
    let mut permissions = vec![Permission::new(format!("apigateway:{}", operation.method), resource.clone())];
    let patches_policy = || {
        let patches = input["patchOperations"].as_array();
        patches.into_iter().flatten().any(|p| p["path"] == "/policy")
    };
    let sets_policy = match operation.name {
        "CreateRestApi" => !input["policy"].is_null(),
        "UpdateRestApi" => patches_policy(),
        _ => false,
    };
    if sets_policy {
        permissions.push(Permission::new("apigateway:UpdateRestApiPolicy", resource));
    }
    permissions
}

/// The id is not known before: the new one's ARN ends in a star.
pub(crate) fn to_tag(call: &Call<'_>, _: &Operation, resource: &str) -> Permission {
    let arn = encoded(&format!("{resource}/*"));
    Permission::new("apigateway:PUT", format!("arn:aws:apigateway:{}::/tags/{arn}", call.region))
}

fn encoded(arn: &str) -> String {
    const RESERVED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'*');
    utf8_percent_encode(arn, RESERVED).to_string()
}
