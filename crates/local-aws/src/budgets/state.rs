//! The budgets of one account, as data.

use super::{
    alert::Alert,
    definition::Definition,
    errors::{duplicate, invalid, too_many},
    time_period::TimeUnit,
};
use crate::error::AwsError;
use serde::Serialize;
use std::collections::BTreeMap;

const MOST_ALERTS: usize = 10;

/// By their names.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Budgets(pub BTreeMap<String, Budget>);

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Budget {
    pub definition: Definition,
    /// Seconds since 1970.
    pub updated: f64,
    /// By the keys of their notifications.
    pub alerts: BTreeMap<String, Alert>,
    pub tags: BTreeMap<String, String>,
    /// US dollars in the period that it is, as of the last look.
    #[serde(skip)]
    pub spent: f64,
}

impl Budgets {
    /// The tags of the budget that an ARN names.
    pub(crate) fn tags_of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        let name = arn.splitn(6, ':').nth(5)?.strip_prefix("budget/")?;
        self.0.get(name).map(|budget| budget.tags.clone())
    }
}

impl Budget {
    pub(crate) fn new(definition: Definition, updated: f64) -> Self {
        Self { definition, updated, alerts: BTreeMap::new(), tags: BTreeMap::new(), spent: 0.0 }
    }

    /// # Errors
    /// There is one for the same already, there are too many, or a budget of this kind can't have it.
    pub(crate) fn add(&mut self, alert: Alert) -> Result<(), AwsError> {
        let key = alert.notification.key();
        if self.alerts.contains_key(&key) {
            return Err(duplicate("Error creating notification - the notification already exists."));
        }
        if self.alerts.len() == MOST_ALERTS {
            return Err(too_many(format!("one budget can only have {MOST_ALERTS} notifications")));
        }
        self.alerts.insert(key, alert);
        self.check()
    }

    /// US dollars.
    pub(crate) fn limit(&self) -> f64 {
        self.definition.budget_limit.amount.parse().unwrap_or_default()
    }

    /// # Errors
    /// A day is over before it could be forecast.
    pub(crate) fn check(&self) -> Result<(), AwsError> {
        let forecasts = self.alerts.values().any(|alert| alert.notification.is_forecast());
        if self.definition.time_unit == TimeUnit::Daily && forecasts {
            return Err(invalid("FORECASTED notifications are not supported for DAILY budgets."));
        }
        Ok(())
    }
}
