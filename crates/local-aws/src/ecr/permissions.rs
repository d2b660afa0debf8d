//! Which permissions ECR's operations need.

use crate::{call::Call, permission::Permission, service::Operation};
use serde_json::Value;

pub(crate) fn needed(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let name = operation.name;
    let action = format!("ecr:{name}");
    // The registry of another account, where the call names one.
    let account = input["registryId"].as_str().unwrap_or(&call.account);
    let arn = |repository: &str| format!("arn:aws:ecr:{}:{account}:repository/{repository}", call.region);
    let names = input["repositoryNames"].as_array();
    match (input["repositoryName"].as_str(), input["resourceArn"].as_str(), names) {
        (Some(repository), ..) => vec![Permission::new(action, arn(repository))],
        (_, Some(resource), _) => vec![Permission::new(action, resource)],
        (_, _, Some(names)) => {
            names.iter().filter_map(Value::as_str).map(|n| Permission::new(action.clone(), arn(n))).collect()
        }
        _ if name == "DescribeRepositories" => vec![Permission::new(action, arn("*"))],
        _ => vec![Permission::new(action, "*")],
    }
}
