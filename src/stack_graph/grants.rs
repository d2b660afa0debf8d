//! What the functions of a stack are granted.

use crate::stack::{self, Stack};
use serde_json::{Value, json};

/// Whether a route asks the function about its callers.
pub(super) fn authorizes(stack: &Stack, function: &str) -> bool {
    let asks = |auth: &stack::Auth| matches!(auth, stack::Auth::Authorizer(a) if a.function == function);
    stack.api.routes.iter().any(|route| asks(&route.auth))
}

/// What the file grants the function, and what its other settings need.
pub(super) fn statements(function: &stack::Function, role: &stack::ManagedRole) -> Vec<Value> {
    let allow = |actions: Value, resources: Value| json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
    let mut all: Vec<Value> =
        role.statements.iter().map(|s| allow(json!(s.actions), json!(s.resources))).collect();
    if function.tracing {
        all.push(allow(json!(["xray:PutTraceSegments", "xray:PutTelemetryRecords"]), json!("*")));
    }
    if function.vpc.is_some() {
        // Lambda's own network interfaces; EC2 takes no narrower resource for these.
        let actions = json!([
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses"
        ]);
        all.push(allow(actions, json!("*")));
    }
    all
}
