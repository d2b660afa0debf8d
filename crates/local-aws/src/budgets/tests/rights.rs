//! Who may do what with budgets.

use super::{ARN, about, budget, create};
use crate::{
    LocalAws,
    testing::{ACCOUNT, Client, instant, ok},
};
use serde_json::{Value, json};

/// The key of a user who may do what the statements say.
async fn user(aws: &LocalAws, statements: Value) -> String {
    ok(aws, "iam", "CreateUser", json!({ "UserName": "ada" })).await;
    let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let policy = json!({ "UserName": "ada", "PolicyName": "own", "PolicyDocument": document });
    ok(aws, "iam", "PutUserPolicy", policy).await;
    let key = ok(aws, "iam", "CreateAccessKey", json!({ "UserName": "ada" })).await;
    key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn to_look_at_a_budget_is_not_to_change_it() {
    let aws = instant();
    create(&aws, "monthly", json!([])).await;
    let key = user(&aws, json!({ "Effect": "Allow", "Action": "budgets:ViewBudget", "Resource": ARN })).await;
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    let allowed = async |operation: &str, input: Value| ada.call("budgets", operation, input).await;
    assert_eq!(allowed("DescribeBudget", about(json!({}))).await.0, 200);
    assert_eq!(allowed("DescribeNotificationsForBudget", about(json!({}))).await.0, 200);
    let (status, error) = allowed("DescribeBudgets", json!({ "AccountId": ACCOUNT })).await;
    assert_eq!((status, error["code"].as_str()), (400, Some("AccessDeniedException")));
    assert!(error["message"].as_str().unwrap().contains(
        "is not authorized to perform: budgets:ViewBudget on resource: arn:aws:budgets::000000000000:budget/* because"
    ));
    for (operation, input) in [
        ("DeleteBudget", about(json!({}))),
        ("UpdateBudget", json!({ "AccountId": ACCOUNT, "NewBudget": budget("monthly", json!({})) })),
    ] {
        let (_, error) = allowed(operation, input).await;
        let text = error["message"].as_str().unwrap();
        assert!(
            text.contains(&format!("perform: budgets:ModifyBudget on resource: {ARN} because")),
            "{text}"
        );
    }
    let (_, error) = allowed("ListTagsForResource", json!({ "ResourceARN": ARN })).await;
    assert!(error["message"].as_str().unwrap().contains("budgets:ListTagsForResource"), "{error}");
}

#[tokio::test]
async fn tags_decide_and_creating_with_tags_needs_the_right_to_tag() {
    let aws = instant();
    let tagged = |team: &str| {
        let tags = json!([{ "Key": "team", "Value": team }]);
        json!({ "AccountId": ACCOUNT, "Budget": budget("monthly", json!({})), "ResourceTags": tags })
    };
    let of_web = |key: &str, action: &str| json!({ "Effect": "Allow", "Action": action, "Resource": "*", "Condition": { "StringEquals": { key: "web" } } });
    let statements = json!([
        of_web("aws:RequestTag/team", "budgets:ModifyBudget"),
        of_web("aws:ResourceTag/team", "budgets:ViewBudget"),
    ]);
    let key = user(&aws, statements).await;
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    for (team, action) in [("ops", "budgets:ModifyBudget"), ("web", "budgets:TagResource")] {
        let (_, error) = ada.call("budgets", "CreateBudget", tagged(team)).await;
        let text = error["message"].as_str().unwrap();
        assert!(text.contains(&format!("perform: {action} on resource: {ARN}")), "{text}");
    }
    for (team, status) in [("web", 200), ("ops", 400)] {
        ok(&aws, "budgets", "CreateBudget", tagged(team)).await;
        assert_eq!(ada.call("budgets", "DescribeBudget", about(json!({}))).await.0, status);
        ok(&aws, "budgets", "DeleteBudget", about(json!({}))).await;
    }
}
