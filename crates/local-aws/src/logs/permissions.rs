//! Which permissions the operations of CloudWatch Logs need.

use super::input::name_in;
use crate::{call::Call, permission::Permission, service::Operation};
use serde_json::Value;

pub(crate) fn needed(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let name = operation.name;
    let action = format!("logs:{name}");
    if let Some(arn) = input["resourceArn"].as_str() {
        return vec![Permission::new(action, arn)];
    }
    let identifier = input["logGroupIdentifier"].as_str().map(name_in);
    let group = input["logGroupName"].as_str().or(identifier).unwrap_or_default();
    // Listing groups is on all groups, whatever the prefix.
    let group = if name == "DescribeLogGroups" { "" } else { group };
    let stream = input["logStreamName"].as_str().unwrap_or_default();
    vec![Permission::new(action, call.arn("logs", &format!("log-group:{group}:log-stream:{stream}")))]
}
