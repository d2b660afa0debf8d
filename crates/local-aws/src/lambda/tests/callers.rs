//! What Lambda does with the caller's own rights.

use super::*;

/// A user who may do these actions; answers the user's key.
async fn user(aws: &LocalAws, actions: &[&str]) -> String {
    ok(aws, "iam", "CreateUser", json!({"UserName": "ada"})).await;
    let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]});
    let input = json!({"UserName": "ada", "PolicyName": "own", "PolicyDocument": document.to_string()});
    ok(aws, "iam", "PutUserPolicy", input).await;
    let key = ok(aws, "iam", "CreateAccessKey", json!({"UserName": "ada"})).await;
    key["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_repositorys_policy_is_only_changed_for_those_who_could_do_it_themselves() {
    let create = ["lambda:*", "iam:PassRole", "ecr:GetRepositoryPolicy"];
    for (more, status) in [(None, 403), (Some("ecr:SetRepositoryPolicy"), 201)] {
        let aws = world(echo(), Consistency::Instant).await;
        let actions: Vec<_> = create.into_iter().chain(more).collect();
        let key = user(&aws, &actions).await;
        let ada = Client { access_key: &key, ..Client::of(&aws) };
        let (answered, body) = ada.call("lambda", "CreateFunction", greet()).await;
        assert_eq!(answered, status, "{body}");
        if more.is_none() {
            assert_eq!(
                body["message"],
                json!("Lambda does not have permission to access the ECR image. Check the ECR permissions.")
            );
        }
    }
}

#[tokio::test]
async fn tags_are_shown_to_those_who_may_list_them() {
    let aws = world(echo(), Consistency::Instant).await;
    ok(&aws, "lambda", "CreateFunction", with(greet(), json!({"Tags": {"team": "web"}}))).await;
    let key = user(&aws, &["lambda:GetFunction"]).await;
    let ada = Client { access_key: &key, ..Client::of(&aws) };
    let get = json!({"FunctionName": "greet"});
    let (_, seen) = ada.call("lambda", "GetFunction", get.clone()).await;
    assert_eq!((seen.get("Tags"), &seen["TagsError"]["ErrorCode"]), (None, &json!("AccessDeniedException")));
    assert_eq!(ok(&aws, "lambda", "GetFunction", get).await["Tags"], json!({"team": "web"}));
}
