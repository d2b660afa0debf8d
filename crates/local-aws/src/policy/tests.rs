#![allow(clippy::unwrap_used)]

use super::{Context, Decision, PolicyKind, Principal, Request, check, evaluate};
use serde_json::{Value, json};

const USER: &str = "arn:aws:iam::111122223333:user/ada";
const FUNCTION: &str = "arn:aws:lambda:us-east-2:111122223333:function:analyzer";

fn context() -> Context {
    let one = |k: &str, v: &[&str]| (k.to_owned(), v.iter().map(|t| (*t).to_owned()).collect());
    Context::from([
        one("aws:username", &["ada"]),
        one("aws:sourceip", &["10.1.2.3"]),
        one("aws:sourcearn", &["arn:aws:execute-api:us-east-2:111122223333:abc/*/POST/"]),
        one("aws:tagkeys", &["team", "lambdeploy:stack"]),
        one("aws:multifactorauthage", &["90"]),
        one("aws:currenttime", &["2026-11-22T10:00:00Z"]),
        one("aws:securetransport", &["true"]),
    ])
}

fn decide(document: &Value) -> Decision {
    let request = Request {
        principal: Principal::Aws(USER.to_owned()),
        action: "lambda:CreateFunction",
        resource: FUNCTION,
        context: context(),
    };
    evaluate([document], &request)
}

fn policy(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statement })
}

/// `change` on top of a statement that allows the request.
fn changed(change: Value) -> Decision {
    let mut statement = json!({ "Effect": "Allow", "Action": "lambda:*", "Resource": "*" });
    for (k, v) in change.as_object().unwrap() {
        let opposite = k.strip_prefix("Not").map_or(format!("Not{k}"), str::to_owned);
        statement.as_object_mut().unwrap().remove(&opposite);
        statement[k] = v.clone();
    }
    decide(&policy(statement))
}

#[test]
fn actions_resources_and_principals() {
    use Decision::{Allow, NoMatch};
    let table = [
        (json!({}), Allow),
        (json!({ "Action": "LAMBDA:createfunction" }), Allow),
        (json!({ "Action": ["s3:*", "lambda:Create*"] }), Allow),
        (json!({ "Action": "lambda:Create" }), NoMatch),
        (json!({ "Action": "lambda:*Function?" }), NoMatch),
        (json!({ "NotAction": "iam:*" }), Allow),
        (json!({ "NotAction": ["lambda:Create*"] }), NoMatch),
        (json!({ "Resource": FUNCTION }), Allow),
        (json!({ "Resource": "arn:aws:lambda:*:*:function:analyze?" }), Allow),
        (json!({ "Resource": "arn:aws:lambda:us-east-2:111122223333:function:Analyzer" }), NoMatch),
        (json!({ "NotResource": "arn:aws:s3:::*" }), Allow),
        (json!({ "NotResource": "arn:aws:lambda:*" }), NoMatch),
        (json!({ "Principal": "*" }), Allow),
        (json!({ "Principal": { "AWS": "*" } }), Allow),
        (json!({ "Principal": { "AWS": USER } }), Allow),
        (json!({ "Principal": { "AWS": ["999999999999", "111122223333"] } }), Allow),
        (json!({ "Principal": { "AWS": "arn:aws:iam::111122223333:root" } }), Allow),
        (json!({ "Principal": { "AWS": "arn:aws:iam::111122223333:user/bob" } }), NoMatch),
        (json!({ "Principal": { "Service": "lambda.amazonaws.com" } }), NoMatch),
        (json!({ "NotPrincipal": { "AWS": "arn:aws:iam::111122223333:user/bob" } }), Allow),
        (json!({ "NotPrincipal": { "AWS": USER } }), NoMatch),
    ];
    for (change, expected) in table {
        assert_eq!(changed(change.clone()), expected, "{change}");
    }
}

