//! IAM's policy language: who may do what with which resource, and when.
//!
//! One evaluator for identity policies, trust policies, resource policies and the policies that authorizers answer.

mod condition;
mod document;
mod grammar;
mod pattern;

pub(crate) use document::Context;
pub(crate) use grammar::{PolicyKind, check};
pub(crate) use pattern::Pattern;

use document::{Language, one_or_more, texts};
use serde_json::Value;

/// What policies say about a request. An explicit `Deny` outweighs any `Allow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Allow,
    Deny,
    /// No statement fits: refused, unless another policy allows it.
    NoMatch,
}

/// Who asks, in the words of a policy's `Principal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal {
    /// A service such as `lambda.amazonaws.com`.
    Service(String),
    /// An IAM user or role by its ARN; its account (`arn:aws:iam::<account>:root`) is meant too.
    Aws(String),
    /// Nobody known: only `"*"` means it.
    Anonymous,
}

/// What is asked. Keys of `context` are condition keys in lower case (`aws:sourceip`), each with its values.
#[derive(Debug, Clone)]
pub(crate) struct Request<'a> {
    pub principal: Principal,
    /// `lambda:CreateFunction`
    pub action: &'a str,
    pub resource: &'a str,
    pub context: Context,
}

/// What all `documents` together say. A document without `Principal` (identity policy) is about whoever asks, one
/// without `Resource` (trust policy) about whatever is asked for.
pub(crate) fn evaluate<'d>(
    documents: impl IntoIterator<Item = &'d Value>,
    request: &Request<'_>,
) -> Decision {
    let mut decision = Decision::NoMatch;
    for document in documents {
        let language = Language::of(document);
        for statement in one_or_more(&document["Statement"]).filter(|s| fits(s, request, language)) {
            match statement["Effect"].as_str() {
                Some("Deny") => return Decision::Deny,
                Some("Allow") => decision = Decision::Allow,
                _ => {}
            }
        }
    }
    decision
}

fn fits(statement: &Value, request: &Request<'_>, language: Language) -> bool {
    let context = &request.context;
    let resource = |pattern: &str| {
        Pattern::read(pattern, language, context).is_some_and(|p| p.matches(request.resource))
    };
    let action = |pattern: &str| {
        Pattern::plain(&pattern.to_ascii_lowercase()).matches(&request.action.to_ascii_lowercase())
    };
    element(statement, "Principal", |v| principal_fits(v, &request.principal))
        && element(statement, "Action", |v| texts(v).any(action))
        && element(statement, "Resource", |v| texts(v).any(resource))
        && condition::all_hold(&statement["Condition"], context, language)
}

/// `name` fits, `Not<name>` does not, or neither is there.
fn element(statement: &Value, name: &str, fits: impl Fn(&Value) -> bool) -> bool {
    match (statement.get(name), statement.get(format!("Not{name}"))) {
        (Some(value), _) => fits(value),
        (None, Some(value)) => !fits(value),
        (None, None) => true,
    }
}

fn principal_fits(wanted: &Value, principal: &Principal) -> bool {
    let everybody = |v: &Value| texts(v).any(|t| t == "*");
    let Value::Object(kinds) = wanted else { return everybody(wanted) };
    if kinds.get("AWS").is_some_and(everybody) {
        return true;
    }
    match principal {
        Principal::Service(name) => kinds.get("Service").is_some_and(|v| texts(v).any(|t| t == name)),
        Principal::Aws(arn) => kinds.get("AWS").is_some_and(|v| texts(v).any(|t| means(t, arn))),
        Principal::Anonymous => false,
    }
}

/// An ARN means itself; an account's number or root means everybody in the account.
fn means(wanted: &str, arn: &str) -> bool {
    let account = arn.split(':').nth(4).unwrap_or_default();
    wanted == arn || wanted == account || wanted.ends_with(&format!(":iam::{account}:root"))
}

#[cfg(test)]
mod tests;
