//! The smoke check: a version is invoked by its number, past the API, before anybody gets it.

use super::VersionWish;
use crate::{
    aws::call,
    contract::{Answered, NotPassed, SmokeCheck},
    engine::Run,
};
use anyhow::Result;
use aws_sdk_lambda::primitives::Blob;
use std::{fmt, time::Duration};

/// A version that did not pass.
#[derive(Debug)]
pub(crate) struct SmokeFailed {
    /// In the stack file.
    pub key: String,
    pub function: String,
    pub version: u64,
    /// What was asked.
    pub what: String,
    pub why: String,
    /// It gave no HTTP answer: its log says more.
    pub no_answer: bool,
}

impl fmt::Display for SmokeFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, function, version, what, why, .. } = self;
        write!(
            f,
            "version {version} of {function} was tried and did not pass: {what}: {why}\n  → what was live stays live; \
             `lambdeploy logs {key}` shows its log; correct it and run `up` again (--no-smoke releases it untried)"
        )
    }
}

impl std::error::Error for SmokeFailed {}

/// What a container may take to start, besides the function's own time limit.
const START: Duration = Duration::from_mins(1);

impl VersionWish {
    /// # Errors
    /// [`SmokeFailed`]; as the calls.
    pub(super) async fn try_out(&self, version: u64, run: &Run) -> Result<()> {
        // It runs nowhere, so nothing of it can be asked.
        if self.wish.reserves_nothing() {
            return Ok(());
        }
        for check in &self.smoke {
            run.note(format!("trying version {version}: {}", check.what));
            if let Err(NotPassed { why, no_answer }) = self.ask(version, check, run).await? {
                let (key, function) = (self.version.key.clone(), self.version.function_name.clone());
                return Err(
                    SmokeFailed { key, function, version, what: check.what.clone(), why, no_answer }.into()
                );
            }
        }
        Ok(())
    }

    async fn ask(&self, version: u64, check: &SmokeCheck, run: &Run) -> Result<Result<(), NotPassed>> {
        let request = self.version.aws.cloud.lambda.invoke().function_name(&self.version.function_name);
        let request =
            request.qualifier(version.to_string()).payload(Blob::new(check.event.to_string().into_bytes()));
        let limit = self.wish.time_limit() + START;
        let timeouts = aws_config::timeout::TimeoutConfig::builder().operation_attempt_timeout(limit).build();
        let settings = aws_sdk_lambda::config::Config::builder().timeout_config(timeouts);
        let answer =
            call(run, "Invoke", || request.clone().customize().config_override(settings.clone()).send())
                .await?;
        let payload = answer.payload().map(|blob| blob.as_ref().to_vec()).unwrap_or_default();
        Ok(check.judge(&Answered { failed: answer.function_error().is_some(), payload }))
    }
}
