//! How often each key of a usage plan has called, by day in UTC.

use super::quota::{Quota, period_start};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::collections::{BTreeMap, HashMap};

/// A plan and a key of it.
type PlanAndKey = (String, String);

#[derive(Debug, Clone, Default)]
pub(crate) struct UsageCounts {
    /// Calls that were let through.
    days: BTreeMap<PlanAndKey, BTreeMap<Date, u64>>,
    /// What UpdateUsage granted beyond the quota in a period, by the period's first day.
    granted: HashMap<(PlanAndKey, Date), i64>,
}

/// The day of a moment.
pub(crate) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

impl UsageCounts {
    /// One more call was let through.
    pub(crate) fn add(&mut self, plan: &str, key: &str, today: Date) {
        *self.days.entry(holder(plan, key)).or_default().entry(today).or_default() += 1;
    }

    /// What is left of the quota in the period that `today` is in.
    pub(crate) fn remaining(&self, plan: &str, key: &str, quota: &Quota, today: Date) -> i64 {
        let (holder, start) = (holder(plan, key), period_start(quota, today));
        let days = self.days.get(&holder);
        let used: u64 = days.map(|d| d.range(start..=today).map(|(_, n)| n).sum()).unwrap_or_default();
        let granted = self.granted.get(&(holder, start)).copied().unwrap_or_default();
        i64::from(quota.limit) + granted - i64::try_from(used).unwrap_or(i64::MAX)
    }

    /// Sets what is left of the quota in the period that `today` is in.
    pub(crate) fn set_remaining(
        &mut self,
        plan: &str,
        key: &str,
        quota: &Quota,
        today: Date,
        remaining: i64,
    ) {
        let change = remaining - self.remaining(plan, key, quota, today);
        *self.granted.entry((holder(plan, key), period_start(quota, today))).or_default() += change;
    }

    /// Calls and what is left of the quota at the end of each day: one pair a day, both ends included.
    pub(crate) fn by_day(
        &self,
        plan: &str,
        key: &str,
        quota: Option<&Quota>,
        from: Date,
        to: Date,
    ) -> Vec<(u64, i64)> {
        let calls = self.days.get(&holder(plan, key));
        let mut days = Vec::new();
        let mut date = from;
        while date <= to {
            let used = calls.and_then(|days| days.get(&date)).copied().unwrap_or_default();
            days.push((used, quota.map_or(-1, |quota| self.remaining(plan, key, quota, date))));
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        days
    }
}

fn holder(plan: &str, key: &str) -> PlanAndKey {
    (plan.to_owned(), key.to_owned())
}
