//! Moments, as ECR goes by them and writes them.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A moment as the JSON protocol writes it: seconds, with milliseconds behind the point.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of any date to come fit")]
pub(crate) fn epoch(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// Whether `delay` has gone by since `at`.
pub(crate) fn is_past(at: Timestamp, delay: Duration, now: Timestamp) -> bool {
    now.duration_since(at) >= SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX)
}
