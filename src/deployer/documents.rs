//! Policy documents from the table.

use super::{
    scope::Scope,
    table::{On, RIGHTS, Right, Task},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Characters of a managed policy, without white space.
const MOST: usize = 6_144;

/// Actions of one statement, which share resources and conditions.
type Statements = BTreeMap<(String, Vec<String>), (Value, Vec<&'static str>)>;

/// The policies that a task needs, each within what AWS takes for one managed policy. Ten can be attached to a user or role.
pub fn documents(scope: &Scope<'_>, task: Task) -> Vec<Value> {
    let mut documents: Vec<Vec<Value>> = vec![Vec::new()];
    for statement in statements(scope, task) {
        let last = documents.last_mut().filter(|all| length(all, Some(&statement)) <= MOST);
        match last {
            Some(all) => all.push(statement),
            None => documents.push(vec![statement]),
        }
    }
    documents.into_iter().filter(|all| !all.is_empty()).map(crate::policy::document).collect()
}

fn length(statements: &[Value], more: Option<&Value>) -> usize {
    let all: Vec<&Value> = statements.iter().chain(more).collect();
    crate::policy::document(json!(all)).to_string().len()
}

fn statements(scope: &Scope<'_>, task: Task) -> Vec<Value> {
    let mut statements = Statements::new();
    for right in RIGHTS.iter().filter(|right| right.is_for(task)) {
        let resources = scope.resources(right.on);
        if resources.is_empty() || is_never_needed(scope, right) {
            continue;
        }
        let condition = condition(scope, right);
        // API Gateway has few actions on many resources, all else many actions on few.
        if let On::Path(_) = right.on {
            let key = (condition.to_string(), vec![right.action.to_owned()]);
            let entry = statements.entry(key).or_insert_with(|| (json!([]), vec![right.action]));
            let known = entry.0.as_array_mut();
            known.into_iter().for_each(|all| all.extend(resources.iter().map(|it| json!(it))));
        } else {
            let key = (condition.to_string(), resources.clone());
            statements.entry(key).or_insert_with(|| (json!(resources), Vec::new())).1.push(right.action);
        }
    }
    let all = statements.into_iter();
    all.map(|((condition, _), (resources, actions))| statement(&condition, &resources, &actions)).collect()
}

fn statement(condition: &str, resources: &Value, actions: &[&str]) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".into(), "Allow".into());
    statement.insert("Action".into(), json!(actions));
    statement.insert("Resource".into(), resources.clone());
    match serde_json::from_str(condition) {
        Ok(Value::Null) | Err(_) => {}
        Ok(condition) => _ = statement.insert("Condition".into(), condition),
    }
    statement.into()
}

/// A role without policies to attach needs no right to attach any.
fn is_never_needed(scope: &Scope<'_>, right: &Right) -> bool {
    right.action == "iam:AttachRolePolicy" && scope.attached_policies().is_empty()
}

fn condition(scope: &Scope<'_>, right: &Right) -> Value {
    let boundary = scope.role_boundary();
    match (right.action, boundary) {
        ("iam:PassRole", _) => json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } }),
        ("iam:AttachRolePolicy", None) => {
            json!({ "ArnEquals": { "iam:PolicyARN": scope.attached_policies() } })
        }
        ("iam:AttachRolePolicy", Some(boundary)) => json!({
            "ArnEquals": { "iam:PolicyARN": scope.attached_policies() },
            "StringEquals": { "iam:PermissionsBoundary": boundary },
        }),
        ("iam:CreateRole" | "iam:PutRolePolicy" | "iam:PutRolePermissionsBoundary", Some(boundary)) => {
            json!({ "StringEquals": { "iam:PermissionsBoundary": boundary } })
        }
        _ => Value::Null,
    }
}
