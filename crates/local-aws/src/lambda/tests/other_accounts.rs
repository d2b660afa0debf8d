//! Images of another account's registry.

use super::*;

const OTHER: &str = "111111111111";

fn uri() -> String {
    format!("{OTHER}.dkr.ecr.{REGION}.amazonaws.com/theirs:v1")
}

/// What another account lets this one do, statement by statement.
fn policy(account: bool, lambda: bool) -> String {
    let actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    let mut statements = Vec::new();
    if account {
        let principal = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
        statements.push(json!({"Effect": "Allow", "Principal": principal, "Action": actions}));
    }
    if lambda {
        let source =
            json!({"StringLike": {"aws:sourceArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:*")}});
        let principal = json!({"Service": "lambda.amazonaws.com"});
        statements
            .push(json!({"Effect": "Allow", "Principal": principal, "Action": actions, "Condition": source}));
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// An image that another account has pushed.
async fn with_theirs() -> LocalAws {
    let aws = world(echo(), Consistency::Instant).await;
    let theirs = Client { access_key: OTHER, ..Client::of(&aws) };
    theirs.call("ecr", "CreateRepository", json!({"repositoryName": "theirs"})).await;
    let ours = ecr::testing::push(&aws, "app", "v2", "first").await;
    let mut world = aws.shared().world();
    let image = world.region(ACCOUNT, REGION).ecr.repositories["app"].images[&ours.digest].clone();
    let repository = world.region(OTHER, REGION).ecr.repositories.get_mut("theirs").unwrap();
    repository.image_tags.insert("v1".into(), image.digest.clone());
    repository.images.insert(image.digest.clone(), image);
    drop(world);
    aws
}

async fn allow(aws: &LocalAws, policy: String) {
    let theirs = Client { access_key: OTHER, ..Client::of(aws) };
    let input = json!({"repositoryName": "theirs", "policyText": policy});
    assert_eq!(theirs.call("ecr", "SetRepositoryPolicy", input).await.0, 200);
}

#[tokio::test]
async fn a_function_runs_another_accounts_image_where_both_are_let_in() {
    let aws = with_theirs().await;
    let create = || with(greet(), json!({"Code": {"ImageUri": uri()}}));
    for (account, lambda) in [(false, true), (true, false)] {
        allow(&aws, policy(account, lambda)).await;
        let (code, text) = crate::testing::refused(&aws, "lambda", "CreateFunction", create()).await;
        assert_eq!(code, "AccessDeniedException", "{text}");
    }
    allow(&aws, policy(true, true)).await;
    ok(&aws, "lambda", "CreateFunction", create()).await;
    let there = ok(&aws, "lambda", "GetFunction", json!({"FunctionName": "greet"})).await;
    assert_eq!(there["Code"]["ImageUri"], uri());
}

#[tokio::test]
async fn another_region_is_no_valid_source() {
    let aws = with_theirs().await;
    let uri = uri().replace(REGION, "eu-west-1");
    let create = with(greet(), json!({"Code": {"ImageUri": uri}}));
    let (_, text) = crate::testing::refused(&aws, "lambda", "CreateFunction", create).await;
    assert_eq!(text, format!("Source image {uri} is not valid. Provide a valid source image."));
}

#[tokio::test]
async fn the_registry_that_is_named_answers_whom_its_policy_lets_in() {
    let aws = with_theirs().await;
    let input = |registry: &str| json!({"registryId": registry, "repositoryName": "theirs", "imageIds": [{"imageTag": "v1"}]});
    let (code, text) = crate::testing::refused(&aws, "ecr", "BatchGetImage", input(OTHER)).await;
    assert_eq!(code, "AccessDeniedException");
    assert!(text.contains("no resource-based policy allows the ecr:BatchGetImage action"), "{text}");
    allow(&aws, policy(true, false)).await;
    let answer = ok(&aws, "ecr", "BatchGetImage", input(OTHER)).await;
    assert_eq!(answer["images"][0]["registryId"], OTHER);
    let (code, _) = crate::testing::refused(&aws, "ecr", "DescribeImages", input(OTHER)).await;
    assert_eq!(code, "AccessDeniedException", "that was not allowed");
    let (code, _) = crate::testing::refused(&aws, "ecr", "BatchGetImage", input(ACCOUNT)).await;
    assert_eq!(code, "RepositoryNotFoundException");
}
