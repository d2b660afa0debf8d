//! The permissions boundary for the functions' roles: the most that any of them may ever do.

use super::scope::Scope;
use crate::{
    resources::log_group_name,
    stack::{Role, Stack},
};
use serde_json::{Value, json};

/// The policy, and the managed policies of the file that it can't hold: what AWS lets them do is not in the stack file.
pub(crate) fn boundary(scope: &Scope<'_>) -> (Value, Vec<String>) {
    let (mut statements, mut unknown) = (vec![logs(scope)], Vec::new());
    for role in managed(scope.stack) {
        unknown.extend(role.policies.iter().cloned());
        statements.extend(
            role.statements
                .iter()
                .map(|it| json!({ "Effect": "Allow", "Action": it.actions, "Resource": it.resources })),
        );
    }
    if scope.stack.functions.values().any(|function| function.tracing) {
        statements.push(json!({
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": "*",
        }));
    }
    if scope.stack.functions.values().any(|function| function.vpc.is_some()) {
        statements.push(json!({
            "Effect": "Allow",
            "Action": ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
                "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"],
            "Resource": "*",
        }));
    }
    unknown.sort();
    unknown.dedup();
    (crate::policy::document(statements), unknown)
}

fn managed(stack: &Stack) -> impl Iterator<Item = &crate::stack::ManagedRole> {
    stack.functions.values().filter_map(|function| match &function.role {
        Role::Managed(role) => Some(role),
        Role::Existing(_) => None,
    })
}

fn logs(scope: &Scope<'_>) -> Value {
    let groups = scope
        .stack
        .functions
        .values()
        .map(|function| scope.arn("logs", &format!("log-group:{}:*", log_group_name(&function.name))));
    json!({
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": groups.collect::<Vec<_>>(),
    })
}
