//! The repository policy: who else may pull. Lambda has to, even in the same account.

use super::{
    constraint::{self, invalid},
    errors,
    input::Input,
    jackson,
    state::RepositoryPolicy,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    policy::{self, PolicyKind},
};
use serde_json::{Value, json};

const MAX_LENGTH: usize = 10_240;

pub(crate) fn set(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let text = checked(input.text("policyText")?)?;
    let (now, delay) = (call.now, call.delays.repository_policy);
    let repository = input.repository(call)?;
    if repository.policy.as_ref().is_none_or(|old| old.text != text) {
        let former = repository.policy.as_ref().and_then(|old| old.seen(now, delay)).map(str::to_owned);
        repository.policy = Some(RepositoryPolicy { text: text.clone(), since: now, former });
    }
    reply(call, &input, &text)
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let text = input.repository(call)?.policy.as_ref().map(|p| p.text.clone());
    let text = text.ok_or_else(|| missing(call, &input))?;
    reply(call, &input, &text)
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let policy = input.repository(call)?.policy.take();
    let text = policy.ok_or_else(|| missing(call, &input))?.text;
    reply(call, &input, &text)
}

fn missing(call: &Call<'_>, input: &Input) -> AwsError {
    let name = input.optional("repositoryName").unwrap_or_default();
    errors::policy_not_found("Repository policy", name, &call.account)
}

fn reply(call: &Call<'_>, input: &Input, text: &str) -> Result<Reply, AwsError> {
    Ok(Reply::ok(json!({
        "registryId": call.account,
        "repositoryName": input.text("repositoryName")?,
        "policyText": text,
    })))
}

/// The policy in ECR's layout, or why it is none.
fn checked(text: &str) -> Result<String, AwsError> {
    constraint::length("policyText", text.len(), 0..=MAX_LENGTH)?;
    let document = policy::check(text, PolicyKind::Resource).ok().filter(is_about_ecr);
    let document = document.ok_or_else(|| invalid("PolicyText", "Invalid repository policy provided"))?;
    Ok(jackson::layout(&document))
}

fn is_about_ecr(document: &Value) -> bool {
    let of_ecr =
        |action: &Value| action.as_str().is_some_and(|a| a == "*" || a.to_lowercase().starts_with("ecr:"));
    let actions = |s: &Value| one_or_more(s.get("Action").unwrap_or(&s["NotAction"])).iter().all(of_ecr);
    one_or_more(&document["Statement"]).iter().all(actions)
}

/// In policies one thing may stand for a list of it.
fn one_or_more(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        LocalAws,
        ecr::testing::{create, lambda_pull_policy},
        testing::{instant, ok, refused},
    };

    async fn put(aws: &LocalAws, text: &str) {
        ok(aws, "ecr", "SetRepositoryPolicy", json!({"repositoryName": "app", "policyText": text})).await;
    }

    #[tokio::test]
    async fn a_policy_comes_back_in_ecrs_own_layout() {
        let aws = instant();
        create(&aws, "app").await;
        let name = json!({"repositoryName": "app"});
        let (code, text) = refused(&aws, "ecr", "GetRepositoryPolicy", name.clone()).await;
        assert_eq!(code, "RepositoryPolicyNotFoundException");
        assert_eq!(
            text,
            "Repository policy does not exist for the repository with name 'app' in the registry with id '000000000000'"
        );
        let put_in = lambda_pull_policy("*");
        put(&aws, &put_in).await;
        let reply = ok(&aws, "ecr", "GetRepositoryPolicy", name.clone()).await;
        let text = reply["policyText"].as_str().unwrap_or_default();
        assert!(
            text.starts_with("{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : [ {\n    \"Sid\""),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Value>(text).ok(), serde_json::from_str(&put_in).ok());
        ok(&aws, "ecr", "DeleteRepositoryPolicy", name.clone()).await;
        let (code, _) = refused(&aws, "ecr", "DeleteRepositoryPolicy", name).await;
        assert_eq!(code, "RepositoryPolicyNotFoundException");
    }

    #[tokio::test]
    async fn what_is_no_policy_is_refused() {
        let aws = instant();
        create(&aws, "app").await;
        let no_principal = json!({"Statement": [{"Effect": "Allow", "Action": "ecr:*"}]}).to_string();
        let foreign =
            json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*"}]}).to_string();
        for text in ["no json", "{}", &no_principal, &foreign] {
            let input = json!({"repositoryName": "app", "policyText": text});
            let (code, text) = refused(&aws, "ecr", "SetRepositoryPolicy", input).await;
            assert_eq!(code, "InvalidParameterException");
            assert!(text.ends_with("'Invalid repository policy provided'"), "{text}");
        }
    }
}
