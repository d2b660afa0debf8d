//! The quota of a usage plan, and which days it counts together. All in UTC.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Quota {
    pub limit: u32,
    pub offset: u32,
    /// DAY, WEEK or MONTH.
    pub period: String,
}

/// The first day of the period that `today` is in: DAY is today; WEEK starts on Sunday plus `offset` days (0–6);
/// MONTH starts on the first plus `offset` days (0–27).
pub(crate) fn period_start(quota: &Quota, today: Date) -> Date {
    let offset = i64::from(quota.offset);
    match quota.period.as_str() {
        "WEEK" => {
            let weekday = i64::from(today.weekday().to_sunday_zero_offset());
            days_before(today, (weekday - offset).rem_euclid(7))
        }
        "MONTH" => {
            let first = |date: Date| days_before(date.first_of_month(), -offset);
            let this = first(today);
            if this <= today { this } else { first(days_before(today.first_of_month(), 1)) }
        }
        _ => today,
    }
}

fn days_before(date: Date, days: i64) -> Date {
    date.saturating_sub(jiff::Span::new().days(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn periods_start_where_the_offset_says() {
        let wednesday = date(2026, 7, 1);
        let table = [
            ("DAY", 0, wednesday, wednesday),
            ("WEEK", 0, wednesday, date(2026, 6, 28)),
            ("WEEK", 3, wednesday, wednesday),
            ("WEEK", 4, wednesday, date(2026, 6, 25)),
            ("MONTH", 0, wednesday, wednesday),
            ("MONTH", 1, wednesday, date(2026, 6, 2)),
            ("MONTH", 27, date(2026, 3, 1), date(2026, 2, 28)),
            ("MONTH", 27, date(2026, 1, 15), date(2025, 12, 28)),
        ];
        for (period, offset, today, expected) in table {
            let quota = Quota { limit: 1, offset, period: period.to_owned() };
            assert_eq!(period_start(&quota, today), expected, "{period} {offset} {today}");
        }
    }
}
