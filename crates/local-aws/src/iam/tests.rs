#![allow(clippy::unwrap_used)]

use crate::testing::{Client, call, instant, ok, realistic, refused, with};
use crate::{Config, LocalAws, testing::REGION};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::time::Duration;

const BASIC: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

fn trust(service: &str) -> String {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }
    ] })
    .to_string()
}

fn role(name: &str) -> Value {
    json!({ "RoleName": name, "AssumeRolePolicyDocument": trust("lambda.amazonaws.com") })
}

async fn with_role(name: &str) -> LocalAws {
    let aws = instant();
    ok(&aws, "iam", "CreateRole", role(name)).await;
    aws
}

async fn no(aws: &LocalAws, operation: &str, input: Value) -> (String, String) {
    refused(aws, "iam", operation, input).await
}

fn error(code: &str, message: &str) -> (String, String) {
    (code.to_owned(), message.to_owned())
}

#[tokio::test]
async fn a_role_reads_back_as_it_was_made() {
    let aws = instant();
    let mut input = role("runner");
    input["Path"] = json!("/service-role/");
    input["Description"] = json!("runs & logs");
    input["Tags"] = json!([{ "Key": "lambdeploy:stack", "Value": "art" }]);
    let made = ok(&aws, "iam", "CreateRole", input).await;
    assert_eq!(made["Role"]["Arn"], "arn:aws:iam::000000000000:role/service-role/runner");
    assert!(made["Role"]["RoleId"].as_str().unwrap().starts_with("AROA"));

    let got = ok(&aws, "iam", "GetRole", json!({ "RoleName": "runner" })).await;
    let encoded = got["Role"]["AssumeRolePolicyDocument"].as_str().unwrap();
    assert_eq!(percent_decode_str(encoded).decode_utf8().unwrap(), trust("lambda.amazonaws.com"));
    assert!(encoded.starts_with("%7B%22Version%22%3A%222012-10-17%22"));
    assert_eq!(got["Role"]["Description"], "runs & logs");
    assert_eq!(got["Role"]["MaxSessionDuration"], "3600");
    assert_eq!(got["Role"]["Tags"], json!([{ "Key": "lambdeploy:stack", "Value": "art" }]));

    let list = ok(&aws, "iam", "ListRoles", json!({ "PathPrefix": "/service-role/" })).await;
    assert_eq!(list["Roles"][0]["RoleName"], "runner");
    assert_eq!(list["Roles"][0].get("Tags"), None);
    assert_eq!(list["Roles"][0].get("MaxSessionDuration"), None);
}

#[tokio::test]
async fn names_are_unique_whatever_their_case_or_path() {
    let aws = with_role("Runner").await;
    let mut again = role("RUNNER");
    again["Path"] = json!("/elsewhere/");
    assert_eq!(
        no(&aws, "CreateRole", again).await,
        error("EntityAlreadyExists", "Role with name RUNNER already exists.")
    );
    assert_eq!(
        no(&aws, "GetRole", json!({ "RoleName": "nobody" })).await,
        error("NoSuchEntity", "The role with name nobody cannot be found.")
    );
}

#[tokio::test]
async fn broken_members_are_named() {
    let aws = instant();
    let (code, text) = no(&aws, "CreateRole", role(&"x".repeat(65))).await;
    assert_eq!(code, "ValidationError");
    assert!(
        text.ends_with(
            "at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"
        ),
        "{text}"
    );
    assert_eq!(
        no(&aws, "CreateRole", role("a b")).await,
        error(
            "ValidationError",
            "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
        )
    );
    assert_eq!(
        no(&aws, "GetRole", json!({})).await,
        error(
            "ValidationError",
            "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null"
        )
    );
    let mut two = role("runner");
    two["MaxSessionDuration"] = json!(60);
    two["Tags"] = json!([{ "Key": "a!", "Value": "" }]);
    let (_, text) = no(&aws, "CreateRole", two).await;
    assert!(text.starts_with("2 validation errors detected: Value '60' at 'maxSessionDuration'"), "{text}");
    assert_eq!(aws.dump(), json!({}));
}

