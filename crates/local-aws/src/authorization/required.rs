//! Which permissions an operation needs: the service's own, and those about tags, which are the same everywhere.

use crate::{
    call::Call,
    permission::Permission,
    service::{Operation, Service},
};
use serde_json::Value;

pub(crate) fn by(
    call: &mut Call<'_>,
    service: &Service,
    operation: &Operation,
    input: &Value,
) -> Vec<Permission> {
    let mut permissions = (service.permissions)(call, operation, input);
    let tags = tags(input);
    if creates(operation)
        && !tags.is_empty()
        && let Some(resource) = permissions.first().map(|p| p.resource.clone())
    {
        permissions.push((service.permission_to_tag)(call, operation, &resource));
    }
    permissions.into_iter().map(|p| tags.iter().fold(p, |p, (key, value)| tagged(p, key, value))).collect()
}

fn tagged(permission: Permission, key: &str, value: &str) -> Permission {
    permission.with(&format!("aws:RequestTag/{key}"), value).with("aws:TagKeys", key)
}

/// To create with tags is to tag as well.
fn creates(operation: &Operation) -> bool {
    operation.name.starts_with("Create") || ["ImportRestApi", "PutMetricAlarm"].contains(&operation.name)
}

/// The tags in an input, which is a map or a list of pairs, by the service.
fn tags(input: &Value) -> Vec<(String, String)> {
    let tags = [&input["tags"], &input["Tags"], &input["ResourceTags"]].into_iter().find(|t| !t.is_null());
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    match tags {
        Some(Value::Object(map)) => map.iter().map(|(k, v)| (k.clone(), text(v))).collect(),
        Some(Value::Array(list)) => list.iter().map(|t| (text(&t["Key"]), text(&t["Value"]))).collect(),
        _ => Vec::new(),
    }
}
