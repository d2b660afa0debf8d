//! From when to when a budget counts.

use super::errors::unfit;
use crate::error::AwsError;
use jiff::{Timestamp, civil::date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// 2087-06-15, when every budget ends.
pub(crate) const LAST_END: f64 = 3_706_473_600.0;

/// After which time a budget starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TimeUnit {
    Daily,
    Monthly,
    Quarterly,
    Annually,
    Custom,
}

/// In seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TimePeriod {
    pub start: f64,
    pub end: f64,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AskedPeriod {
    start: Option<f64>,
    end: Option<f64>,
}

impl AskedPeriod {
    /// With AWS's own start (of this month of a monthly budget) and end, where they are left out.
    ///
    /// # Errors
    /// The period ends before it starts, or after all budgets end.
    pub(crate) fn filled(self, unit: TimeUnit, now: Timestamp) -> Result<TimePeriod, AwsError> {
        let start = self.start.unwrap_or_else(|| start_of(unit, now));
        let end = self.end.unwrap_or(LAST_END);
        if end > LAST_END {
            return Err(unfit(format!("end time should not be after timestamp {LAST_END}")));
        }
        if start >= end {
            return Err(unfit("start time should be before end time"));
        }
        Ok(TimePeriod { start, end })
    }
}

/// The start of the day, month, quarter or year that it is, in UTC.
pub(crate) fn start_of(unit: TimeUnit, now: Timestamp) -> f64 {
    let today = now.to_zoned(TimeZone::UTC).date();
    let first = match unit {
        TimeUnit::Daily | TimeUnit::Custom => today,
        TimeUnit::Monthly => today.first_of_month(),
        TimeUnit::Quarterly => date(today.year(), (today.month() - 1) / 3 * 3 + 1, 1),
        TimeUnit::Annually => today.first_of_year(),
    };
    let days = first.since(date(1970, 1, 1)).map_or(0, |since| since.get_days());
    f64::from(days) * 24.0 * 60.0 * 60.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[expect(clippy::cast_precision_loss, reason = "seconds of any date fit")]
    fn seconds(time: &str) -> f64 {
        time.parse::<Timestamp>().unwrap().as_second() as f64
    }

    #[test]
    fn a_budget_starts_with_the_unit_that_it_is_made_in() {
        let now = "2026-11-29T19:04:05Z".parse().unwrap();
        for (unit, start) in [
            (TimeUnit::Daily, "2026-11-29T00:00:00Z"),
            (TimeUnit::Monthly, "2026-11-01T00:00:00Z"),
            (TimeUnit::Quarterly, "2026-10-01T00:00:00Z"),
            (TimeUnit::Annually, "2026-01-01T00:00:00Z"),
        ] {
            let period = AskedPeriod::default().filled(unit, now).unwrap();
            assert_eq!(period, TimePeriod { start: seconds(start), end: seconds("2087-06-15T00:00:00Z") });
        }
    }

    #[test]
    fn a_period_ends_after_its_start_and_before_all_budgets_end() {
        let now = "2026-11-29T00:00:00Z".parse().unwrap();
        let refused =
            |start, end| AskedPeriod { start, end }.filled(TimeUnit::Monthly, now).unwrap_err().message;
        assert_eq!(
            refused(None, Some(LAST_END + 1.0)),
            "Unable to create/update budget - end time should not be after timestamp 3706473600"
        );
        let why = "Unable to create/update budget - start time should be before end time";
        assert_eq!(refused(Some(5.0), Some(5.0)), why);
        assert_eq!(refused(None, Some(5.0)), why);
    }
}
