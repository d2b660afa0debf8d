//! What a stack can cost at most, from its file and the table of prices alone.
//!
//! AWS's own rules make the ceilings: a quota counts by key, the stage's throttle by method and for everybody, a reserved
//! concurrency bounds the time that functions run; starts are billed too. Calls that are refused (no key, over a throttle or
//! a quota) cost nothing. Quotas and throttles are best effort, so a few calls more may get through.

mod amount;
mod call;
mod calls;
mod money;
mod most;
mod standing;
#[cfg(test)]
mod tests;

use crate::{health::Health, prices::Prices, stack::Stack};
pub(crate) use amount::Amount;
use anyhow::Result;
pub(crate) use call::{CallCost, MeasuredCost};
pub(crate) use money::usd;
pub(crate) use most::CostLine;
use serde::Serialize;
pub(crate) use standing::UnitPrice;

/// Everything that `cost` tells.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    pub stack: String,
    pub region: String,
    /// Whether the table of prices has the region; else the prices are those of us-east-1.
    pub of_region: bool,
    /// The day of the table of prices.
    pub prices_of: String,
    pub currency: String,
    /// All that has a ceiling, together.
    pub most: Amount,
    pub lines: Vec<CostLine>,
    pub calls: Vec<CallCost>,
    /// What has no ceiling of the file's, or is known only by what is there.
    pub rates: Vec<UnitPrice>,
}

impl Cost {
    /// # Errors
    /// A table of prices that can't be read.
    pub(crate) fn of(stack: &Stack, region: &str) -> Result<Self> {
        let prices = Prices::of(region)?;
        let mut lines = most::lines(stack, &prices.each);
        lines.extend(standing::lines(stack, &prices.each));
        Ok(Self {
            stack: stack.name.clone(),
            region: region.to_owned(),
            of_region: prices.of_region,
            most: lines.iter().filter_map(|line| line.most).fold(Amount::default(), Amount::plus),
            lines,
            calls: stack.functions.values().map(|f| CallCost::of(f, &prices.each)).collect(),
            rates: standing::rates(stack, &prices.each),
            prices_of: prices.date,
            currency: prices.currency,
        })
    }

    /// Adds what calls did cost, by what was measured of them.
    pub(crate) fn measure(&mut self, health: &Health) {
        for call in &mut self.calls {
            let of = health.functions.iter().find(|numbers| numbers.function == call.function);
            of.into_iter().for_each(|numbers| call.measure(numbers));
        }
    }

    /// What has no ceiling.
    pub(crate) fn boundless(&self) -> impl Iterator<Item = &CostLine> {
        self.lines.iter().filter(|line| line.most.is_none())
    }
}
