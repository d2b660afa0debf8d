//! How often a stack can be called at most.

use super::amount::Amount;
use crate::stack::{Api, Auth, Period, Quota, Throttle};

const DAY: f64 = 86_400.0;
const MONTH: f64 = 31.0 * DAY;

/// A number of calls, as an amount of a day and of a month; `None`: nothing limits it.
pub(super) struct Calls {
    pub most: Option<Amount>,
    pub why: String,
}

impl Calls {
    /// All calls that show one of the stack's keys.
    pub(super) fn with_a_key(api: &Api) -> Self {
        let keys = count(api.keys.len());
        let named = if api.keys.len() == 1 { "1 key".to_owned() } else { format!("{keys} keys") };
        let plan = api.usage_plan.as_ref();
        let quota = plan.and_then(|p| p.quota).map(|q| {
            (of_quota(q).times(keys), format!("{named}, usage_plan.quota {}/{}", q.limit, q.period.word()))
        });
        let rate = plan
            .and_then(|p| p.throttle)
            .map(|t| (of_throttle(t).times(keys), format!("{named}, usage_plan.rate {} a second", t.rate)));
        let methods = api.routes.iter().filter(|r| r.auth == Auth::ApiKey).count();
        let all = [quota, rate, of_stage(api, methods)].into_iter().flatten();
        Self::least(all, "neither a quota nor a throttle limits the keys")
    }

    /// All calls of so many methods by anybody.
    pub(super) fn by_anybody(api: &Api, methods: usize) -> Self {
        Self::least(of_stage(api, methods).into_iter(), "no throttle limits it")
    }

    fn least(all: impl Iterator<Item = (Amount, String)>, none: &str) -> Self {
        let least = all.min_by(|(a, _), (b, _)| a.month.total_cmp(&b.month));
        match least {
            Some((most, why)) => Self { most: Some(most), why },
            None => Self { most: None, why: none.to_owned() },
        }
    }
}

/// The stage's throttle counts by method, for everybody together.
fn of_stage(api: &Api, methods: usize) -> Option<(Amount, String)> {
    let throttle = api.throttle?;
    let named = if methods == 1 { "1 method".to_owned() } else { format!("{methods} methods") };
    let why = format!("{named}, throttle.rate {} a second each", throttle.rate);
    Some((of_throttle(throttle).times(count(methods)), why))
}

fn of_throttle(it: Throttle) -> Amount {
    let burst = f64::from(it.burst);
    Amount { day: it.rate * DAY + burst, month: it.rate * MONTH + burst }
}

/// A month of 31 days touches six weeks at most.
fn of_quota(it: Quota) -> Amount {
    let limit = f64::from(it.limit);
    let times = match it.period {
        Period::Day => 31.0,
        Period::Week => 6.0,
        Period::Month => 1.0,
    };
    Amount { day: limit, month: limit * times }
}

/// Of things that a file names.
pub(super) fn count(things: usize) -> f64 {
    u32::try_from(things).map_or(f64::INFINITY, f64::from)
}
