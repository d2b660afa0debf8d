//! Which permissions the operations of CloudWatch need. Data belongs to no resource: those actions know `*` only.

use crate::{call::Call, permission::Permission, service::Operation};
use serde_json::Value;

pub(crate) fn needed(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let action = format!("cloudwatch:{}", operation.name);
    let alarm = |name: &str| call.arn("cloudwatch", &format!("alarm:{name}"));
    if let Some(arn) = input["ResourceARN"].as_str() {
        return vec![Permission::new(action, arn)];
    }
    match (operation.name, &input["AlarmNames"], input["AlarmName"].as_str()) {
        ("DescribeAlarms", Value::Array(names), _) if names.is_empty() => {
            vec![Permission::new(action, alarm("*"))]
        }
        ("DescribeAlarms", Value::Null, _) => vec![Permission::new(action, alarm("*"))],
        (_, Value::Array(names), _) => {
            names.iter().filter_map(Value::as_str).map(|name| Permission::new(&action, alarm(name))).collect()
        }
        (_, _, Some(name)) => vec![Permission::new(action, alarm(name))],
        ("DescribeAlarmHistory", ..) => vec![Permission::new(action, alarm("*"))],
        ("PutMetricData", ..) => {
            let namespace = input["Namespace"].as_str().unwrap_or_default();
            vec![Permission::new(action, "*").with("cloudwatch:namespace", namespace)]
        }
        _ => vec![Permission::new(action, "*")],
    }
}
