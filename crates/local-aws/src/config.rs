//! What a person can set about the local AWS.

use crate::secret;
use std::{io, time::Duration};

/// How soon the local AWS agrees with what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Consistency {
    /// Strict, but everything is visible and usable at once; no account-wide request grants.
    #[default]
    Instant,
    /// As slow as AWS: young roles, pending functions, lagging lists, propagating keys, request grants.
    Realistic,
}

/// Settings of one local AWS.
#[derive(Debug, Clone)]
pub struct Config {
    /// The account of a caller whose access key id is not itself twelve digits.
    pub account: String,
    /// Added to every AWS request (not to `/v2/`, `/_local/` or the stage URL), to see what a run costs on a real line.
    pub latency: Duration,
    pub consistency: Consistency,
    /// Decides every random-looking choice: ids, key values, the exact delays of `Realistic`. Who knows it can compute
    /// them: outside of tests it is [`random_seed`].
    pub seed: u64,
    /// Upper bound of the items on a page of every list; `None` keeps AWS's own defaults.
    pub page_size: Option<usize>,
    /// Executions that an account may have at once in a region, over all its functions. New accounts have 10.
    pub concurrency: u32,
}

/// A seed that nobody can foresee.
///
/// # Errors
/// The system has no randomness to give.
pub fn random_seed() -> io::Result<u64> {
    let random = secret::random()?;
    u64::from_str_radix(&random[..16], 16).map_err(io::Error::other)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            account: "000000000000".to_owned(),
            latency: Duration::ZERO,
            consistency: Consistency::Instant,
            seed: 0,
            page_size: None,
            concurrency: 1000,
        }
    }
}

/// The durations of AWS's slowness (with their sources: `docs/aws.md`).
/// All zero when the consistency is `Instant`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Delays {
    /// A young role cannot be assumed by Lambda (observed 5–20 s).
    pub role_assumable: Duration,
    /// A young repository policy is not yet seen by Lambda.
    pub repository_policy: Duration,
    /// `Pending` after CreateFunction.
    pub function_pending: Duration,
    /// `InProgress` after an update.
    pub function_update: Duration,
    /// GetFunction does not know yet what was just created.
    pub function_visible: Duration,
    /// A function that has left its VPC, or was deleted, still has network interfaces there (AWS: up to 20 minutes).
    pub network_release: Duration,
    /// A young API key or plan association answers 403 (up to two minutes).
    pub key_effective: Duration,
    /// A stage still serves its former deployment.
    pub deployment_live: Duration,
    /// An alias sends its calls where it sent them before its last update.
    pub alias_update: Duration,
    /// A list does not yet show what was just created.
    pub list_lag: Duration,
    /// A deployment's or resource tree's summary still misses what an import brought.
    pub import_settles: Duration,
    /// A REST API is `UPDATING` and refuses further updates: after a change of its endpoint type, and whatever changes of a
    /// private one (a new security policy takes AWS about 15 minutes; what the others take no source says).
    pub api_update: Duration,
    /// What was just created is not yet found by its id.
    pub read_lag: Duration,
    /// A metric does not show yet what was just measured (observed 1 to 2 minutes).
    pub metric_lag: Duration,
    /// What was used is on no bill yet (8 to 24 hours).
    pub billing_lag: Duration,
}

impl Config {
    pub fn delays(&self) -> Delays {
        if self.consistency == Consistency::Instant {
            return Delays::default();
        }
        let wobble =
            |base: f64, salt: u64| Duration::from_secs_f64(base * (0.75 + 0.5 * self.fraction(salt)));
        Delays {
            role_assumable: wobble(8.0, 1),
            repository_policy: wobble(3.0, 2),
            function_pending: wobble(6.0, 3),
            function_update: wobble(3.0, 4),
            key_effective: wobble(20.0, 5),
            deployment_live: wobble(4.0, 6),
            list_lag: wobble(2.0, 7),
            import_settles: wobble(2.0, 8),
            api_update: wobble(8.0, 9),
            read_lag: wobble(0.3, 10),
            function_visible: wobble(0.5, 11),
            network_release: wobble(60.0, 12),
            alias_update: wobble(1.0, 13),
            metric_lag: wobble(60.0, 14),
            billing_lag: wobble(12.0 * 3600.0, 15),
        }
    }

    /// Twelve digits as access key id name the account; any other key belongs to the configured one.
    pub(crate) fn account_of(&self, access_key: &str) -> String {
        let is_account = access_key.len() == 12 && access_key.bytes().all(|b| b.is_ascii_digit());
        if is_account { access_key.to_owned() } else { self.account.clone() }
    }

    /// What somebody who waits for this local AWS wants to know of it: `/_local/settings`.
    pub(crate) fn shown(&self) -> serde_json::Value {
        let delays = self.delays();
        serde_json::json!({
            "account": self.account,
            "realistic": self.consistency == Consistency::Realistic,
            "seconds": {
                "role_assumable": delays.role_assumable.as_secs_f64(),
                "function_pending": delays.function_pending.as_secs_f64(),
            },
        })
    }

    /// A number in 0..1 that depends on the seed and `salt` only.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what an f64 holds")]
    pub(crate) fn fraction(&self, salt: u64) -> f64 {
        let mut x = self.seed.wrapping_add(salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}
