//! What PutMetricAlarm asks for, checked and understood.

use super::{
    alarm::{Comparison, Missing, Rule, Watched},
    errors::{combination, invalid},
    query::{self, AskedQuery, Measure, Query, QueryOf},
    statistic::Statistic,
};
use crate::{call::Call, error::AwsError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Metrics that an alarm calculates with at most (User Guide, "CloudWatch service quotas").
const MOST_METRICS: usize = 10;
/// Periods below a minute that alarms have.
const SHORT: [i64; 3] = [10, 20, 30];
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// What the local AWS does not know the meaning of.
const UNKNOWN: [&str; 4] =
    ["ThresholdMetricId", "EvaluationCriteria", "EvaluationInterval", "ActionConfiguration"];
/// Members that describe one metric, and have no place beside `Metrics`.
const OF_ONE_METRIC: [&str; 7] =
    ["MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    metric_name: Option<String>,
    namespace: Option<String>,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    period: Option<i64>,
    unit: Option<String>,
    evaluation_periods: Option<usize>,
    datapoints_to_alarm: Option<usize>,
    threshold: Option<f64>,
    comparison_operator: Option<String>,
    treat_missing_data: Option<String>,
    evaluate_low_sample_count_percentile: Option<String>,
    metrics: Option<Vec<AskedQuery>>,
}

/// The rule of a definition.
///
/// # Errors
/// AWS refuses it, or the local AWS does not know its meaning.
pub(crate) fn rule(call: &Call<'_>, definition: &Map<String, Value>) -> Result<Rule, AwsError> {
    known(definition)?;
    let asked: Asked = serde_json::from_value(Value::Object(definition.clone()))
        .map_err(|e| AwsError::new(400, "SerializationException", e))?;
    let (watched, period) = asked.watched(&call.account, definition)?;
    let evaluation_periods = asked.evaluation_periods.ok_or_else(|| required("EvaluationPeriods"))?;
    check_length(period, evaluation_periods)?;
    let datapoints_to_alarm = asked.datapoints_to_alarm.unwrap_or(evaluation_periods);
    if datapoints_to_alarm > evaluation_periods {
        return Err(invalid("Invalid DatapointsToAlarm: it has to be at most EvaluationPeriods."));
    }
    for member in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        let actions = definition.get(member).and_then(Value::as_array);
        actions
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .try_for_each(|arn| check_action(call, arn))?;
    }
    Ok(Rule {
        watched,
        period,
        evaluation_periods,
        datapoints_to_alarm,
        threshold: asked.threshold.ok_or_else(|| required("Threshold"))?,
        comparison: asked.comparison()?,
        missing: asked.missing()?,
    })
}

/// With what AWS fills in.
pub(crate) fn filled(mut definition: Map<String, Value>) -> Map<String, Value> {
    definition.remove("Tags");
    definition.entry("ActionsEnabled").or_insert(json!(true));
    for member in ["OKActions", "AlarmActions", "InsufficientDataActions"] {
        definition.entry(member).or_insert(json!([]));
    }
    if definition.contains_key("MetricName") {
        definition.entry("Dimensions").or_insert(json!([]));
    }
    let queries = definition.get_mut("Metrics").and_then(Value::as_array_mut);
    for query in queries.into_iter().flatten().filter_map(Value::as_object_mut) {
        query.entry("ReturnData").or_insert(json!(true));
    }
    definition
}

fn known(definition: &Map<String, Value>) -> Result<(), AwsError> {
    if let Some(name) = UNKNOWN.iter().find(|name| definition.contains_key(**name)) {
        return Err(AwsError::not_implemented(format!("an alarm with {name}")));
    }
    match definition.get("EvaluationWindow") {
        Some(window) if !window["WallClockWindow"].is_null() => {
            Err(AwsError::not_implemented("an alarm with a WallClockWindow"))
        }
        _ => Ok(()),
    }
}

fn required(name: &str) -> AwsError {
    invalid(format!("The parameter {name} is required."))
}

impl Asked {
    fn watched(&self, account: &str, definition: &Map<String, Value>) -> Result<(Watched, i64), AwsError> {
        match (&self.metrics, &self.metric_name) {
            (Some(metrics), _) if !metrics.is_empty() => {
                if let Some(member) = OF_ONE_METRIC.iter().find(|name| definition.contains_key(**name)) {
                    return Err(combination(format!(
                        "If you specify Metrics, you cannot specify {member} in the same operation."
                    )));
                }
                math(metrics, account)
            }
            (_, Some(_)) => {
                let measure = self.measure(definition)?;
                let period = measure.period;
                Ok((Watched::Measure(measure), period))
            }
            _ => Err(invalid("Exactly one element of the metrics list should return data.")),
        }
    }

