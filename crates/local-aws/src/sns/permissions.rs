//! Which permissions the operations of SNS need. Subscriptions are no resources of it.

use crate::{call::Call, permission::Permission, service::Operation};
use serde_json::Value;

pub(crate) fn needed(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let action = format!("sns:{}", operation.name);
    let named = ["TopicArn", "TargetArn", "ResourceArn"].iter().find_map(|name| input[*name].as_str());
    let created = || input["Name"].as_str().map(|name| call.arn("sns", name));
    let resource = named.map(str::to_owned).or_else(created).unwrap_or_else(|| "*".to_owned());
    let permission = Permission::new(action, resource);
    vec![match (input["Protocol"].as_str(), input["Endpoint"].as_str()) {
        (Some(protocol), Some(endpoint)) => {
            permission.with("sns:Protocol", protocol).with("sns:Endpoint", endpoint)
        }
        _ => permission,
    }]
}
