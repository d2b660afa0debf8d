//! A monthly budget: mail when the account's cost, or the stack's, comes near a limit.
//!
//! AWS Budgets is one service for all regions, and a budget has its name for its key (`docs/aws.md` 7.1).

mod calls;
mod notifications;
mod wish;

use super::leftovers::Listed;
use crate::{
    aws::{StackAws, tags},
    engine::{Deletable, Found, Kind, Run},
    stack::Entry,
};
use anyhow::Result;
use aws_sdk_budgets::{
    Client,
    types::{Budget as Described, Notification, Spend},
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
pub(crate) use wish::BudgetWish;

pub(crate) struct Budget {
    aws: StackAws,
    name: String,
    client: Client,
    /// Notifications that are likely there: their subscribers are asked for at once.
    likely: Vec<Notification>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// `10 USD`
    limit: String,
    /// `MONTHLY`
    period: String,
    /// What counts, by the kind of filter; empty: everything.
    only: BTreeMap<String, BTreeSet<String>>,
    /// `ACTUAL > 50%` to the addresses, and topics, that are told then.
    alerts: BTreeMap<String, BTreeSet<String>>,
    tags: tags::Tags,
}

#[derive(Debug, Clone)]
pub(crate) struct BudgetOutput {
    /// It counts what has the stack's tag, and has counted nothing this month.
    pub counts_nothing: bool,
}

impl Budget {
    fn named(aws: &StackAws, name: &str) -> Self {
        let client = Client::new(aws.cloud.sdk());
        Self { aws: aws.clone(), name: name.to_owned(), client, likely: Vec::new() }
    }

    fn account(&self) -> Result<&str> {
        Ok(&self.aws.cloud.identity()?.account)
    }

    /// Budgets' ARNs have no region.
    fn arn(&self) -> Result<String> {
        let me = self.aws.cloud.identity()?;
        Ok(format!("arn:{}:budgets::{}:budget/{}", me.partition, me.account, self.name))
    }
}

/// `10 USD`, whatever AWS makes of the zeros.
fn amount(spend: Option<&Spend>) -> String {
    let number = |s: &Spend| s.amount.parse::<f64>().map_or_else(|_| s.amount.clone(), |n| n.to_string());
    spend.map(|s| format!("{} {}", number(s), s.unit)).unwrap_or_default()
}

#[expect(deprecated, reason = "AWS gives a filter that was made as one back as such")]
fn filters(budget: &Described) -> BTreeMap<String, BTreeSet<String>> {
    let all = budget.cost_filters.iter().flatten();
    all.map(|(kind, values)| (kind.clone(), values.iter().cloned().collect())).collect()
}

fn spent(budget: &Described) -> f64 {
    let actual = budget.calculated_spend().and_then(|spend| spend.actual_spend());
    actual.and_then(|spend| spend.amount().parse().ok()).unwrap_or_default()
}

impl Kind for Budget {
    const NAME: &'static str = "budget";
    type Settings = Settings;
    type Output = BudgetOutput;

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        self.name.clone()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        self.aws.cloud.identify().await?;
        let (described, tags, alerts) =
            tokio::join!(self.described(&run), self.tags(&run), self.alerts(&run));
        let (Some(budget), tags) = (described?, tags?) else { return Ok(None) };
        let owner = self.aws.ownership.owner(&tags, || format!("the budget {}", self.name));
        let settings = Settings {
            limit: amount(budget.budget_limit.as_ref()),
            period: budget.time_unit.as_str().to_owned(),
            only: filters(&budget),
            alerts: alerts?,
            tags: self.aws.ownership.managed(&tags, &owner),
        };
        let output = BudgetOutput { counts_nothing: !settings.only.is_empty() && spent(&budget) == 0.0 };
        Ok(Some(Found { settings, output, owner }))
    }
}

impl Deletable for Budget {
    async fn delete(&self, _: &Found<Self>, run: &Run) -> Result<()> {
        self.delete_budget(run).await
    }
}

impl Listed for Budget {
    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self::named(aws, &entry.name)
    }
}