#[test]
fn conditions() {
    let table = [
        (json!({ "StringEquals": { "aws:username": ["bob", "ada"] } }), true),
        (json!({ "StringEquals": { "AWS:UserName": "ada" } }), true),
        (json!({ "StringEquals": { "aws:username": "a*" } }), false),
        (json!({ "StringLike": { "aws:username": "a*" } }), true),
        (json!({ "StringEqualsIgnoreCase": { "aws:username": "ADA" } }), true),
        (json!({ "StringNotEquals": { "aws:username": "ada" } }), false),
        (json!({ "StringNotLike": { "aws:username": ["b*", "c*"] } }), true),
        (json!({ "StringEquals": { "aws:nothing": "x" } }), false),
        (json!({ "StringNotEquals": { "aws:nothing": "x" } }), true),
        (json!({ "StringEqualsIfExists": { "aws:nothing": "x" } }), true),
        (json!({ "StringEqualsIfExists": { "aws:username": "x" } }), false),
        (json!({ "Null": { "aws:nothing": "true" } }), true),
        (json!({ "Null": { "aws:username": true } }), false),
        (json!({ "Null": { "aws:username": "false" } }), true),
        (
            json!({ "ArnLike": { "aws:SourceArn": "arn:aws:execute-api:us-east-2:111122223333:abc/*/*/*" } }),
            true,
        ),
        (json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:execute-api:*:*:abc/*" } }), true),
        (json!({ "ArnLike": { "aws:SourceArn": "arn:*:abc/*" } }), false),
        (json!({ "ArnNotLike": { "aws:SourceArn": "arn:aws:sns:*:*:*" } }), true),
        (json!({ "IpAddress": { "aws:SourceIp": ["192.168.0.0/16", "10.1.0.0/16"] } }), true),
        (json!({ "IpAddress": { "aws:SourceIp": "10.1.2.4" } }), false),
        (json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/0" } }), true),
        (json!({ "IpAddress": { "aws:SourceIp": "::/0" } }), false),
        (json!({ "NotIpAddress": { "aws:SourceIp": "10.1.2.3/32" } }), false),
        (json!({ "Bool": { "aws:SecureTransport": "true" } }), true),
        (json!({ "Bool": { "aws:SecureTransport": false } }), false),
        (json!({ "NumericLessThan": { "aws:MultiFactorAuthAge": 100 } }), true),
        (json!({ "NumericGreaterThanEquals": { "aws:MultiFactorAuthAge": "91" } }), false),
        (json!({ "DateGreaterThan": { "aws:CurrentTime": "2026-11-22T09:59:59Z" } }), true),
        (json!({ "DateLessThan": { "aws:CurrentTime": "0" } }), false),
        (json!({ "ForAnyValue:StringEquals": { "aws:TagKeys": ["team", "x"] } }), true),
        (json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "x"] } }), false),
        (json!({ "ForAllValues:StringLike": { "aws:TagKeys": ["team", "lambdeploy:*"] } }), true),
        (json!({ "ForAllValues:StringEquals": { "aws:nothing": "x" } }), true),
        (json!({ "ForAnyValue:StringEquals": { "aws:nothing": "x" } }), false),
        (json!({ "StringLike": { "aws:username": "${aws:username}" } }), true),
        (json!({ "StringLike": { "aws:username": "${aws:nothing}" } }), false),
        (json!({ "StringLike": { "aws:username": "${aws:nothing, 'ada'}" } }), true),
        (json!({ "StringLike": { "aws:username": "${*}" } }), false),
        (
            json!({ "StringEquals": { "aws:username": "ada" }, "Bool": { "aws:SecureTransport": "false" } }),
            false,
        ),
        (json!({ "StringQuals": { "aws:username": "ada" } }), false),
    ];
    for (condition, holds) in table {
        let expected = if holds { Decision::Allow } else { Decision::NoMatch };
        assert_eq!(changed(json!({ "Condition": condition })), expected, "{condition}");
    }
}

#[test]
fn a_deny_outweighs_every_allow() {
    let allow = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let deny = json!({ "Effect": "Deny", "Action": "lambda:Create*", "Resource": "*" });
    assert_eq!(decide(&policy(json!([allow, deny]))), Decision::Deny);
    assert_eq!(decide(&policy(json!([deny, allow]))), Decision::Deny);
    assert_eq!(decide(&policy(json!([]))), Decision::NoMatch);
}

#[test]
fn variables_need_the_newer_version() {
    let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:lambda:*:*:function:${aws:username, 'analyzer'}" });
    assert_eq!(decide(&json!({ "Statement": statement })), Decision::NoMatch);
    let named = json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": { "StringEquals": { "aws:username": "${aws:username}" } } });
    assert_eq!(decide(&policy(named)), Decision::Allow);
}

#[test]
fn malformed_documents() {
    let identity =
        |statement: Value| check(&policy(statement).to_string(), PolicyKind::Identity).unwrap_err();
    let trust = |statement: Value| check(&policy(statement).to_string(), PolicyKind::Trust).unwrap_err();
    let service = json!({ "Service": "lambda.amazonaws.com" });

    assert_eq!(check("{", PolicyKind::Trust).unwrap_err(), "This policy contains invalid Json");
    assert_eq!(check("[]", PolicyKind::Identity).unwrap_err(), "Syntax errors in policy.");
    let unversioned = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
    assert_eq!(
        check(&unversioned.to_string(), PolicyKind::Identity).unwrap_err(),
        "Policy document must be version 2012-10-17 or greater."
    );
    assert_eq!(
        identity(json!({ "Effect": "Allow", "Action": "CreateFunction", "Resource": "*" })),
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    );
    assert_eq!(
        identity(json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "bucket" })),
        "Resource bucket must be in ARN format or \"*\"."
    );
    assert_eq!(
        identity(json!({ "Effect": "Allow", "Action": "s3:*" })),
        "Policy statement must contain resources."
    );
    assert_eq!(
        identity(json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*" })),
        "Policy document should not specify a principal."
    );
    assert_eq!(
        trust(
            json!({ "Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole", "Resource": "*" })
        ),
        "Has prohibited field Resource"
    );
    assert_eq!(
        trust(json!({ "Effect": "Allow", "Principal": service, "Action": "lambda:Invoke" })),
        "AssumeRole policy may only specify STS AssumeRole actions."
    );
    assert_eq!(
        trust(json!({ "Effect": "Allow", "Principal": { "Service": "lambda" }, "Action": "sts:AssumeRole" })),
        "Invalid principal in policy: \"SERVICE\":\"lambda\""
    );
    assert_eq!(
        trust(json!({ "Effect": "Permit", "Principal": service, "Action": "sts:AssumeRole" })),
        "Invalid effect: Permit"
    );
}
