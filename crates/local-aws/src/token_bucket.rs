//! Token buckets: how AWS counts what it lets through in a second.

use std::time::Duration;

/// What a bucket is filled by. A limit of rate or burst 0 lets nothing through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    /// Calls a second.
    pub rate: f64,
    /// Calls at once.
    pub burst: f64,
}

/// Lets `burst` calls through at once and `rate` a second over time.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    tokens: f64,
    /// On the clock of the caller, from any fixed moment on.
    filled: Duration,
}

impl Limit {
    fn blocks(self) -> bool {
        self.rate <= 0.0 || self.burst < 1.0
    }
}

impl Bucket {
    pub(crate) fn full(limit: Limit, now: Duration) -> Self {
        Self { tokens: limit.burst, filled: now }
    }

    /// Whether a call may pass now. Takes nothing. A limit that changed since holds from here on.
    pub(crate) fn allows(&mut self, limit: Limit, now: Duration) -> bool {
        let gained = now.saturating_sub(self.filled).as_secs_f64() * limit.rate;
        self.tokens = (self.tokens + gained).min(limit.burst);
        self.filled = now;
        // Sums of small parts of a token may miss a whole one by a rounding error.
        !limit.blocks() && self.tokens >= 1.0 - 1e-9
    }

    pub(crate) fn take(&mut self) {
        self.tokens -= 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn successes(limit: Limit, calls: impl Iterator<Item = u64>) -> u32 {
        let mut bucket = Bucket::full(limit, Duration::ZERO);
        let mut passed = 0;
        for millis in calls {
            if bucket.allows(limit, Duration::from_millis(millis)) {
                bucket.take();
                passed += 1;
            }
        }
        passed
    }

    #[test]
    fn ten_seconds_of_overload_pass_burst_and_ten_times_the_rate() {
        for (rate, burst) in [(10.0, 20.0), (10.0, 5.0), (2.0, 1.0), (100.0, 50.0), (0.5, 3.0)] {
            let passed = f64::from(successes(Limit { rate, burst }, 0..=10_000));
            let expected = burst + rate * 10.0;
            assert!((passed - expected).abs() <= (expected * 0.02).max(1.0), "{rate}/{burst}: {passed}");
        }
    }

    #[test]
    fn zero_blocks_all() {
        assert_eq!(successes(Limit { rate: 0.0, burst: 10.0 }, 0..100), 0);
        assert_eq!(successes(Limit { rate: 10.0, burst: 0.0 }, 0..100), 0);
    }

    #[test]
    fn calls_below_the_rate_all_pass() {
        assert_eq!(successes(Limit { rate: 10.0, burst: 1.0 }, (0..100).map(|n| n * 100)), 100);
    }
}
