//! How often who may call: throttles, and quotas of usage plans.

use super::{api_key::KeyHolder, exchange::Exchange, refusal::GatewayRefusal, site::Site};
use crate::{
    apigateway::{
        state::Quota,
        usage_counts::{UsageCounts, day},
    },
    token_bucket::{Bucket, Limit},
};
use jiff::civil::Date;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The account's own throttle: requests a second and burst over all its APIs in a region.
const ACCOUNT: Limit = Limit { rate: 10_000.0, burst: 5_000.0 };

/// The token buckets of one local AWS. Not part of the world.
#[derive(Debug, Default)]
pub(crate) struct Meters(Mutex<HashMap<String, Bucket>>);

/// One throttle that a call has to pass.
struct Gate {
    bucket: String,
    limit: Limit,
    why: String,
}

impl Meters {
    /// Counts a call in, or says which limit it is over. A refused call takes nothing from any limit. `usage` is what
    /// was let through in the API's region.
    ///
    /// # Errors
    /// 429: over the plan's, the method's, the stage's or the account's throttle, or over the plan's quota.
    pub(crate) fn admit(
        &self,
        exchange: &Exchange,
        holder: Option<&KeyHolder>,
        usage: &mut UsageCounts,
    ) -> Result<(), GatewayRefusal> {
        let gates = gates(exchange, holder)?;
        let now = Duration::try_from(exchange.received.as_duration()).unwrap_or_default();
        let mut buckets = self.lock();
        for gate in &gates {
            let bucket = buckets.entry(gate.bucket.clone());
            if !bucket.or_insert_with(|| Bucket::full(gate.limit, now)).allows(gate.limit, now) {
                return Err(GatewayRefusal::throttled(gate.why.clone()));
            }
        }
        if let Some(holder) = holder {
            count(usage, holder, day(exchange.received))?;
        }
        gates.iter().filter_map(|gate| buckets.get_mut(&gate.bucket).map(Bucket::take)).count();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(usage: &mut UsageCounts, holder: &KeyHolder, today: Date) -> Result<(), GatewayRefusal> {
    let (plan, key) = (&holder.plan_id, &holder.key_id);
    if let Some(quota) = &holder.quota
        && usage.remaining(plan, key, quota, today) <= 0
    {
        let Quota { limit, period, .. } = quota;
        let why = format!("key {key} has used up its {limit} calls a {period} of plan {plan}");
        return Err(GatewayRefusal::quota(why));
    }
    usage.add(plan, key, today);
    Ok(())
}

/// From the narrowest to the widest, in the order in which API Gateway checks them.
fn gates(exchange: &Exchange, holder: Option<&KeyHolder>) -> Result<Vec<Gate>, GatewayRefusal> {
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
