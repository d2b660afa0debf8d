//! Policies in IAM's language: which the stack writes, and what it reads in those of others.

mod api;
mod execution;
mod grant;
mod topic;
mod trust;

pub(crate) use api::{canonical as canonical_api_policy, wished as wished_api_policy};
pub(crate) use execution::execution_policy;
pub(crate) use grant::{Grant, not_grants};
pub(crate) use topic::{
    TopicStatements, ours as our_topic_statements, read as topic_statements, text as topic_policy,
    wished as wished_topic_statements,
};
pub(crate) use trust::{lambda_alone, with_lambda};

use serde_json::{Value, json};

/// A policy document with these statements, in the language's only version that is not history.
pub(crate) fn document(statements: impl Into<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements.into() })
}

/// A policy document as AWS keeps it: JSON text, percent-encoded by IAM.
pub(crate) fn parse(text: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    // A document that is no JSON differs from every wish, and that is what should show.
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(decoded.into_owned()))
}

/// The statements of a policy; none where it is no policy.
pub(crate) fn statements(policy: &Value) -> &[Value] {
    one_or_more(&policy["Statement"])
}

/// AWS takes and gives a list of one without its brackets.
fn one_or_more(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

/// Whether a statement lets somebody in who is not of this account.
pub(crate) fn lets_others(statement: &Value, account: &str) -> bool {
    let principal = &statement["Principal"];
    let users = if principal.is_object() { &principal["AWS"] } else { principal };
    let is_other = |who: &Value| who.as_str().is_some_and(|who| !who.contains(account));
    statement["Effect"] == "Allow" && one_or_more(users).iter().any(is_other)
}
