//! What a budget is: its limit, what counts against it, and when.

use super::{
    amount,
    errors::unfit,
    time_period::{AskedPeriod, TimePeriod, TimeUnit},
};
use crate::error::AwsError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the local AWS does not know the meaning of.
const UNKNOWN: [&str; 5] =
    ["PlannedBudgetLimits", "AutoAdjustData", "FilterExpression", "Metrics", "BillingViewArn"];
/// The currency that AWS bills in.
const UNITS: [&str; 1] = ["USD"];
/// By what the costs of a budget can be filtered.
const DIMENSIONS: [&str; 14] = [
    "PurchaseType",
    "UsageTypeGroup",
    "Service",
    "Operation",
    "UsageType",
    "BillingEntity",
    "CostCategory",
    "LinkedAccount",
    "TagKeyValue",
    "LegalEntityName",
    "InvoicingEntity",
    "AZ",
    "Region",
    "InstanceType",
];

/// By which of these costs are told apart here.
const KNOWN_FILTERS: [&str; 4] = ["Service", "Region", "LinkedAccount", "TagKeyValue"];

/// A budget as it comes in. What AWS calculates itself (`CalculatedSpend`, `LastUpdatedTime`) is not read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AskedBudget {
    pub budget_name: String,
    budget_type: String,
    budget_limit: Option<Spend>,
    time_unit: TimeUnit,
    #[serde(default)]
    cost_filters: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    cost_types: CostTypes,
    #[serde(default)]
    time_period: AskedPeriod,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// A budget as it goes out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Definition {
    pub budget_name: String,
    pub budget_limit: Spend,
    pub cost_filters: BTreeMap<String, Vec<String>>,
    pub cost_types: CostTypes,
    pub time_unit: TimeUnit,
    pub time_period: TimePeriod,
    pub budget_type: &'static str,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Spend {
    pub amount: String,
    pub unit: String,
}

/// Which costs count.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "as in AWS's model")]
pub(crate) struct CostTypes {
    include_credit: bool,
    include_discount: bool,
    include_other_subscription: bool,
    include_recurring: bool,
    include_refund: bool,
    include_subscription: bool,
    include_support: bool,
    include_tax: bool,
    include_upfront: bool,
    use_amortized: bool,
    use_blended: bool,
}

impl Default for CostTypes {
    fn default() -> Self {
        Self {
            include_credit: true,
            include_discount: true,
            include_other_subscription: true,
            include_recurring: true,
            include_refund: true,
            include_subscription: true,
            include_support: true,
            include_tax: true,
            include_upfront: true,
            use_amortized: false,
            use_blended: false,
        }
    }
}

impl AskedBudget {
    /// The budget that this asks for.
    ///
    /// # Errors
    /// AWS refuses it, or the local AWS has no budgets of this kind.
    pub(crate) fn define(self, now: Timestamp) -> Result<Definition, AwsError> {
        self.known()?;
        let limit = self.budget_limit.ok_or_else(no_limit)?;
        one_of(&limit.unit, "unit", &UNITS)?;
        self.cost_filters
            .keys()
            .try_for_each(|name| one_of(name, "in cost budget dimension", &DIMENSIONS))?;
        Ok(Definition {
            budget_limit: Spend { amount: amount::shown(&limit.amount), ..limit },
            time_period: self.time_period.filled(self.time_unit, now)?,
            budget_name: self.budget_name,
            cost_filters: self.cost_filters,
            cost_types: self.cost_types,
            time_unit: self.time_unit,
            budget_type: "COST",
        })
    }

    fn known(&self) -> Result<(), AwsError> {
        if self.budget_type != "COST" {
            return Err(AwsError::not_implemented(format!("a budget of type {}", self.budget_type)));
        }
        if self.time_unit == TimeUnit::Custom {
            return Err(AwsError::not_implemented("a budget of time unit CUSTOM"));
        }
        if let Some(name) = self
            .cost_filters
            .keys()
            .find(|name| DIMENSIONS.contains(&name.as_str()) && !KNOWN_FILTERS.contains(&name.as_str()))
        {
            return Err(AwsError::not_implemented(format!("a budget filtered by {name}")));
        }
        match UNKNOWN.iter().find(|name| self.others.contains_key(**name)) {
            Some(name) => Err(AwsError::not_implemented(format!("a budget with {name}"))),
            None => Ok(()),
        }
    }
}

fn no_limit() -> AwsError {
    unfit("please provide one of the followings: Budget Limit/ Planned Budget Limit/ Auto Adjust Data")
}

fn one_of(word: &str, what: &str, set: &[&str]) -> Result<(), AwsError> {
    if set.contains(&word) {
        return Ok(());
    }
    Err(unfit(format!("{word} is not in the supported {what} set: [{}]", set.join(", "))))
}
