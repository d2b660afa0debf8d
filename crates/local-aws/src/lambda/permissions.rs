//! Which permissions Lambda's operations need.

use crate::{call::Call, permission::Permission, service::Operation};
use serde_json::Value;

pub(crate) fn needed(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let name = operation.name;
    let action = match name {
        "Invoke" => "lambda:InvokeFunction".to_owned(),
        name => format!("lambda:{name}"),
    };
    let function = |name: &str| {
        // A name, a partial ARN or an ARN. Since 2022 a qualifier is a part of the resource, wherever it was given.
        let name = name.split_once("function:").map_or(name, |(_, rest)| rest);
        match input["Qualifier"].as_str().filter(|_| !name.contains(':')) {
            Some(qualifier) => call.arn("lambda", &format!("function:{name}:{qualifier}")),
            None => call.arn("lambda", &format!("function:{name}")),
        }
    };
    let arn = input["Resource"].as_str().or(input["ResourceArn"].as_str());
    let resource = match (input["FunctionName"].as_str(), arn) {
        (Some(name), _) => function(name),
        (None, Some(arn)) => arn.to_owned(),
        (None, None) => "*".to_owned(),
    };
    let mut permissions = vec![Permission::new(action, resource)];
    if let (Some(role), "CreateFunction" | "UpdateFunctionConfiguration") = (input["Role"].as_str(), name) {
        let pass = Permission::new("iam:PassRole", role);
        permissions.push(pass.with("iam:PassedToService", "lambda.amazonaws.com"));
    }
    permissions
}