#[tokio::test]
async fn documents_must_be_policies() {
    let aws = instant();
    let bad = json!({ "RoleName": "runner", "AssumeRolePolicyDocument": "not json" });
    assert_eq!(
        no(&aws, "CreateRole", bad).await,
        error("MalformedPolicyDocument", "This policy contains invalid Json")
    );
    let stranger =
        trust("x").replace("Service", "AWS").replace("\"x\"", "\"arn:aws:iam::000000000000:user/nobody\"");
    let bad = json!({ "RoleName": "runner", "AssumeRolePolicyDocument": stranger });
    assert_eq!(
        no(&aws, "CreateRole", bad).await,
        error(
            "MalformedPolicyDocument",
            "Invalid principal in policy: \"AWS\":\"arn:aws:iam::000000000000:user/nobody\""
        )
    );
    ok(&aws, "iam", "CreateRole", role("runner")).await;
    let bad = json!({ "RoleName": "runner", "PolicyName": "p", "PolicyDocument": "{}" });
    assert_eq!(no(&aws, "PutRolePolicy", bad).await.0, "MalformedPolicyDocument");
}

#[tokio::test]
async fn attaching_is_idempotent_and_blocks_deletion() {
    let aws = with_role("runner").await;
    let input = json!({ "RoleName": "runner", "PolicyArn": BASIC });
    ok(&aws, "iam", "AttachRolePolicy", input.clone()).await;
    ok(&aws, "iam", "AttachRolePolicy", input.clone()).await;
    let list = ok(&aws, "iam", "ListAttachedRolePolicies", json!({ "RoleName": "runner" })).await;
    assert_eq!(
        list["AttachedPolicies"],
        json!([{ "PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": BASIC }])
    );
    assert_eq!(
        no(&aws, "DeleteRole", json!({ "RoleName": "runner" })).await,
        error("DeleteConflict", "Cannot delete entity, must detach all policies first.")
    );
    ok(&aws, "iam", "DetachRolePolicy", input.clone()).await;
    assert_eq!(no(&aws, "DetachRolePolicy", input).await.0, "NoSuchEntity");
    ok(&aws, "iam", "DeleteRole", json!({ "RoleName": "runner" })).await;
    assert_eq!(aws.dump(), json!({}));
}

#[tokio::test]
async fn only_known_policies_can_be_attached() {
    let aws = with_role("runner").await;
    let attach = |arn: &str| json!({ "RoleName": "runner", "PolicyArn": arn });
    let unknown = "arn:aws:iam::aws:policy/NoSuchPolicy";
    assert_eq!(
        no(&aws, "AttachRolePolicy", attach(unknown)).await,
        error(
            "NoSuchEntity",
            "Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable."
        )
    );
    assert_eq!(
        no(&aws, "AttachRolePolicy", attach("AWSLambdaBasicExecutionRole")).await,
        error("ValidationError", "Invalid ARN:  Could not be parsed!")
    );
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*" } });
    let own = ok(
        &aws,
        "iam",
        "CreatePolicy",
        json!({ "PolicyName": "own", "PolicyDocument": document.to_string() }),
    )
    .await;
    let arn = own["Policy"]["Arn"].as_str().unwrap();
    ok(&aws, "iam", "AttachRolePolicy", attach(arn)).await;
    assert_eq!(no(&aws, "DeletePolicy", json!({ "PolicyArn": arn })).await.0, "DeleteConflict");
    let got = ok(&aws, "iam", "GetPolicy", json!({ "PolicyArn": arn })).await;
    assert_eq!(got["Policy"]["AttachmentCount"], "1");
}

