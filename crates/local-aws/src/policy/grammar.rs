//! What a policy document must look like, with AWS's words for what is wrong with it.

use super::{
    condition,
    document::{one_or_more, texts},
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Where a policy is used, which decides what it must and must not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PolicyKind {
    /// Inline or managed: what its bearer may do. No `Principal`.
    Identity,
    /// Who may assume a role. No `Resource`.
    Trust,
    /// Who may do what with the resource that it hangs on.
    Resource,
}

const STATEMENT_KEYS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
const PRINCIPAL_KINDS: [&str; 4] = ["AWS", "Service", "Federated", "CanonicalUser"];

/// The document, if it is a policy of its kind.
///
/// # Errors
/// AWS's text of a `MalformedPolicyDocument`.
pub(crate) fn check(text: &str, kind: PolicyKind) -> Result<Value, String> {
    let unreadable = match kind {
        PolicyKind::Identity => "Syntax errors in policy.",
        PolicyKind::Trust | PolicyKind::Resource => "This policy contains invalid Json",
    };
    let document: Value = serde_json::from_str(text).map_err(|_| unreadable.to_owned())?;
    let Value::Object(policy) = &document else { return Err(unreadable.to_owned()) };
    if let Some(unknown) = policy.keys().find(|k| !["Version", "Id", "Statement"].contains(&k.as_str())) {
        return Err(format!("Unknown field {unknown}"));
    }
    version(policy, kind)?;
    let mut sids = BTreeSet::new();
    let mut statements = one_or_more(&document["Statement"]).peekable();
    if statements.peek().is_none() {
        return Err(match kind {
            PolicyKind::Identity => "Syntax errors in policy.".to_owned(),
            _ if policy.contains_key("Statement") => {
                "Could not parse the policy: Statement is empty!".to_owned()
            }
            _ => "Missing required field Statement".to_owned(),
        });
    }
    for statement in statements {
        let Value::Object(statement) = statement else { return Err("Syntax errors in policy.".to_owned()) };
        check_statement(statement, kind)?;
        if let Some(sid) = statement.get("Sid")
            && !sids.insert(sid.to_string())
        {
            return Err("Statement IDs (SID) in a single policy must be unique.".to_owned());
        }
    }
    Ok(document)
}

fn version(policy: &Map<String, Value>, kind: PolicyKind) -> Result<(), String> {
    match policy.get("Version").map(|v| v.as_str()) {
        Some(Some("2012-10-17" | "2008-10-17")) => Ok(()),
        // Without a version it is 2008-10-17, which IAM does not take for what it stores itself.
        None if kind != PolicyKind::Identity => Ok(()),
        None => Err("Policy document must be version 2012-10-17 or greater.".to_owned()),
        Some(_) => Err("The policy must contain a valid version string".to_owned()),
    }
}

fn check_statement(statement: &Map<String, Value>, kind: PolicyKind) -> Result<(), String> {
    if let Some(unknown) = statement.keys().find(|k| !STATEMENT_KEYS.contains(&k.as_str())) {
        return Err(format!("Unknown field {unknown}"));
    }
    match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow" | "Deny") => {}
        Some(other) => return Err(format!("Invalid effect: {other}")),
        None => return Err("Missing required field Effect".to_owned()),
    }
    sid(statement, kind)?;
    principal(statement, kind)?;
    actions(statement, kind)?;
    resources(statement, kind)?;
    conditions(statement)
}

fn sid(statement: &Map<String, Value>, kind: PolicyKind) -> Result<(), String> {
    let fits = |sid: &str| sid.bytes().all(|b| b.is_ascii_alphanumeric());
    match statement.get("Sid") {
        None => Ok(()),
        Some(Value::String(sid)) if kind == PolicyKind::Resource || fits(sid) => Ok(()),
        Some(_) => Err("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*".to_owned()),
    }
}

