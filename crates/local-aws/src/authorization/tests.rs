#![allow(clippy::unwrap_used)]

use super::required;
use crate::{
    LocalAws,
    call::{Call, Reply},
    service::Operation,
    services,
    testing::{ACCOUNT, Client, REGION, instant, ok},
};
use serde_json::{Value, json};

/// A user `ada` who may do what the statements say; answers her key.
async fn ada(aws: &LocalAws, statements: Value) -> String {
    ok(aws, "iam", "CreateUser", json!({ "UserName": "ada" })).await;
    allow(aws, "own", statements).await;
    let key = ok(aws, "iam", "CreateAccessKey", json!({ "UserName": "ada" })).await;
    key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned()
}

async fn allow(aws: &LocalAws, policy: &str, statements: Value) {
    let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let input = json!({ "UserName": "ada", "PolicyName": policy, "PolicyDocument": document });
    ok(aws, "iam", "PutUserPolicy", input).await;
}

fn role(name: &str) -> Value {
    let trust = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole"
    } });
    json!({ "RoleName": name, "AssumeRolePolicyDocument": trust.to_string() })
}

#[tokio::test]
async fn a_user_may_do_what_its_policies_allow_and_no_more() {
    let aws = instant();
    let runner = "arn:aws:iam::000000000000:role/runner";
    let key = ada(&aws, json!({ "Effect": "Allow", "Action": ["iam:*Role"], "Resource": runner })).await;
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    assert_eq!(ada.call("iam", "CreateRole", role("runner")).await.0, 200);
    assert_eq!(ada.call("iam", "GetRole", json!({ "RoleName": "runner" })).await.0, 200);
    let (status, error) = ada.call("iam", "CreateRole", role("other")).await;
    assert_eq!((status, error["code"].as_str()), (403, Some("AccessDenied")));
    assert_eq!(
        error["message"],
        "User: arn:aws:iam::000000000000:user/ada is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::000000000000:role/other because no identity-based policy allows the iam:CreateRole action"
    );
    let (_, error) = ada.call("iam", "ListRolePolicies", json!({ "RoleName": "runner" })).await;
    assert_eq!(
        error["message"],
        "User: arn:aws:iam::000000000000:user/ada is not authorized to perform: iam:ListRolePolicies on resource: role runner because no identity-based policy allows the iam:ListRolePolicies action"
    );
    assert_eq!(ada.call("sts", "GetCallerIdentity", json!({})).await.0, 200);
    let (status, error) = ada.call("logs", "DescribeLogGroups", json!({})).await;
    assert_eq!((status, error["code"].as_str()), (400, Some("AccessDeniedException")));
}

#[tokio::test]
async fn a_deny_and_a_boundary_take_away() {
    let aws = instant();
    let key = ada(&aws, json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })).await;
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    let create = || ada.call("logs", "CreateLogGroup", json!({ "logGroupName": "g" }));
    allow(&aws, "not", json!({ "Effect": "Deny", "Action": "logs:*", "Resource": "*" })).await;
    let (_, error) = create().await;
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .ends_with("log-group:g:log-stream: with an explicit deny in an identity-based policy"),
        "{error}"
    );
    ok(&aws, "iam", "DeleteUserPolicy", json!({ "UserName": "ada", "PolicyName": "not" })).await;
    assert_eq!(create().await.0, 200);

    aws.shared().world().account(ACCOUNT).iam.users.get_mut("ada").unwrap().entity.boundary =
        Some("arn:aws:iam::aws:policy/AmazonS3FullAccess".to_owned());
    let (_, error) = create().await;
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .ends_with("because no permissions boundary allows the logs:CreateLogGroup action"),
        "{error}"
    );
}

