//! Whom a repository's policy lets pull: other accounts, and Lambda, which needs it even in the same account.

use super::state::{Ecr, Repository};
use crate::{
    config::Delays,
    policy::{self, Context, Decision, Principal, Request},
};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

const PULL: [&str; 2] = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

impl Ecr {
    /// Whether the repository's policy lets Lambda pull for this function. A policy younger than
    /// `delays.repository_policy` is not seen yet: what it replaced still holds.
    pub(crate) fn lambda_may_pull(
        &self,
        repository: &str,
        function_arn: &str,
        now: Timestamp,
        delays: &Delays,
    ) -> bool {
        let Some(repository) = self.repositories.get(repository) else { return false };
        let seen = repository.policy.as_ref().and_then(|p| p.seen(now, delays.repository_policy));
        seen.is_some_and(|text| lets_lambda_pull(text, &repository.arn, function_arn))
    }
}

impl Repository {
    /// Whether its policy lets another account's users and roles do this. One younger than `delay` is not seen yet.
    pub(crate) fn lets_account(&self, account: &str, action: &str, now: Timestamp, delay: Duration) -> bool {
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
    pub(crate) fn lets_account_pull(&self, account: &str, now: Timestamp, delay: Duration) -> bool {
        PULL.iter().all(|action| self.lets_account(account, action, now, delay))
    }
}

/// Whether the policy allows Lambda both calls of a pull for this function, and forbids neither.
fn lets_lambda_pull(text: &str, repository_arn: &str, function_arn: &str) -> bool {
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
        ecr::testing::{create, lambda_pull_policy},
        testing::{ACCOUNT, REGION, instant, ok, realistic},
    };
    use serde_json::json;

    const FUNCTION: &str = "arn:aws:lambda:us-east-2:000000000000:function:analyzer";

    async fn put(aws: &LocalAws, text: &str) {
        ok(aws, "ecr", "SetRepositoryPolicy", json!({"repositoryName": "app", "policyText": text})).await;
    }

    fn may_pull(aws: &LocalAws) -> bool {
        let shared = aws.shared();
        let mut world = shared.world();
        let ecr = &world.region(ACCOUNT, REGION).ecr;
        ecr.lambda_may_pull("app", FUNCTION, shared.clock.now(), &shared.config.delays())
    }

    #[tokio::test]
    async fn lambda_pulls_where_the_policy_says_so_for_the_function() {
        let aws = instant();
        create(&aws, "app").await;
        assert!(!may_pull(&aws));
        put(&aws, &lambda_pull_policy("arn:aws:lambda:us-east-2:000000000000:function:*")).await;
        assert!(may_pull(&aws));
        put(&aws, &lambda_pull_policy("arn:aws:lambda:us-east-2:999999999999:function:*")).await;
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
        put(&aws, &lambda_pull_policy("*")).await;
        assert!(!may_pull(&aws));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(may_pull(&aws));
        put(&aws, &lambda_pull_policy("arn:aws:lambda:*:*:function:other")).await;
        assert!(may_pull(&aws));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(!may_pull(&aws));
    }
}
