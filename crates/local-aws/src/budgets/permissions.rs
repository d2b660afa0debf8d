//! Which permissions the operations of AWS Budgets need: few actions, each for several operations.

use crate::{call::Call, permission::Permission, service::Operation};
use serde_json::Value;

pub(crate) fn needed(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let name = operation.name;
    if let Some(arn) = input["ResourceARN"].as_str() {
        return vec![Permission::new(format!("budgets:{name}"), arn)];
    }
    let action = if name.starts_with("Describe") { "budgets:ViewBudget" } else { "budgets:ModifyBudget" };
    let names = [&input["BudgetName"], &input["Budget"]["BudgetName"], &input["NewBudget"]["BudgetName"]];
    // The list is of all budgets.
    let budget = names.iter().find_map(|n| n.as_str()).unwrap_or("*");
    let account = input["AccountId"].as_str().unwrap_or(&call.account);
    vec![Permission::new(action, arn(account, budget))]
}

/// The ARN of a budget. It has no region.
pub(crate) fn arn(account: &str, budget: &str) -> String {
    format!("arn:aws:budgets::{account}:budget/{budget}")
}