#[tokio::test]
async fn tags_decide_and_creating_with_tags_needs_the_right_to_tag() {
    let aws = instant();
    let key = ada(
        &aws,
        json!([
            { "Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "*",
              "Condition": { "StringEquals": { "aws:RequestTag/team": "web" } } },
            { "Effect": "Allow", "Action": ["logs:ListTagsForResource", "ecr:ListTagsForResource"], "Resource": "*",
              "Condition": { "StringEquals": { "aws:ResourceTag/team": "web" } } },
        ]),
    )
    .await;
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    let create = |name: &str, team: &str| json!({ "logGroupName": name, "tags": { "team": team } });
    let (_, error) = ada.call("logs", "CreateLogGroup", create("a", "ops")).await;
    assert!(error["message"].as_str().unwrap().contains("perform: logs:CreateLogGroup"));
    let (_, error) = ada.call("logs", "CreateLogGroup", create("a", "web")).await;
    assert!(error["message"].as_str().unwrap().contains("perform: logs:TagResource"));
    ok(&aws, "logs", "CreateLogGroup", create("a", "web")).await;
    ok(&aws, "logs", "CreateLogGroup", create("b", "ops")).await;
    ok(
        &aws,
        "ecr",
        "CreateRepository",
        json!({ "repositoryName": "web/app", "tags": [{ "Key": "team", "Value": "web" }] }),
    )
    .await;
    let repository = json!({ "resourceArn": "arn:aws:ecr:us-east-2:000000000000:repository/web/app" });
    assert_eq!(ada.call("ecr", "ListTagsForResource", repository).await.0, 200);
    let arn = |name: &str| json!({ "resourceArn": format!("arn:aws:logs:us-east-2:000000000000:log-group:{name}") });
    assert_eq!(ada.call("logs", "ListTagsForResource", arn("a")).await.0, 200);
    assert_eq!(ada.call("logs", "ListTagsForResource", arn("b")).await.0, 400);
}

#[tokio::test]
async fn attaching_is_limited_to_named_policies() {
    let aws = instant();
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    let key = ada(
        &aws,
        json!({ "Effect": "Allow", "Action": "iam:AttachRolePolicy", "Resource": "*",
        "Condition": { "ArnEquals": { "iam:PolicyARN": basic } } }),
    )
    .await;
    ok(&aws, "iam", "CreateRole", role("runner")).await;
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    let attach = |arn: &str| json!({ "RoleName": "runner", "PolicyArn": arn });
    assert_eq!(ada.call("iam", "AttachRolePolicy", attach(basic)).await.0, 200);
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    assert_eq!(ada.call("iam", "AttachRolePolicy", attach(admin)).await.0, 403);
}

