//! Who calls, for how long, and how well the root user is guarded.

use super::{Advice, Checkup};
use crate::aws::call;
use anyhow::Result;
use aws_credential_types::provider::ProvideCredentials;
use std::time::{Duration, SystemTime};

/// A build, a push and a first `up` may take so long.
const LONG_ENOUGH: Duration = Duration::from_mins(15);

impl Checkup<'_> {
    pub(super) async fn caller(&self) -> Result<Vec<Advice>> {
        let about = "credentials";
        let me = self.cloud.identity()?;
        if let Some(account) = self.stack.and_then(|s| s.account.as_ref()).filter(|a| **a != me.account) {
            let text =
                format!("they are of account {}, and the stack file is for account {account}", me.account);
            return Ok(vec![Advice::fails(about, text, "choose others: `profile:`, --profile, AWS_PROFILE")]);
        }
        if me.is_root() {
            let text =
                "they are the root user's, whom nothing can restrict and nobody can take them away from";
            let todo = "make an IAM user or role for deploying, and delete the root user's access keys (docs/access.md)";
            return Ok(vec![Advice::beware(about, text, todo)]);
        }
        let who = format!("{} in {}", me.arn, self.cloud.region);
        Ok(vec![match self.left().await {
            Some(left) if left < LONG_ENOUGH => Advice::beware(
                about,
                format!("{who}, for {} more minutes", left.as_secs() / 60),
                "sign in again before an `up` that builds",
            ),
            _ => Advice::fine(about, who),
        }])
    }

    /// How long the credentials last; `None`: without an end. That they can be had is known by now.
    async fn left(&self) -> Option<Duration> {
        let provider = self.cloud.sdk().credentials_provider()?;
        let expiry = provider.provide_credentials().await.ok()?.expiry()?;
        Some(expiry.duration_since(SystemTime::now()).unwrap_or_default())
    }

    /// Of other users' devices IAM tells only whoever may read each of them.
    pub(super) async fn root_user(&self) -> Result<Vec<Advice>> {
        let about = "root user";
        let request = self.cloud.iam.get_account_summary();
        let summary = call(&self.run, "GetAccountSummary", || request.clone().send()).await?;
        let is = |key: &str| summary.summary_map().is_some_and(|map| map.get(&key.into()) == Some(&1));
        let mut all = Vec::new();
        if !is("AccountMFAEnabled") {
            let todo = "sign in as root, then Security credentials → Assign MFA device";
            all.push(Advice::beware(
                about,
                "it has no MFA: whoever learns its password owns the account",
                todo,
            ));
        }
        if is("AccountAccessKeysPresent") {
            let todo = "sign in as root, then Security credentials → Access keys → Delete";
            all.push(Advice::beware(about, "it has access keys, which can do everything", todo));
        }
        if all.is_empty() {
            all.push(Advice::fine(about, "it has MFA and no access keys"));
        }
        Ok(all)
    }
}
