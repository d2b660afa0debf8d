//! The repository policy: who else may pull. Lambda has to, even in the same account.

use super::{
    constraint::invalid, errors, input::Input, jackson, repositories::is_past, repository::Repository,
};
use crate::{
    error::AwsError,
    operation::{Call, Reply},
    policy::{self, Context, Decision, Kind, Principal, Request},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

const MAX_LENGTH: usize = 10_240;
const PULL: [&str; 2] = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

#[derive(Debug, Clone, Serialize)]
pub struct RepositoryPolicy {
    /// In ECR's layout.
    pub text: String,
    pub since: Timestamp,
    /// What others went by when this was set.
    #[serde(skip)]
    former: Option<String>,
}

impl RepositoryPolicy {
    /// What others go by: a policy younger than `delay` is not seen yet.
    pub fn seen(&self, now: Timestamp, delay: Duration) -> Option<&str> {
        if is_past(self.since, delay, now) { Some(&self.text) } else { self.former.as_deref() }
    }
}

pub fn set(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
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

pub fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let text = input.repository(call)?.policy.as_ref().map(|p| p.text.clone());
    let text = text.ok_or_else(|| missing(call, &input))?;
    reply(call, &input, &text)
}

pub fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
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
    if text.len() > MAX_LENGTH {
        return Err(invalid("policyText", format!("must have length less than or equal to {MAX_LENGTH}")));
    }
    let document = policy::check(text, Kind::Resource).ok().filter(is_about_ecr);
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

impl Repository {
    /// Whether its policy lets another account's users and roles do this. One younger than `delay` is not seen yet.
    pub fn lets_account(&self, account: &str, action: &str, now: Timestamp, delay: Duration) -> bool {
        let seen = self.policy.as_ref().and_then(|p| p.seen(now, delay));
        let Some(document) = seen.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
            return false;
        };
        let principal = Principal::Aws(format!("arn:aws:iam::{account}:user/local"));
        let context = [("aws:principalaccount".to_owned(), vec![account.to_owned()])].into();
        let request = Request { principal, action, resource: &self.arn, context };
        policy::evaluate([&document], &request) == Decision::Allow
    }

    /// As [`Repository::lets_account`], for all that a pull is.
    pub fn lets_account_pull(&self, account: &str, now: Timestamp, delay: Duration) -> bool {
        PULL.iter().all(|action| self.lets_account(account, action, now, delay))
    }
}

/// Whether the policy allows Lambda both calls of a pull for this function, and forbids neither.
pub fn lets_lambda_pull(text: &str, repository_arn: &str, function_arn: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(text) else { return false };
    let account = function_arn.split(':').nth(4).unwrap_or_default();
    let context = [("aws:sourcearn", function_arn), ("aws:sourceaccount", account)];
    let context: Context = context.map(|(key, value)| (key.to_owned(), vec![value.to_owned()])).into();
    PULL.iter().all(|action| {
        let principal = Principal::Service("lambda.amazonaws.com".to_owned());
        let request = Request { principal, action, resource: repository_arn, context: context.clone() };
        policy::evaluate([&document], &request) == Decision::Allow
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        LocalAws,
        ecr::testing::create,
        testing::{ACCOUNT, REGION, instant, ok, realistic, refused},
    };

    const FUNCTION: &str = "arn:aws:lambda:us-east-2:000000000000:function:analyzer";

    fn for_lambda(source_arn: &str) -> String {
        json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"}, "Action": PULL,
            "Condition": {"StringLike": {"aws:sourceArn": source_arn}},
        }]})
        .to_string()
    }

    async fn put(aws: &LocalAws, text: &str) {
        ok(aws, "ecr", "SetRepositoryPolicy", json!({"repositoryName": "app", "policyText": text})).await;
    }

    fn may_pull(aws: &LocalAws) -> bool {
        let inner = aws.inner();
        let mut world = aws.world();
        let ecr = &world.region(ACCOUNT, REGION).ecr;
        ecr.lambda_may_pull("app", FUNCTION, inner.clock.now(), &inner.config.delays())
    }

    #[tokio::test]
    async fn lambda_pulls_where_the_policy_says_so_for_the_function() {
        let aws = instant();
        create(&aws, "app").await;
        assert!(!may_pull(&aws));
        put(&aws, &for_lambda("arn:aws:lambda:us-east-2:000000000000:function:*")).await;
        assert!(may_pull(&aws));
        put(&aws, &for_lambda("arn:aws:lambda:us-east-2:999999999999:function:*")).await;
        assert!(!may_pull(&aws));
    }

    #[test]
    fn both_actions_are_needed_and_a_denial_wins() {
        let statement = |effect: &str, action: Value| json!({"Effect": effect, "Principal": {"Service": ["lambda.amazonaws.com"]}, "Action": action});
        let lets = |statements: Value| {
            lets_lambda_pull(
                &json!({"Statement": statements}).to_string(),
                "arn:aws:ecr:us-east-2:000000000000:repository/app",
                FUNCTION,
            )
        };
        assert!(!lets(json!([statement("Allow", json!(PULL[0]))])));
        assert!(lets(json!([statement("Allow", json!("ecr:*"))])));
        assert!(lets(json!([statement("Allow", json!(PULL[0])), statement("Allow", json!("ecr:Get*"))])));
        assert!(!lets(json!([statement("Allow", json!("ecr:*")), statement("Deny", json!(PULL[1]))])));
    }

    #[tokio::test(start_paused = true)]
    async fn a_young_policy_is_not_seen_and_the_former_one_still_holds() {
        let aws = realistic();
        create(&aws, "app").await;
        put(&aws, &for_lambda("*")).await;
        assert!(!may_pull(&aws));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(may_pull(&aws));
        put(&aws, &for_lambda("arn:aws:lambda:*:*:function:other")).await;
        assert!(may_pull(&aws));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(!may_pull(&aws));
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
        let put_in = for_lambda("*");
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
