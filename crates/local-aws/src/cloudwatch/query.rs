//! A query of metric data: a statistic of a metric, or an expression over other queries.

use super::{
    errors::invalid,
    math::{self, Expression},
    metric::Metric,
    statistic::Statistic,
};
use crate::error::AwsError;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AskedQuery {
    pub id: String,
    metric_stat: Option<MetricStat>,
    expression: Option<String>,
    pub label: Option<String>,
    #[serde(default = "yes")]
    pub return_data: bool,
    period: Option<i64>,
    account_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: MaybeMetric,
    period: i64,
    stat: String,
    unit: Option<String>,
}

/// The model requires no part of it, AWS does.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MaybeMetric {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

fn yes() -> bool {
    true
}

/// A query that can be answered.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub id: String,
    pub label: String,
    pub return_data: bool,
    pub of: QueryOf,
}

#[derive(Debug, Clone)]
pub(crate) enum QueryOf {
    Metric(Measure),
    Math(Expression),
}

/// One statistic of one metric, a period long.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    pub metric: Metric,
    pub statistic: Statistic,
    /// Seconds.
    pub period: i64,
    pub unit: Option<String>,
}

/// Periods below a minute that AWS has.
const SHORT: [i64; 5] = [1, 5, 10, 20, 30];

impl AskedQuery {
    /// # Errors
    /// It asks for nothing that there could be.
    pub(crate) fn read(&self, account: &str) -> Result<Query, AwsError> {
        check_id(&self.id)?;
        if self.account_id.as_ref().is_some_and(|id| id != account) {
            return Err(AwsError::not_implemented("metrics of another account"));
        }
        let of = match (&self.metric_stat, &self.expression) {
            (Some(stat), None) => QueryOf::Metric(stat.read()?),
            (None, Some(text)) => QueryOf::Math(math::parse(text).map_err(|why| wrong(&self.id, &why))?),
            _ => {
                return Err(invalid(format!(
                    "Invalid metrics list: {} has to have either an Expression or a MetricStat, and not both.",
                    self.id
                )));
            }
        };
        if let Some(period) = self.period {
            check_period(period)?;
        }
        let label = self.label.clone().unwrap_or_else(|| match &of {
            QueryOf::Metric(measure) => measure.metric.metric_name.clone(),
            QueryOf::Math(_) => self.id.clone(),
        });
        Ok(Query { id: self.id.clone(), label, return_data: self.return_data, of })
    }
}

impl MetricStat {
    fn read(&self) -> Result<Measure, AwsError> {
        check_period(self.period)?;
        let statistic = Statistic::of(&self.stat);
        let statistic = statistic.ok_or_else(|| {
            invalid(format!("The value {} for parameter Stat is not supported.", self.stat))
        })?;
        Ok(Measure { metric: self.metric.read()?, statistic, period: self.period, unit: self.unit.clone() })
    }
}

impl MaybeMetric {
    fn read(&self) -> Result<Metric, AwsError> {
        let missing = |name: &str| invalid(format!("The parameter MetricStat.Metric.{name} is required."));
        let namespace = self.namespace.as_deref().ok_or_else(|| missing("Namespace"))?;
        let name = self.metric_name.as_deref().ok_or_else(|| missing("MetricName"))?;
        let mut members = self.rest.clone();
        members.insert("Namespace".to_owned(), namespace.into());
        members.insert("MetricName".to_owned(), name.into());
        serde_json::from_value(members.into()).map_err(|e| AwsError::new(400, "SerializationException", e))
    }
}

/// All queries of one call.
///
/// # Errors
/// One of them asks for nothing that there could be, two have one id, or an expression names none of them.
pub(crate) fn read_all(asked: &[AskedQuery], account: &str) -> Result<Vec<Query>, AwsError> {
    let queries = asked.iter().map(|query| query.read(account)).collect::<Result<Vec<_>, _>>()?;
    let ids: BTreeSet<&str> = queries.iter().map(|query| query.id.as_str()).collect();
    if ids.len() < queries.len() {
        return Err(invalid("The values for parameter id in MetricDataQueries are not unique."));
    }
    for query in &queries {
        if let QueryOf::Math(expression) = &query.of
            && let Some(unknown) = expression.names().into_iter().find(|name| !ids.contains(name.as_str()))
        {
            return Err(wrong(&query.id, &format!("Undefined metric id {unknown}")));
        }
    }
    Ok(queries)
}

/// # Errors
/// AWS has no such period.
pub(crate) fn check_period(period: i64) -> Result<(), AwsError> {
    if SHORT.contains(&period) || period % 60 == 0 {
        return Ok(());
    }
    Err(invalid("Period must be 1, 5, 10, 20, 30 or a multiple of 60"))
}

fn check_id(id: &str) -> Result<(), AwsError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(fits) {
        return Ok(());
    }
    Err(invalid(format!(
        "Invalid metrics list: the id {id} has to start with a lowercase letter, and to have letters, digits and _ only."
    )))
}

/// What is wrong with the expression of a query.
pub(crate) fn wrong(id: &str, why: &str) -> AwsError {
    invalid(format!("Error in expression '{id}': {why}"))
}
