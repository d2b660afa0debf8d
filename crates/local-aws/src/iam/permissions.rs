//! Which permissions IAM's operations need.

use crate::{call::Call, permission::Permission, service::Operation};
use serde_json::Value;

pub(crate) fn needed(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let name = operation.name;
    let action = format!("iam:{name}");
    let prefix = format!("arn:aws:iam::{}:", call.account);
    let path = ["Path", "PathPrefix"].iter().find_map(|m| input[m].as_str()).unwrap_or("/");
    let text = |member: &str| input[member].as_str();
    if name == "GetAccountSummary" {
        return vec![Permission::new(action, "*")];
    }
    if let Some(source) = text("PolicySourceArn") {
        return vec![Permission::new(action, source)];
    }
    let permission = match (text("RoleName"), text("UserName"), text("PolicyArn"), text("PolicyName")) {
        (Some(role), ..) if name == "CreateRole" => {
            Permission::new(action, format!("{prefix}role{path}{role}"))
        }
        (_, Some(user), ..) if name == "CreateUser" => {
            Permission::new(action, format!("{prefix}user{path}{user}"))
        }
        (Some(role), ..) => entity(call, action, "role", role),
        (None, Some(user), ..) => entity(call, action, "user", user),
        (None, None, Some(arn), _) => Permission::new(action, arn).shown_as(format!("policy {arn}")),
        (None, None, None, Some(policy)) => Permission::new(action, format!("{prefix}policy{path}{policy}")),
        (None, None, None, None) => {
            let kind = [("Role", "role"), ("User", "user"), ("Polic", "policy"), ("AccessKey", "user")]
                .iter()
                .find_map(|(part, kind)| name.contains(part).then_some(*kind));
            Permission::new(action, format!("{prefix}{}{path}", kind.unwrap_or("*")))
        }
    };
    let attached = text("PolicyArn").map(|arn| ("iam:PolicyARN", arn));
    let boundary = text("PermissionsBoundary").map(|arn| ("iam:PermissionsBoundary", arn));
    vec![attached.into_iter().chain(boundary).fold(permission, |p, (key, arn)| p.with(key, arn))]
}

/// A role or user by name: its ARN has its path, if it is there.
fn entity(call: &mut Call<'_>, action: String, kind: &str, name: &str) -> Permission {
    let iam = &call.account_mut().iam;
    let key = name.to_ascii_lowercase();
    let found = match kind {
        "role" => iam.roles.get(&key).map(|r| &r.entity),
        _ => iam.users.get(&key).map(|u| &u.entity),
    };
    let arn = found.map(|e| e.arn.clone());
    let boundary = found.and_then(|e| e.boundary.clone());
    let arn = arn.unwrap_or_else(|| format!("arn:aws:iam::{}:{kind}/{name}", call.account));
    let permission = Permission::new(action, arn).shown_as(format!("{kind} {name}"));
    boundary.iter().fold(permission, |p, arn| p.with("iam:PermissionsBoundary", arn))
}