#[tokio::test]
async fn attached_managed_policies_count() {
    let aws = instant();
    let key = ada(&aws, json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" })).await;
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    let describe = || ada.call("logs", "DescribeLogGroups", json!({}));
    assert_eq!(describe().await.0, 400);
    let arn = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess";
    ok(&aws, "iam", "AttachUserPolicy", json!({ "UserName": "ada", "PolicyArn": arn })).await;
    assert_eq!(describe().await.0, 200);
}

/// What an operation of a service needs, as `action resource` lines.
fn needs(service: &str, operation: Operation, input: Value) -> Vec<String> {
    let aws = instant();
    let shared = aws.shared();
    let service = services::named(service).unwrap();
    let mut world = crate::world::World::default();
    let mut call = Call {
        operation: operation.name,
        words: &service.words,
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        access_key: String::new(),
        host: String::new(),
        headers: http::HeaderMap::new(),
        payload: bytes::Bytes::new(),
        request_id: String::new(),
        now: shared.clock.now(),
        config: &shared.config,
        secret: &shared.secret,
        delays: shared.config.delays(),
        world: &mut world,
        blobs: &shared.blobs,
        asked: &shared.asked,
        tags_of: services::tags_of,
        effects: Vec::new(),
    };
    let permissions = required::by(&mut call, service, &operation, &input);
    permissions.iter().map(|p| format!("{} {}", p.action, p.resource)).collect()
}

#[test]
fn actions_and_resources_of_the_other_services() {
    let post = |name| Operation::named(name, |_, _| Ok(Reply::ok(json!({}))));
    let rest = |name, method, path| Operation { method, path, ..post(name) };
    let role = "arn:aws:iam::000000000000:role/runner";
    let table: Vec<(&str, Operation, Value, Vec<&str>)> = vec![
        (
            "lambda",
            post("CreateFunction"),
            json!({ "FunctionName": "f", "Role": role, "Tags": { "a": "b" } }),
            vec![
                "lambda:CreateFunction arn:aws:lambda:us-east-2:000000000000:function:f",
                "iam:PassRole arn:aws:iam::000000000000:role/runner",
                "lambda:TagResource arn:aws:lambda:us-east-2:000000000000:function:f",
            ],
        ),
        (
            "lambda",
            post("Invoke"),
            json!({ "FunctionName": "arn:aws:lambda:us-east-2:000000000000:function:f:$LATEST" }),
            vec!["lambda:InvokeFunction arn:aws:lambda:us-east-2:000000000000:function:f:$LATEST"],
        ),
        (
            "lambda",
            post("GetFunction"),
            json!({ "FunctionName": "f", "Qualifier": "live" }),
            vec!["lambda:GetFunction arn:aws:lambda:us-east-2:000000000000:function:f:live"],
        ),
        (
            "lambda",
            post("UpdateAlias"),
            json!({ "FunctionName": "f", "Name": "live" }),
            vec!["lambda:UpdateAlias arn:aws:lambda:us-east-2:000000000000:function:f"],
        ),
        ("lambda", post("ListFunctions"), json!({}), vec!["lambda:ListFunctions *"]),
        (
            "ecr",
            post("CreateRepository"),
            json!({ "repositoryName": "a/b" }),
            vec!["ecr:CreateRepository arn:aws:ecr:us-east-2:000000000000:repository/a/b"],
        ),
        ("ecr", post("GetAuthorizationToken"), json!({}), vec!["ecr:GetAuthorizationToken *"]),
        (
            "logs",
            post("FilterLogEvents"),
            json!({ "logGroupName": "g" }),
            vec!["logs:FilterLogEvents arn:aws:logs:us-east-2:000000000000:log-group:g:log-stream:"],
        ),
        (
            "apigateway",
            rest("CreateRestApi", "POST", "/restapis"),
            json!({ "name": "x", "tags": { "a": "b" } }),
            vec![
                "apigateway:POST arn:aws:apigateway:us-east-2::/restapis",
                "apigateway:PUT arn:aws:apigateway:us-east-2::/tags/arn%3Aaws%3Aapigateway%3Aus-east-2%3A%3A%2Frestapis%2F*",
            ],
        ),
        (
            "apigateway",
            rest("ImportRestApi", "POST", "/restapis?mode=import"),
            json!({}),
            vec!["apigateway:POST arn:aws:apigateway:us-east-2::/restapis"],
        ),
        (
            "apigateway",
            rest("PutMethod", "PUT", "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}"),
            json!({ "restApiId": "a", "resourceId": "r", "httpMethod": "GET" }),
            vec!["apigateway:PUT arn:aws:apigateway:us-east-2::/restapis/a/resources/r/methods/GET"],
        ),
        (
            "apigateway",
            rest("TagResource", "PUT", "/tags/{resourceArn}"),
            json!({ "resourceArn": "arn:aws:apigateway:us-east-2::/restapis/a", "tags": { "a": "b" } }),
            vec![
                "apigateway:PUT arn:aws:apigateway:us-east-2::/tags/arn%3Aaws%3Aapigateway%3Aus-east-2%3A%3A%2Frestapis%2Fa",
            ],
        ),
        (
            "apigateway",
            rest("UpdateRestApi", "PATCH", "/restapis/{restApiId}"),
            json!({ "restApiId": "a", "patchOperations": [{ "op": "replace", "path": "/policy" }] }),
            vec![
                "apigateway:PATCH arn:aws:apigateway:us-east-2::/restapis/a",
                "apigateway:UpdateRestApiPolicy arn:aws:apigateway:us-east-2::/restapis/a",
            ],
        ),
    ];
    for (service, operation, input, expected) in table {
        assert_eq!(needs(service, operation, input), expected, "{}", operation.name);
    }
}
