//! Retry by class, in one place. The SDK's own retries are off: they wait whole seconds, say nothing, and would repeat
//! creates that AWS does not key by a name.
//!
//! | class | wait | at most |
//! |---|---|---|
//! | not yet (young role, young policy) | 0.25 s growing to 0.5 s | 5 min |
//! | a function that AWS is at work on | 0.25 s growing to 0.5 s | 10 min |
//! | not found, of a write that builds on what was just made | 0.25 s growing to 2 s | 30 s |
//! | throttled | full jitter up to 35 s: DeleteRestApi is granted once in 30 s, UpdateUsagePlan once in 20 s | 5 min |
//! | busy (an update of a function is in progress) | 0.25 s growing to 2 s | 10 min |
//! | busy (an update of a REST API is in progress: a security policy takes 15 min) | 0.25 s growing to 2 s | 20 min |
//! | network interfaces of a function that leaves its VPC | 1 s growing to 10 s | 20 min |
//! | conflict (somebody else writes, IAM has not settled) | 0.25 s growing to 2 s | 2 min |
//! | no connection, to a host that was reached before | 0.5 s growing to 8 s | 20 s |
//! | no connection, to a host that never was | - | - |
//! | ambiguous (no answer, 5xx), where repeating is safe | 0.5 s growing to 8 s | 20 s |
//! | what was just made is not in AWS's list yet | 0.25 s growing to 2 s | 30 s |
//! | what a lost reply may have made is not in AWS's list | 5 s | 5 s |

use super::failure::{Class, Failure};
use crate::engine::Run;
use anyhow::Result;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

/// How long to wait between tries, and how long in all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub first: Duration,
    pub longest: Duration,
    pub budget: Duration,
    /// Anywhere between zero and the wait, so that many callers don't come back together.
    pub jitter: bool,
}

impl Patience {
    /// Asked often: what a role or a repository takes to be seen is most of a first `up`.
    pub(crate) const NOT_YET: Self = Self::new(250, 500, 300);
    /// A function that AWS is at work on. GetFunction has 100 requests a second of its own.
    pub(crate) const AT_WORK: Self = Self::new(250, 500, 600);
    /// A write that builds on something young; when it is really gone, half a minute tells.
    pub(crate) const YOUNG: Self = Self::new(250, 2_000, 30);
    pub(crate) const BUSY: Self = Self::new(250, 2_000, 600);
    /// A REST API that is `UPDATING` takes no further update.
    pub(crate) const API_UPDATE: Self = Self::new(250, 2_000, 1_200);
    /// How long what an import brought may be missing from a deployment's summary before another one is made.
    pub(crate) const SETTLES: Self = Self::new(250, 2_000, 5);
    /// Lambda removes network interfaces within 20 minutes (AWS's own article on Lambda's network interfaces).
    pub(crate) const NETWORK: Self = Self::new(1_000, 10_000, 1_200);
    /// IAM's and API Gateway's conflicts settle in two minutes or never (an instance profile, an id that is no more).
    pub(crate) const WRITERS: Self = Self::new(250, 2_000, 120);
    /// How long a list may hide what was made (assumed: no source gives a bound).
    pub(crate) const LISTED: Self = Self::new(250, 2_000, 30);
    /// A list is looked at once more after so long, before what a lost reply may have made is made again.
    pub(crate) const LOST: Self = Self::new(5_000, 5_000, 5);
    pub(crate) const AMBIGUOUS: Self = Self::new(500, 8_000, 20);
    pub(crate) const THROTTLED: Self = Self { jitter: true, ..Self::new(2_000, 35_000, 300) };

    const fn new(first_ms: u64, longest_ms: u64, budget_s: u64) -> Self {
        Self {
            first: Duration::from_millis(first_ms),
            longest: Duration::from_millis(longest_ms),
            budget: Duration::from_secs(budget_s),
            jitter: false,
        }
    }

    /// The wait before try `n` (from 0).
    fn wait(&self, n: u32) -> Duration {
        let grown = self.first.saturating_mul(1 << n.min(16)).min(self.longest);
        // Half of a growing wait is kept even with jitter: at once is never a good time to ask a throttle again.
        if self.jitter { grown.mul_f64(0.5 + 0.5 * fastrand::f64()) } else { grown }
    }

    fn of(failure: &Failure, repeatable: bool) -> Option<(Self, &'static str)> {
        match failure.class() {
            Class::Busy if failure.is_api_update() => {
                Some((Self::API_UPDATE, "API Gateway to finish another update"))
            }
            Class::Busy if !failure.is("ResourceConflictException") => {
                Some((Self::WRITERS, "other changes to settle"))
            }
            // What was made a moment ago is not there yet for every part of AWS (IAM above all).
            Class::NotFound if builds_on(failure.operation) || failure.is_unknown_stage() => {
                Some((Self::YOUNG, "AWS to see what was just made"))
            }
            Class::NotYet => Some((Self::NOT_YET, "AWS to see what was just made")),
            Class::Throttled => Some((Self::THROTTLED, "AWS to allow this call again (it is rate-limited)")),
            Class::Busy => Some((Self::BUSY, "another update to finish")),
            Class::Unreachable if failure.is_out_of_reach() => None,
            Class::Unreachable => Some((Self::AMBIGUOUS, "a connection")),
            Class::Ambiguous if repeatable => Some((Self::AMBIGUOUS, "an answer")),
            _ => None,
        }
    }
}

