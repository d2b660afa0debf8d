//! What of the stack's budget is spent; AWS's figures are 8 to 24 hours late.

use super::look::Look;
use crate::{
    aws::{FoundExt, call},
    stack,
};
use anyhow::Result;
use aws_sdk_budgets::Client;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Spent {
    /// Of this month.
    pub spent: f64,
    pub forecast: Option<f64>,
    pub limit: f64,
    pub unit: String,
}

impl Look<'_> {
    pub(super) async fn budget(&self) -> Result<Option<Spent>> {
        if self.stack.budget.is_none() {
            return Ok(None);
        }
        let cloud = &self.aws.cloud;
        let account = &cloud.identify().await?.account;
        let name = stack::Budget::name(self.aws.default_names());
        let request = Client::new(cloud.sdk()).describe_budget().account_id(account).budget_name(name);
        let answer = call(&self.run, "DescribeBudget", || request.clone().send()).await.found()?;
        let Some(budget) = answer.and_then(|a| a.budget) else { return Ok(None) };
        let amount = |text: &str| text.parse::<f64>().unwrap_or_default();
        let spend = budget.calculated_spend();
        let limit = budget.budget_limit();
        Ok(Some(Spent {
            spent: spend.and_then(|s| s.actual_spend()).map(|s| amount(s.amount())).unwrap_or_default(),
            forecast: spend.and_then(|s| s.forecasted_spend()).map(|s| amount(s.amount())),
            limit: limit.map(|s| amount(s.amount())).unwrap_or_default(),
            unit: limit.map(|s| s.unit().to_owned()).unwrap_or_default(),
        }))
    }
}
