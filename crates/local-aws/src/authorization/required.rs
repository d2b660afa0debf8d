//! Which permissions an operation needs: the action and the resource's ARN, as the service authorization reference
//! has them.

use super::Permission;
use crate::operation::{Call, Operation, Service};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

pub fn by(call: &mut Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let mut permissions = match call.service {
        Service::Sts => Vec::new(),
        Service::Iam => vec![iam(call, operation.name, input)],
        Service::Ecr => ecr(call, operation.name, input),
        Service::Logs => vec![logs(call, operation.name, input)],
        Service::Lambda => lambda(call, operation.name, input),
        Service::ApiGateway => api_gateway(call, operation, input),
    };
    permissions.extend(tagging(call, operation, &permissions, input));
    let tags = tags(input);
    permissions.into_iter().map(|p| tags.iter().fold(p, |p, (key, value)| tagged(p, key, value))).collect()
}

fn tagged(permission: Permission, key: &str, value: &str) -> Permission {
    permission.with(&format!("aws:RequestTag/{key}"), value).with("aws:TagKeys", key)
}

/// The tags in an input, which is a map or a list of pairs, by the service.
fn tags(input: &Value) -> Vec<(String, String)> {
    let tags = [&input["tags"], &input["Tags"]].into_iter().find(|t| !t.is_null());
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    match tags {
        Some(Value::Object(map)) => map.iter().map(|(k, v)| (k.clone(), text(v))).collect(),
        Some(Value::Array(list)) => list.iter().map(|t| (text(&t["Key"]), text(&t["Value"]))).collect(),
        _ => Vec::new(),
    }
}

/// To create with tags is to tag as well.
fn tagging(
    call: &Call<'_>,
    operation: &Operation,
    needed: &[Permission],
    input: &Value,
) -> Option<Permission> {
    let creates = operation.name.starts_with("Create") || operation.name == "ImportRestApi";
    if !creates || tags(input).is_empty() {
        return None;
    }
    let resource = &needed.first()?.resource;
    Some(match call.service {
        Service::Sts => return None,
        Service::Iam => Permission::new(operation.name.replace("Create", "iam:Tag"), resource),
        Service::Ecr => Permission::new("ecr:TagResource", resource),
        Service::Logs => Permission::new("logs:TagResource", resource),
        Service::Lambda => Permission::new("lambda:TagResource", resource),
        Service::ApiGateway => {
            // The id is not known before: the new one's ARN ends in a star.
            let arn = encoded(&format!("{resource}/*"));
            Permission::new("apigateway:PUT", format!("arn:aws:apigateway:{}::/tags/{arn}", call.region))
        }
    })
}

fn iam(call: &mut Call<'_>, name: &str, input: &Value) -> Permission {
    let action = format!("iam:{name}");
    let prefix = format!("arn:aws:iam::{}:", call.account);
    let path = ["Path", "PathPrefix"].iter().find_map(|m| input[m].as_str()).unwrap_or("/");
    let text = |member: &str| input[member].as_str();
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
    attached.into_iter().chain(boundary).fold(permission, |p, (key, arn)| p.with(key, arn))
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

fn ecr(call: &Call<'_>, name: &str, input: &Value) -> Vec<Permission> {
    let action = format!("ecr:{name}");
    let arn = |repository: &str| call.arn("ecr", &format!("repository/{repository}"));
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

fn logs(call: &Call<'_>, name: &str, input: &Value) -> Permission {
    let action = format!("logs:{name}");
    if let Some(arn) = input["resourceArn"].as_str() {
        return Permission::new(action, arn);
    }
    let identifier = input["logGroupIdentifier"].as_str().map(crate::logs::name_in);
    let group = input["logGroupName"].as_str().or(identifier).unwrap_or_default();
    // Listing groups is on all groups, whatever the prefix.
    let group = if name == "DescribeLogGroups" { "" } else { group };
    let stream = input["logStreamName"].as_str().unwrap_or_default();
    Permission::new(action, call.arn("logs", &format!("log-group:{group}:log-stream:{stream}")))
}

fn lambda(call: &Call<'_>, name: &str, input: &Value) -> Vec<Permission> {
    let action = match name {
        "Invoke" => "lambda:InvokeFunction".to_owned(),
        name => format!("lambda:{name}"),
    };
    let function = |name: &str| {
        // A name, a partial ARN or an ARN; a qualifier is no part of the resource.
        let name = name.split_once("function:").map_or(name, |(_, rest)| rest);
        call.arn("lambda", &format!("function:{}", name.split(':').next().unwrap_or(name)))
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

/// The action is the HTTP method, the resource the path.
fn api_gateway(call: &Call<'_>, operation: &Operation, input: &Value) -> Vec<Permission> {
    let part = |part: &str| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        Some(member) => {
            let value = input[member.trim_end_matches('+')].as_str().unwrap_or_default();
            if operation.path.starts_with("/tags/") { encoded(value) } else { value.to_owned() }
        }
        None => part.to_owned(),
    };
    // What a binding has behind `?` is no part of the resource.
    let template = operation.path.split('?').next().unwrap_or_default();
    let path = template.split('/').map(part).collect::<Vec<_>>().join("/");
    let resource = format!("arn:aws:apigateway:{}::{path}", call.region);
    let mut permissions = vec![Permission::new(format!("apigateway:{}", operation.method), resource.clone())];
    let patches_policy = || {
        let patches = input["patchOperations"].as_array();
        patches.into_iter().flatten().any(|p| p["path"] == "/policy")
    };
    let sets_policy = match operation.name {
        "CreateRestApi" => !input["policy"].is_null(),
        "UpdateRestApi" => patches_policy(),
        _ => false,
    };
    if sets_policy {
        permissions.push(Permission::new("apigateway:UpdateRestApiPolicy", resource));
    }
    permissions
}

fn encoded(arn: &str) -> String {
    const RESERVED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'*');
    utf8_percent_encode(arn, RESERVED).to_string()
}