/// Whether an operation writes to something that another call made before.
fn builds_on(operation: &str) -> bool {
    ["Put", "Set", "Attach", "Add", "Create"].iter().any(|verb| operation.starts_with(verb))
}

/// Calls AWS until it answers, it refuses for good, or patience ends; every wait is said.
///
/// # Errors
/// A [`Failure`] with AWS's last words, or `Interrupted`.
pub(crate) async fn call<T, E, Fut>(run: &Run, operation: &'static str, send: impl Fn() -> Fut) -> Result<T>
where
    Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    patiently(run, operation, true, send).await
}

/// As [`call`], but what may have taken effect is not sent again: for creates that AWS does not key by a name.
///
/// # Errors
/// As [`call`]; a failure of class `Ambiguous` is the caller's to resolve.
pub(crate) async fn call_once<T, E, Fut>(
    run: &Run,
    operation: &'static str,
    send: impl Fn() -> Fut,
) -> Result<T>
where
    Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    patiently(run, operation, false, send).await
}

async fn patiently<T, E, Fut>(
    run: &Run,
    operation: &'static str,
    repeatable: bool,
    send: impl Fn() -> Fut,
) -> Result<T>
where
    Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut waits = Waits::default();
    loop {
        run.stop.check()?;
        let failure = match send().await {
            Ok(value) => return Ok(value),
            Err(error) => Failure::of(operation, &error),
        };
        waits.next(run, &failure, repeatable).await?;
    }
}

/// The tries so far, by what they failed of. A budget is not begun again when another failure came between: what fails of
/// two things in turn has an end too.
#[derive(Default)]
struct Waits {
    last: Option<(Class, Instant)>,
    spent: BTreeMap<Class, Spent>,
}

/// What one class of failure has taken.
#[derive(Default)]
struct Spent {
    /// Until the next try had ended.
    time: Duration,
    tries: u32,
}

impl Waits {
    /// Waits before the next try, or gives the failure back when there is none.
    async fn next(&mut self, run: &Run, failure: &Failure, repeatable: bool) -> Result<()> {
        let class = failure.class();
        let Some((patience, what)) = Patience::of(failure, repeatable) else {
            return Err(failure.clone().into());
        };
        let now = Instant::now();
        if let Some((before, at)) = self.last.replace((class, now)) {
            self.spent.entry(before).or_default().time += now - at;
        }
        let spent = self.spent.entry(class).or_default();
        let wait = failure.retry_after.unwrap_or_default().max(patience.wait(spent.tries));
        if spent.time + wait > patience.budget {
            return Err(failure.clone().into());
        }
        spent.tries += 1;
        let (so_far, most) = (spent.time.as_secs(), patience.budget.as_secs());
        run.note(format!(
            "waiting for {what}: {so_far} s of at most {most} s ({}: {})",
            failure.operation, failure.message
        ));
        Ok(run.stop.sleep(wait).await?)
    }
}

/// Asks until the answer is there. `what` completes "waiting for …"; the answer `Err(text)` says how it stands.
///
/// # Errors
/// When patience ends, with how it stood last; `Interrupted`; whatever `ask` fails of.
pub(crate) async fn wait_until<T, Fut>(
    run: &Run,
    patience: Patience,
    what: &str,
    ask: impl Fn() -> Fut,
) -> Result<T>
where
    Fut: Future<Output = Result<Result<T, String>>>,
{
    let since = Instant::now();
    wait_at_most(run, patience, what, ask).await?.map_err(|standing| {
        anyhow::anyhow!(
            "waited {} s for {what}, and still: {standing}; run the same command again to wait longer",
            since.elapsed().as_secs()
        )
    })
}

/// As [`wait_until`], for what can be done without: the end of patience gives how it stood last.
///
/// # Errors
/// `Interrupted`; whatever `ask` fails of.
pub(crate) async fn wait_at_most<T, Fut>(
    run: &Run,
    patience: Patience,
    what: &str,
    ask: impl Fn() -> Fut,
) -> Result<Result<T, String>>
where
    Fut: Future<Output = Result<Result<T, String>>>,
{
    let since = Instant::now();
    for n in 0.. {
        let answer = ask().await?;
        let Err(standing) = &answer else { return Ok(answer) };
        let (waited, wait) = (since.elapsed(), patience.wait(n));
        if waited + wait > patience.budget {
            return Ok(answer);
        }
        let (so_far, most) = (waited.as_secs(), patience.budget.as_secs());
        run.note(format!("waiting for {what}: {so_far} s of at most {most} s ({standing})"));
        run.stop.sleep(wait).await?;
    }
    unreachable!("the loop ends by returning")
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
