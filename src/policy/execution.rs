//! What a function's role allows.

use super::document;
use crate::stack::{Function, ManagedRole};
use serde_json::{Value, json};

/// Writing to its log group, what the file grants, and what the function's other settings need.
pub(crate) fn execution_policy(log_group_arn: &str, function: &Function, role: &ManagedRole) -> Value {
    let allow = |actions: Value, resources: Value| json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
    let mut all = vec![allow(json!(["logs:CreateLogStream", "logs:PutLogEvents"]), json!(log_group_arn))];
    all.extend(role.statements.iter().map(|s| allow(json!(s.actions), json!(s.resources))));
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
    document(all)
}