#[tokio::test]
async fn inline_policies_are_replaced_by_name() {
    let aws = with_role("runner").await;
    let document = |action: &str| {
        json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": action, "Resource": "*" } }).to_string()
    };
    let put =
        |action| json!({ "RoleName": "runner", "PolicyName": "own", "PolicyDocument": document(action) });
    ok(&aws, "iam", "PutRolePolicy", put("s3:*")).await;
    ok(&aws, "iam", "PutRolePolicy", put("sqs:*")).await;
    let one = json!({ "RoleName": "runner", "PolicyName": "own" });
    let got = ok(&aws, "iam", "GetRolePolicy", one.clone()).await;
    assert!(got["PolicyDocument"].as_str().unwrap().contains("sqs%3A%2A"));
    assert_eq!(
        no(&aws, "DeleteRole", json!({ "RoleName": "runner" })).await.1,
        "Cannot delete entity, must delete policies first."
    );
    ok(&aws, "iam", "DeleteRolePolicy", one.clone()).await;
    assert_eq!(
        no(&aws, "GetRolePolicy", one).await,
        error("NoSuchEntity", "The role policy with name own cannot be found.")
    );
}

#[tokio::test]
async fn tags_are_upserted_whatever_their_case() {
    let aws = with_role("runner").await;
    let tag = |k: &str, v: &str| json!({ "RoleName": "runner", "Tags": [{ "Key": k, "Value": v }] });
    ok(&aws, "iam", "TagRole", tag("team", "a")).await;
    ok(&aws, "iam", "TagRole", tag("Team", "b")).await;
    let list = ok(&aws, "iam", "ListRoleTags", json!({ "RoleName": "runner" })).await;
    assert_eq!(list["Tags"], json!([{ "Key": "Team", "Value": "b" }]));
    ok(&aws, "iam", "UntagRole", json!({ "RoleName": "runner", "TagKeys": ["TEAM"] })).await;
    assert_eq!(ok(&aws, "iam", "GetRole", json!({ "RoleName": "runner" })).await["Role"].get("Tags"), None);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let aws = with(Config { page_size: Some(2), ..Config::default() });
    for n in 0..5 {
        ok(&aws, "iam", "CreateRole", role(&format!("runner{n}"))).await;
    }
    let (mut names, mut marker, mut pages) = (Vec::new(), None, 0);
    loop {
        let input = marker.map_or(json!({}), |m: Value| json!({ "Marker": m }));
        let page = ok(&aws, "iam", "ListRoles", input).await;
        names.extend(page["Roles"].as_array().unwrap().iter().map(|r| r["RoleName"].clone()));
        pages += 1;
        if page["IsTruncated"] == "false" {
            break;
        }
        marker = Some(page["Marker"].clone());
    }
    assert_eq!((names.len(), pages), (5, 3));
    assert_eq!(no(&aws, "ListRoles", json!({ "Marker": "%%" })).await.0, "ValidationError");
}

#[tokio::test(start_paused = true)]
async fn a_young_role_cannot_be_assumed_by_lambda() {
    let aws = realistic();
    let made = ok(&aws, "iam", "CreateRole", role("runner")).await;
    let arn = made["Role"]["Arn"].as_str().unwrap();
    let assumable = || {
        let delays = aws.shared().config.delays();
        let now = aws.shared().clock.now();
        aws.shared()
            .world()
            .account("000000000000")
            .iam
            .role_by_arn(arn)
            .unwrap()
            .lambda_may_assume(now, &delays)
    };
    assert!(!assumable());
    tokio::time::advance(Duration::from_secs(20)).await;
    assert!(assumable());
    let update = |service| json!({ "RoleName": "runner", "PolicyDocument": trust(service) });
    ok(&aws, "iam", "UpdateAssumeRolePolicy", update("ec2.amazonaws.com")).await;
    tokio::time::advance(Duration::from_secs(20)).await;
    assert!(!assumable());
    ok(&aws, "iam", "UpdateAssumeRolePolicy", update("lambda.amazonaws.com")).await;
    assert!(!assumable());
    tokio::time::advance(Duration::from_secs(20)).await;
    assert!(assumable());
}

