//! What was let through so far: token buckets and daily counts. Not part of the world.

use super::{
    api_key::Holder,
    exchange::Exchange,
    quota,
    refusal::Refusal,
    site::Site,
    throttle::{Bucket, Limit},
};
use crate::apigateway::model::Quota;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The account's own throttle: requests a second and burst over all its APIs in a region.
const ACCOUNT: Limit = Limit { rate: 10_000.0, burst: 5_000.0 };

/// Counters of one local AWS.
#[derive(Debug, Default)]
pub struct Meters(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    buckets: HashMap<String, Bucket>,
    /// Calls let through, by plan and key, then by day.
    days: BTreeMap<(String, String), BTreeMap<Date, u64>>,
    /// What UpdateUsage granted beyond the quota in a period, by plan and key and the period's first day.
    granted: HashMap<(String, String, Date), i64>,
}

/// One throttle that a call has to pass.
struct Gate {
    bucket: String,
    limit: Limit,
    why: String,
}

impl Meters {
    /// Counts a call in, or says which limit it is over. A refused call takes nothing from any limit.
    ///
    /// # Errors
    /// 429: over the plan's, the method's, the stage's or the account's throttle, or over the plan's quota.
    pub fn admit(&self, exchange: &Exchange, holder: Option<&Holder>) -> Result<(), Refusal> {
        let gates = gates(exchange, holder)?;
        let now = Duration::try_from(exchange.received.as_duration()).unwrap_or_default();
        let mut counts = self.lock();
        for gate in &gates {
            let bucket = counts.buckets.entry(gate.bucket.clone());
            if !bucket.or_insert_with(|| Bucket::full(gate.limit, now)).allows(gate.limit, now) {
                return Err(Refusal::throttled(gate.why.clone()));
            }
        }
        if let Some(holder) = holder {
            counts.count(holder, day(exchange.received))?;
        }
        gates.iter().filter_map(|gate| counts.buckets.get_mut(&gate.bucket).map(Bucket::take)).count();
        Ok(())
    }

    /// Calls and what is left of the quota at the end of each day, for GetUsage: one pair a day, both ends included.
    pub fn usage(
        &self,
        plan: &str,
        key: &str,
        quota: Option<&Quota>,
        from: Date,
        to: Date,
    ) -> Vec<(u64, i64)> {
        let counts = self.lock();
        let holder = (plan.to_owned(), key.to_owned());
        let mut days = Vec::new();
        let mut date = from;
        while date <= to {
            let used = counts.days.get(&holder).and_then(|d| d.get(&date)).copied().unwrap_or_default();
            days.push((used, quota.map_or(-1, |q| counts.remaining(&holder, q, date))));
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        days
    }

    /// Sets what is left of the quota in the period that `today` is in, for UpdateUsage's `replace /remaining`.
    pub fn set_remaining(&self, plan: &str, key: &str, quota: &Quota, today: Date, remaining: i64) {
        let mut counts = self.lock();
        let holder = (plan.to_owned(), key.to_owned());
        let change = remaining - counts.remaining(&holder, quota, today);
        let start = quota::period_start(quota, today);
        *counts.granted.entry((holder.0, holder.1, start)).or_default() += change;
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn remaining(&self, holder: &(String, String), quota: &Quota, today: Date) -> i64 {
        let start = quota::period_start(quota, today);
        let days = self.days.get(holder);
        let used: u64 = days.map(|d| d.range(start..=today).map(|(_, n)| n).sum()).unwrap_or_default();
        let granted =
            self.granted.get(&(holder.0.clone(), holder.1.clone(), start)).copied().unwrap_or_default();
        i64::from(quota.limit) + granted - i64::try_from(used).unwrap_or(i64::MAX)
    }

    fn count(&mut self, holder: &Holder, today: Date) -> Result<(), Refusal> {
        let id = (holder.plan_id.clone(), holder.key_id.clone());
        if let Some(quota) = &holder.quota
            && self.remaining(&id, quota, today) <= 0
        {
            let Quota { limit, period, .. } = quota;
            return Err(Refusal::quota(format!(
                "key {} has used up its {limit} calls a {period} of plan {}",
                holder.key_id, holder.plan_id
            )));
        }
        *self.days.entry(id).or_default().entry(today).or_default() += 1;
        Ok(())
    }
}

/// The day of a moment, in UTC.
pub fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// From the narrowest to the widest, in the order in which API Gateway checks them.
fn gates(exchange: &Exchange, holder: Option<&Holder>) -> Result<Vec<Gate>, Refusal> {
    let (site, route) = (exchange.site()?, exchange.route()?);
    let mut gates = Vec::new();
    if let Some((holder, throttle)) = holder.and_then(|h| Some((h, h.throttle.as_ref()?))) {
        let limit = Limit { rate: throttle.rate_limit, burst: throttle.burst_limit.into() };
        gates.push(Gate {
            bucket: format!("plan/{}/{}", holder.plan_id, holder.key_id),
            limit,
            why: format!("key {} is over plan {}: {}", holder.key_id, holder.plan_id, shown(limit)),
        });
    }
    let path = route.resource_path.replace('/', "~1");
    let own = format!("{path}/{}", route.method.http_method);
    gates.extend(stage_gate(site, &own, &own).or_else(|| stage_gate(site, "*/*", &own)));
    gates.push(Gate {
        bucket: format!("account/{}/{}", site.account, site.region),
        limit: ACCOUNT,
        why: format!("the account is over {}", shown(ACCOUNT)),
    });
    Ok(gates)
}

/// The throttle that the stage sets for a method, or for all of them: AWS counts it for each method by itself.
fn stage_gate(site: &Site, key: &str, method: &str) -> Option<Gate> {
    let setting = site.settings.get(key)?;
    if setting.throttling_rate_limit.is_none() && setting.throttling_burst_limit.is_none() {
        return None;
    }
    let limit = Limit {
        rate: setting.throttling_rate_limit.unwrap_or(ACCOUNT.rate),
        burst: setting.throttling_burst_limit.map_or(ACCOUNT.burst, f64::from),
    };
    Some(Gate {
        bucket: format!("stage/{}/{}/{method}", site.api, site.stage),
        limit,
        why: format!("stage {} is over its throttle of {key}: {}", site.stage, shown(limit)),
    })
}

fn shown(limit: Limit) -> String {
    format!("{} requests a second, burst {}", limit.rate, limit.burst)
}
