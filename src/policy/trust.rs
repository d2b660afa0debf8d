//! A role's trust policy: who may assume it.

use super::{document, one_or_more, statements};
use serde_json::{Value, json};

const LAMBDA: &str = "lambda.amazonaws.com";
const ASSUME: &str = "sts:AssumeRole";

fn statement() -> Value {
    json!({ "Effect": "Allow", "Principal": { "Service": LAMBDA }, "Action": ASSUME })
}

/// Lambda alone.
pub(crate) fn lambda_alone() -> Value {
    document([statement()].to_vec())
}

/// The same policy, in which Lambda has its place too. Whom else it lets in, and on which condition, is not ours.
pub(crate) fn with_lambda(policy: &Value) -> Value {
    let mut statements = statements(policy).to_vec();
    if policy.is_object() && statements.iter().any(lets_lambda_in) {
        return policy.clone();
    }
    if !policy.is_object() {
        return lambda_alone();
    }
    statements.push(statement());
    let mut policy = policy.clone();
    policy["Statement"] = Value::Array(statements);
    policy
}

fn lets_lambda_in(statement: &Value) -> bool {
    let has = |value: &Value, wanted: &[&str]| {
        one_or_more(value).iter().filter_map(Value::as_str).any(|v| wanted.contains(&v))
    };
    statement["Effect"] == "Allow"
        && has(&statement["Principal"]["Service"], &[LAMBDA])
        && has(&statement["Action"], &[ASSUME, "sts:*", "*"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_gains_lambda_and_loses_nothing() {
        let ec2 =
            json!({ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": ASSUME });
        let both = json!({ "Effect": "Allow", "Principal": { "Service": ["ec2.amazonaws.com", LAMBDA] },
            "Action": [ASSUME], "Condition": { "StringEquals": { "aws:SourceAccount": "1" } } });
        let deny = json!({ "Effect": "Deny", "Principal": { "Service": LAMBDA }, "Action": ASSUME });
        for (statements, expected) in [
            (json!([both]), json!([both])),
            (json!(ec2), json!([ec2, statement()])),
            (json!([ec2, deny]), json!([ec2, deny, statement()])),
        ] {
            let policy = json!({ "Version": "2012-10-17", "Id": "theirs", "Statement": statements });
            let gained = with_lambda(&policy);
            assert_eq!((&gained["Statement"], &gained["Id"]), (&expected, &json!("theirs")));
        }
        assert_eq!(with_lambda(&Value::Null), lambda_alone());
    }
}
