//! Functions that nobody called for weeks, roles that were made anew, keys that the caller may not use, networks.

use super::*;
use crate::testing::{Client, refused};

const WEEKS: Duration = Duration::from_hours(360);

async fn configuration(aws: &LocalAws) -> Value {
    ok(aws, "lambda", "GetFunctionConfiguration", json!({"FunctionName": "greet"})).await
}

fn state(configuration: &Value) -> [&str; 3] {
    ["State", "StateReasonCode", "LastUpdateStatus"].map(|m| configuration[m].as_str().unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn the_first_call_after_weeks_is_lost_and_wakes_the_function() {
    let aws = world(echo(), Consistency::Realistic).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    tokio::time::sleep(WEEKS).await;
    assert_eq!(state(&configuration(&aws).await), ["Inactive", "Idle", "Successful"]);
    let lost = invoke(&aws, "1").await;
    assert_eq!(lost.status, 409);
    assert_eq!(lost.header("x-amzn-errortype"), Some("CodeArtifactUserPendingException"));
    assert_eq!(state(&configuration(&aws).await), ["Pending", "Restoring", "Successful"]);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(invoke(&aws, "1").await.json(), json!(1));
    assert_eq!(configuration(&aws).await["State"], json!("Active"));
    // An update keeps it awake too, and a sleeping one can be updated.
    tokio::time::sleep(WEEKS).await;
    ok(&aws, "lambda", "UpdateFunctionConfiguration", json!({"FunctionName": "greet", "Timeout": 4})).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(configuration(&aws).await["State"], json!("Active"));
}

#[tokio::test(start_paused = true)]
async fn without_its_image_it_does_not_wake_and_takes_nothing_but_another() {
    let aws = with_function(&echo()).await;
    ecr::testing::push(&aws, "app", "v2", "second").await;
    let gone = json!({"repositoryName": "app", "imageIds": [{"imageTag": "v1"}]});
    ok(&aws, "ecr", "BatchDeleteImage", gone).await;
    tokio::time::sleep(WEEKS).await;
    assert_eq!(invoke(&aws, "1").await.status, 409);
    assert_eq!(state(&configuration(&aws).await), ["Failed", "ImageDeleted", "Successful"]);
    let update = json!({"FunctionName": "greet", "Timeout": 4});
    let (code, text) = refused(&aws, "lambda", "UpdateFunctionConfiguration", update).await;
    assert_eq!(code, "ResourceConflictException");
    assert!(text.ends_with("currently in the following state: 'Failed'"), "{text}");
    let image = json!({"FunctionName": "greet", "ImageUri": format!("{REGISTRY}/app:v2")});
    ok(&aws, "lambda", "UpdateFunctionCode", image).await;
    assert_eq!(state(&configuration(&aws).await), ["Active", "", "Successful"]);
    assert_eq!(invoke(&aws, "1").await.json(), json!(1));
}

async fn make_the_role_anew(aws: &LocalAws) {
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    let policy = json!({"RoleName": "runner", "PolicyArn": basic});
    let role = ok(aws, "iam", "GetRole", json!({"RoleName": "runner"})).await;
    let trust = role["Role"]["AssumeRolePolicyDocument"].as_str().unwrap();
    let trust = percent_encoding::percent_decode_str(trust).decode_utf8().unwrap().into_owned();
    ok(aws, "iam", "DetachRolePolicy", policy.clone()).await;
    ok(aws, "iam", "DeleteRole", json!({"RoleName": "runner"})).await;
    ok(aws, "iam", "CreateRole", json!({"RoleName": "runner", "AssumeRolePolicyDocument": trust})).await;
    ok(aws, "iam", "AttachRolePolicy", policy).await;
}

#[tokio::test]
async fn a_role_made_anew_under_its_name_cannot_decrypt_the_variables() {
    let aws = world(echo(), Consistency::Instant).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    make_the_role_anew(&aws).await;
    assert_eq!(invoke(&aws, "1").await.status, 200, "without variables nothing is to be decrypted");
    let variables = |v: Value| json!({"FunctionName": "greet", "Environment": {"Variables": v}});
    ok(&aws, "lambda", "UpdateFunctionConfiguration", variables(json!({"KEY": "v"}))).await;
    assert_eq!(invoke(&aws, "1").await.status, 200);
    make_the_role_anew(&aws).await;
    let failed = invoke(&aws, "1").await;
    assert_eq!(failed.status, 502);
    assert_eq!(failed.header("x-amzn-errortype"), Some("KMSAccessDeniedException"));
    // The same, saved once more, changes nothing.
    ok(&aws, "lambda", "UpdateFunctionConfiguration", variables(json!({"KEY": "v"}))).await;
    assert_eq!(invoke(&aws, "1").await.status, 502);
    ok(&aws, "lambda", "UpdateFunctionConfiguration", variables(json!({}))).await;
    ok(&aws, "lambda", "UpdateFunctionConfiguration", variables(json!({"KEY": "v"}))).await;
    assert_eq!(invoke(&aws, "1").await.status, 200);
}

#[tokio::test]
async fn variables_under_a_key_are_shown_to_those_who_may_decrypt() {
    let aws = world(echo(), Consistency::Instant).await;
    let key = "arn:aws:kms:us-east-2:000000000000:key/1";
    let encrypted = json!({"KMSKeyArn": key, "Environment": {"Variables": {"KEY": "v"}}});
    ok(&aws, "lambda", "CreateFunction", with(greet(), encrypted)).await;
    assert_eq!(configuration(&aws).await["KMSKeyArn"], json!(key));
    ok(&aws, "iam", "CreateUser", json!({"UserName": "reader"})).await;
    let policy = |actions: Value| {
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
        let document = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        json!({"UserName": "reader", "PolicyName": "p", "PolicyDocument": document})
    };
    ok(&aws, "iam", "PutUserPolicy", policy(json!(["lambda:*"]))).await;
    let made = ok(&aws, "iam", "CreateAccessKey", json!({"UserName": "reader"})).await;
    let access_key = made["AccessKey"]["AccessKeyId"].as_str().unwrap();
    let reader = Client { access_key, ..Client::of(&aws) };
    let get = json!({"FunctionName": "greet"});
    let (_, shown) = reader.call("lambda", "GetFunction", get.clone()).await;
    let environment = &shown["Configuration"]["Environment"];
    assert_eq!(environment["Error"]["ErrorCode"], json!("AccessDeniedException"), "{shown}");
    assert_eq!(environment.get("Variables"), None);
    ok(&aws, "iam", "PutUserPolicy", policy(json!(["lambda:*", "kms:Decrypt"]))).await;
    let (_, shown) = reader.call("lambda", "GetFunction", get).await;
    assert_eq!(shown["Configuration"]["Environment"], json!({"Variables": {"KEY": "v"}}));
}

#[tokio::test(start_paused = true)]
async fn network_interfaces_need_the_role_until_they_are_gone() {
    let network = json!({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}});
    let vpc = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    for leaves_first in [false, true] {
        let aws = world(echo(), Consistency::Realistic).await;
        ok(&aws, "iam", "AttachRolePolicy", json!({"RoleName": "runner", "PolicyArn": vpc})).await;
        tokio::time::sleep(Duration::from_mins(1)).await;
        ok(&aws, "lambda", "CreateFunction", with(greet(), network.clone())).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        if leaves_first {
            let empty =
                json!({"FunctionName": "greet", "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}});
            ok(&aws, "lambda", "UpdateFunctionConfiguration", empty).await;
            tokio::time::sleep(Duration::from_secs(20)).await;
            assert_eq!(configuration(&aws).await["LastUpdateStatus"], json!("InProgress"));
            tokio::time::sleep(Duration::from_secs(90)).await;
            assert_eq!(configuration(&aws).await["LastUpdateStatus"], json!("Successful"));
        }
        ok(&aws, "lambda", "DeleteFunction", json!({"FunctionName": "greet"})).await;
        for arn in [vpc, "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"] {
            ok(&aws, "iam", "DetachRolePolicy", json!({"RoleName": "runner", "PolicyArn": arn})).await;
        }
        ok(&aws, "iam", "DeleteRole", json!({"RoleName": "runner"})).await;
        let left = aws.dump().to_string().contains(r#""stranded":true"#);
        assert_eq!(left, !leaves_first);
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_is_not_seen_in_the_moment_after_its_creation() {
    let aws = world(echo(), Consistency::Realistic).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let get = json!({"FunctionName": "greet"});
    assert_eq!(refused(&aws, "lambda", "GetFunction", get.clone()).await.0, "ResourceNotFoundException");
    tokio::time::sleep(Duration::from_secs(1)).await;
    ok(&aws, "lambda", "GetFunction", get).await;
}

#[tokio::test]
async fn a_young_account_has_ten_executions_and_none_to_reserve() {
    let aws = world_of(echo(), Config { concurrency: 10, ..Config::default() }).await;
    ok(&aws, "lambda", "CreateFunction", greet()).await;
    let limits = ok(&aws, "lambda", "GetAccountSettings", json!({})).await["AccountLimit"].clone();
    assert_eq!(limits["ConcurrentExecutions"], json!(10));
    assert_eq!(limits["UnreservedConcurrentExecutions"], json!(10));
    let put = json!({"FunctionName": "greet", "ReservedConcurrentExecutions": 1});
    let (_, text) = refused(&aws, "lambda", "PutFunctionConcurrency", put).await;
    assert!(text.ends_with("below its minimum value of [10]."), "{text}");
}

#[tokio::test(start_paused = true)]
async fn all_functions_share_the_accounts_executions() {
    let engine = scripted(Reaction::Sleep(Duration::from_secs(30), Box::new(Reaction::Respond(json!(1)))));
    let aws = world_of(engine, Config { concurrency: 2, ..Config::default() }).await;
    for name in ["greet", "other"] {
        ok(&aws, "lambda", "CreateFunction", with(greet(), json!({"FunctionName": name, "Timeout": 60})))
            .await;
    }
    for name in ["greet", "other"] {
        let input = json!({"FunctionName": name});
        let request = Client::of(&aws).request("lambda", "Invoke", input, Some("{}".into()));
        let aws = aws.clone();
        tokio::spawn(async move { aws.handle(request).await });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let third = invoke(&aws, "{}").await;
    assert_eq!(third.status, 429);
}