#[tokio::test(start_paused = true)]
async fn lists_lag_behind() {
    let aws = realistic();
    ok(&aws, "iam", "CreateRole", role("runner")).await;
    assert_eq!(ok(&aws, "iam", "ListRoles", json!({})).await["Roles"], "");
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(ok(&aws, "iam", "ListRoles", json!({})).await["Roles"][0]["RoleName"], "runner");
}

#[tokio::test]
async fn users_have_at_most_two_keys_and_go_without_any() {
    let aws = instant();
    let ada = json!({ "UserName": "ada" });
    ok(&aws, "iam", "CreateUser", ada.clone()).await;
    let key = ok(&aws, "iam", "CreateAccessKey", ada.clone()).await;
    let (id, secret) = (&key["AccessKey"]["AccessKeyId"], &key["AccessKey"]["SecretAccessKey"]);
    assert_eq!((id.as_str().unwrap().len(), secret.as_str().unwrap().len()), (20, 40));
    assert!(!aws.dump().to_string().contains(secret.as_str().unwrap()));
    ok(&aws, "iam", "CreateAccessKey", ada.clone()).await;
    assert_eq!(no(&aws, "CreateAccessKey", ada.clone()).await.0, "LimitExceeded");
    assert_eq!(no(&aws, "DeleteUser", ada.clone()).await.0, "DeleteConflict");
    for key in ok(&aws, "iam", "ListAccessKeys", ada.clone()).await["AccessKeyMetadata"].as_array().unwrap() {
        let input = json!({ "UserName": "ada", "AccessKeyId": key["AccessKeyId"] });
        ok(&aws, "iam", "DeleteAccessKey", input).await;
    }
    ok(&aws, "iam", "DeleteUser", ada).await;
    assert_eq!(aws.dump(), json!({}));
}

#[tokio::test]
async fn accounts_are_apart_and_regions_are_not() {
    let aws = with_role("runner").await;
    let other = Client { access_key: "123456789012", ..Client::of(&aws) };
    assert_eq!(other.call("iam", "GetRole", json!({ "RoleName": "runner" })).await.0, 404);
    assert_eq!(call(&aws, "iam", "eu-west-1", "GetRole", json!({ "RoleName": "runner" })).await.0, 200);
    assert_ne!(REGION, "eu-west-1");
}

#[tokio::test]
async fn a_role_in_an_instance_profile_stays() {
    let aws = with_role("r").await;
    let tags = json!([{"Key": "a", "Value": "b"}]);
    ok(&aws, "iam", "CreateInstanceProfile", json!({"InstanceProfileName": "p", "Tags": tags})).await;
    let shown = ok(&aws, "iam", "GetInstanceProfile", json!({"InstanceProfileName": "p"})).await;
    assert_eq!(shown["InstanceProfile"]["Tags"], tags);
    let both = json!({"InstanceProfileName": "p", "RoleName": "r"});
    ok(&aws, "iam", "AddRoleToInstanceProfile", both.clone()).await;
    let listed = ok(&aws, "iam", "ListInstanceProfilesForRole", json!({"RoleName": "r"})).await;
    assert_eq!(listed["InstanceProfiles"][0]["InstanceProfileName"], json!("p"));
    let (code, text) = refused(&aws, "iam", "DeleteRole", json!({"RoleName": "r"})).await;
    assert_eq!(code, "DeleteConflict");
    assert_eq!(text, "Cannot delete entity, must remove roles from instance profile first.");
    let (code, _) = refused(&aws, "iam", "DeleteInstanceProfile", json!({"InstanceProfileName": "p"})).await;
    assert_eq!(code, "DeleteConflict");
    ok(&aws, "iam", "RemoveRoleFromInstanceProfile", both).await;
    ok(&aws, "iam", "DeleteInstanceProfile", json!({"InstanceProfileName": "p"})).await;
    ok(&aws, "iam", "DeleteRole", json!({"RoleName": "r"})).await;
}
