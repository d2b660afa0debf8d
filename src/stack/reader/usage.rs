//! Throttles, quotas and the usage plan.

use super::{Reader, decimal, set, text, whole};
use crate::stack::{
    limits,
    mistake::Mistake,
    node::Node,
    types::{Period, Quota, Throttle, UsagePlan},
};

impl Reader<'_> {
    /// A key works only in a plan, so keys without one get one.
    pub(super) fn usage_plan(&mut self, node: Option<&Node>, keys: &[String]) -> Option<UsagePlan> {
        let Some(node) = node else {
            let plan = UsagePlan { name: self.stack.clone(), throttle: None, quota: None };
            return (!keys.is_empty()).then_some(plan);
        };
        Some(UsagePlan {
            name: text(node, "name").unwrap_or_else(|| self.stack.clone()),
            throttle: throttle(node),
            quota: node.get("quota").and_then(|quota| self.quota(quota)),
        })
    }

    fn quota(&mut self, node: &Node) -> Option<Quota> {
        let text = &set(Some(node))?.text;
        let (limit, period) = text.split_once('/').filter(|_| limits::QUOTA.fits(text))?;
        let limit = limit.parse().ok().filter(|limit| u64::from(*limit) <= limits::WHOLE);
        if limit.is_none() {
            let most = format!("at most {}", limits::WHOLE);
            self.tell(Mistake::at(node.place, "the quota is more than API Gateway can count").expected(most));
        }
        Some(Quota { limit: limit?, period: period_of(period) })
    }
}

pub(super) fn throttle(node: &Node) -> Option<Throttle> {
    Some(Throttle { rate: decimal(node, "rate")?, burst: whole(node, "burst")? })
}

fn period_of(word: &str) -> Period {
    match word {
        "week" => Period::Week,
        "month" => Period::Month,
        _ => Period::Day,
    }
}