/// The value of `name` or `Not<name>`; both at once are none.
fn either<'s>(statement: &'s Map<String, Value>, name: &str) -> Result<Option<&'s Value>, String> {
    match (statement.get(name), statement.get(&format!("Not{name}"))) {
        (Some(_), Some(_)) => Err("Syntax errors in policy.".to_owned()),
        (one, other) => Ok(one.or(other)),
    }
}

fn principal(statement: &Map<String, Value>, kind: PolicyKind) -> Result<(), String> {
    let principal = either(statement, "Principal")?;
    match (kind, principal) {
        (PolicyKind::Identity, None) => Ok(()),
        (PolicyKind::Identity, Some(_)) => Err("Policy document should not specify a principal.".to_owned()),
        (_, None) => Err("Missing required field Principal".to_owned()),
        (_, Some(Value::String(everybody))) if everybody == "*" => Ok(()),
        (_, Some(Value::Object(kinds))) if !kinds.is_empty() => kinds.iter().try_for_each(|(k, v)| {
            let bad = || format!("Invalid principal in policy: \"{}\":{v}", k.to_uppercase());
            let named = texts(v).count() > 0 && texts(v).all(|name| principal_named(k, name));
            if PRINCIPAL_KINDS.contains(&k.as_str()) && named { Ok(()) } else { Err(bad()) }
        }),
        (_, Some(other)) => Err(format!("Invalid principal in policy: {other}")),
    }
}

fn principal_named(kind: &str, name: &str) -> bool {
    let account = |t: &str| t.len() == 12 && t.bytes().all(|b| b.is_ascii_digit());
    match kind {
        "Service" => name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn"),
        "AWS" => name == "*" || account(name) || name.starts_with("arn:aws"),
        _ => !name.is_empty(),
    }
}

fn actions(statement: &Map<String, Value>, kind: PolicyKind) -> Result<(), String> {
    let found = either(statement, "Action")?.map(|v| texts(v).collect::<Vec<_>>()).unwrap_or_default();
    if found.is_empty() {
        return Err(match kind {
            PolicyKind::Identity => "Policy statement must contain actions.".to_owned(),
            _ => "Missing required field Action".to_owned(),
        });
    }
    let vendor = |a: &&str| {
        let plain = |v: &str| v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        *a == "*" || a.split_once(':').is_some_and(|(v, n)| plain(v) && !v.is_empty() && !n.is_empty())
    };
    if !found.iter().all(vendor) {
        return Err("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".to_owned());
    }
    if kind == PolicyKind::Trust && !found.iter().all(|a| a.to_ascii_lowercase().starts_with("sts:")) {
        return Err("AssumeRole policy may only specify STS AssumeRole actions.".to_owned());
    }
    Ok(())
}

fn resources(statement: &Map<String, Value>, kind: PolicyKind) -> Result<(), String> {
    let resource = either(statement, "Resource")?;
    match (kind, resource) {
        (PolicyKind::Trust, Some(_)) => Err("Has prohibited field Resource".to_owned()),
        (PolicyKind::Identity, None) => Err("Policy statement must contain resources.".to_owned()),
        (PolicyKind::Identity, Some(value)) => {
            let bad =
                texts(value).find(|r| *r != "*" && (!r.starts_with("arn:") || r.splitn(6, ':').count() < 6));
            match bad {
                Some(text) => Err(format!("Resource {text} must be in ARN format or \"*\".")),
                None if texts(value).next().is_none() => {
                    Err("Policy statement must contain resources.".to_owned())
                }
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn conditions(statement: &Map<String, Value>) -> Result<(), String> {
    match statement.get("Condition") {
        None => Ok(()),
        Some(Value::Object(operators)) => operators.iter().try_for_each(|(operator, keys)| {
            if !condition::known(operator) {
                return Err(format!("Invalid Condition type : {operator}."));
            }
            if keys.is_object() { Ok(()) } else { Err("Syntax errors in policy.".to_owned()) }
        }),
        Some(_) => Err("Syntax errors in policy.".to_owned()),
    }
}
