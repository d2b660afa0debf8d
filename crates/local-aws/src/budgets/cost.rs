//! What the calls of an account have cost, by the price table.

use super::{definition::Definition, prices, prices::Prices, time_period::start_of};
use crate::{
    apigateway::call_log::CallRecord,
    config::Config,
    lambda::metrics::{InvocationRecord, InvocationResult},
    world::{Account, Region},
};
use jiff::Timestamp;
use std::collections::BTreeMap;

const LAMBDA: &str = "AWS Lambda";
const API_GATEWAY: &str = "Amazon API Gateway";
/// US dollars that count against a budget in the period that it is. What was called less than `billing_lag` ago does not
/// show yet.
pub(crate) fn of(
    account: &Account,
    id: &str,
    definition: &Definition,
    now: Timestamp,
    config: &Config,
) -> f64 {
    let since = start_of(definition.time_unit, now).max(definition.time_period.start);
    let lag = config.delays().billing_lag.as_secs_f64();
    let until = now.as_duration().as_secs_f64() - lag;
    let counts = |at: Timestamp| (since..=until).contains(&at.as_duration().as_secs_f64());
    let regions = account.regions.iter().filter(|(region, _)| passes(definition, "Region", region));
    let all = regions.map(|(name, region)| {
        let bill = Bill { account, region, definition, prices: prices::of(name) };
        bill.lambda(&counts) + bill.gateway(&counts)
    });
    if passes(definition, "LinkedAccount", id) { all.sum() } else { 0.0 }
}

/// One region's part of it.
struct Bill<'a> {
    account: &'a Account,
    region: &'a Region,
    definition: &'a Definition,
    prices: Prices,
}

impl Bill<'_> {
    fn lambda(&self, counts: &impl Fn(Timestamp) -> bool) -> f64 {
        if !passes(self.definition, "Service", LAMBDA) {
            return 0.0;
        }
        let tags = |name: &str| self.region.lambda.functions.get(name).map(|function| &function.tags);
        let ran = self.region.lambda.invocations.iter().filter(|r| r.result != InvocationResult::Throttled);
        let billed = ran.filter(|r| counts(r.at) && self.has_tag(tags(&r.function)));
        billed.map(|record| self.of_invocation(record)).sum()
    }

    /// INIT is billed like the rest since 2025-08-01, each millisecond that was begun.
    fn of_invocation(&self, record: &InvocationRecord) -> f64 {
        let took = record.duration + record.init.unwrap_or_default();
        let seconds = (took.as_secs_f64() * 1000.0).ceil() / 1000.0;
        let gb_seconds = f64::from(record.memory_size) / 1024.0 * seconds;
        self.prices.lambda_request + gb_seconds * self.prices.lambda_gb_second
    }

    fn gateway(&self, counts: &impl Fn(Timestamp) -> bool) -> f64 {
        if !passes(self.definition, "Service", API_GATEWAY) {
            return 0.0;
        }
        let api = |name: &str| self.region.apigateway.apis.values().find(|api| api.draft.name == name);
        let billed =
            self.region.apigateway.calls.iter().filter(|record| counts(record.at) && is_charged(record));
        let billed = billed.filter(|record| self.has_tag(api(&record.api_name).map(|api| &api.tags)));
        billed.map(|_| self.prices.rest_call).sum()
    }

    /// Whether a resource has one of the tags that the budget goes by, if it does. Tags that were not activated for costs
    /// are on no bill.
    fn has_tag(&self, tags: Option<&BTreeMap<String, String>>) -> bool {
        let Some(wanted) = self.definition.cost_filters.get("TagKeyValue") else { return true };
        let active = &self.account.settings.cost_allocation_tags;
        wanted.iter().any(|wanted| {
            let (key, value) =
                wanted.strip_prefix("user:").unwrap_or(wanted).split_once('$').unwrap_or_default();
            let has = tags.and_then(|tags| tags.get(key)).is_some_and(|has| has == value);
            has && active.iter().any(|a| a == key)
        })
    }
}

/// Calls without a right to them and throttled ones cost nothing (API Gateway's developer guide, "Pricing").
fn is_charged(record: &CallRecord) -> bool {
    ![401, 403, 429].contains(&record.status)
}

fn passes(definition: &Definition, filter: &str, value: &str) -> bool {
    definition.cost_filters.get(filter).is_none_or(|wanted| wanted.iter().any(|w| w == value))
}