    fn measure(&self, definition: &Map<String, Value>) -> Result<Measure, AwsError> {
        self.namespace.as_ref().ok_or_else(|| required("Namespace"))?;
        let period = self.period.ok_or_else(|| required("Period"))?;
        if !SHORT.contains(&period) && period % 60 != 0 {
            return Err(invalid("Period must be 10, 20, 30 or a multiple of 60"));
        }
        let metric = serde_json::from_value(Value::Object(definition.clone()))
            .map_err(|e| AwsError::new(400, "SerializationException", e))?;
        Ok(Measure { metric, statistic: self.statistic()?, period, unit: self.unit.clone() })
    }

    fn statistic(&self) -> Result<Statistic, AwsError> {
        let (word, found) = match (&self.statistic, &self.extended_statistic) {
            (Some(word), None) => (word, Statistic::of(word)),
            (None, Some(word)) => (word, Statistic::extended(word).or_else(|| interquartile(word))),
            (Some(_), Some(_)) => {
                return Err(combination("Statistic and ExtendedStatistic can't both be specified."));
            }
            (None, None) => return Err(invalid("Either Statistic or ExtendedStatistic is required.")),
        };
        found.ok_or_else(|| {
            invalid(format!("The value {word} for parameter ExtendedStatistic is not supported."))
        })
    }

    fn comparison(&self) -> Result<Comparison, AwsError> {
        let word = self.comparison_operator.as_ref().ok_or_else(|| required("ComparisonOperator"))?;
        Comparison::of(word).ok_or_else(|| {
            invalid(format!("{word} is for anomaly detection models only: ThresholdMetricId is missing."))
        })
    }

    fn missing(&self) -> Result<Missing, AwsError> {
        match self.evaluate_low_sample_count_percentile.as_deref() {
            None | Some("evaluate") => {}
            Some("ignore") => {
                return Err(AwsError::not_implemented("EvaluateLowSampleCountPercentile ignore"));
            }
            Some(word) => {
                return Err(invalid(format!(
                    "Option {word} is not supported for EvaluateLowSampleCountPercentile. Must be one of: [evaluate, ignore]"
                )));
            }
        }
        let word = self.treat_missing_data.as_deref().unwrap_or("missing");
        Missing::of(word).ok_or_else(|| {
            invalid(format!(
                "Option {word} is not supported for TreatMissingData. Must be one of: [breaching, notBreaching, ignore, missing]"
            ))
        })
    }
}

fn interquartile(word: &str) -> Option<Statistic> {
    (word == "IQM").then(|| Statistic::of(word)).flatten()
}

fn math(asked: &[AskedQuery], account: &str) -> Result<(Watched, i64), AwsError> {
    let queries = query::read_all(asked, account)?;
    let mut returned = queries.iter().filter(|query| query.return_data);
    let (Some(counts), None) = (returned.next(), returned.next()) else {
        return Err(invalid("Exactly one element of the metrics list should return data."));
    };
    let id = counts.id.clone();
    let period = |query: &Query| match &query.of {
        QueryOf::Metric(measure) => Some(measure.period),
        QueryOf::Math(_) => None,
    };
    let metrics = queries.iter().filter_map(period).count();
    if metrics > MOST_METRICS {
        return Err(invalid(format!(
            "Alarms on math expressions cannot contain more than {MOST_METRICS} individual metrics, and this has {metrics}."
        )));
    }
    let longest = queries.iter().filter_map(period).max();
    let longest =
        longest.ok_or_else(|| invalid("At least one element of the metrics list has to be a metric."))?;
    Ok((Watched::Math(queries, id), longest))
}

fn check_length(period: i64, evaluation_periods: usize) -> Result<(), AwsError> {
    let all = period.saturating_mul(i64::try_from(evaluation_periods).unwrap_or(i64::MAX));
    if period >= HOUR && all > 7 * DAY {
        return Err(invalid(
            "Metrics cannot be checked across more than 7 days (EvaluationPeriods * Period must be <= 604800).",
        ));
    }
    if period < HOUR && all > DAY {
        return Err(invalid(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
        ));
    }
    Ok(())
}

/// Only topics of this region are told anything here.
fn check_action(call: &Call<'_>, arn: &str) -> Result<(), AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "sns", region, account, topic] if !topic.is_empty() && account.len() == 12 => {
            if region == call.region {
                return Ok(());
            }
            Err(invalid(format!("Invalid region {region} specified. Only {} is supported.", call.region)))
        }
        ["arn", _, service, ..] if service != "sns" => {
            Err(AwsError::not_implemented(format!("an alarm's action {arn}")))
        }
        _ => Err(invalid(format!("Invalid arn syntax: {arn}"))),
    }
}
