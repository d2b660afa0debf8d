//! PutMetricData: what callers measure themselves.

use super::{
    errors::{combination, missing, wrong_value},
    input::{cloudwatch, read},
    metric::Metric,
    model,
    sample::Sample,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// In one call.
const MOST_METRICS: usize = 1000;
/// Of one metric in one call.
const MOST_VALUES: usize = 150;
/// How much is remembered: older samples of a metric are forgotten first, and no more metrics are taken.
const KEPT_SAMPLES: usize = 20_000;
const KEPT_METRICS: usize = 1000;
/// How far a time may lie back and ahead, in milliseconds.
const PAST: i64 = 14 * 24 * HOUR;
const FUTURE: i64 = 2 * HOUR;
const HOUR: i64 = 60 * 60 * 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    namespace: String,
    #[serde(default)]
    metric_data: Vec<Map<String, Value>>,
    #[serde(default)]
    entity_metric_data: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Datum {
    timestamp: Option<f64>,
    value: Option<f64>,
    statistic_values: Option<StatisticSet>,
    values: Option<Vec<f64>>,
    counts: Option<Vec<f64>>,
    unit: Option<String>,
    storage_resolution: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StatisticSet {
    sample_count: f64,
    sum: f64,
    minimum: f64,
    maximum: f64,
}

pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: Asked = read(input, &model::PUT_METRIC_DATA)?;
    if !asked.entity_metric_data.is_empty() {
        return Err(AwsError::not_implemented("PutMetricData with entities"));
    }
    if asked.metric_data.is_empty() {
        return Err(missing("MetricData"));
    }
    if asked.metric_data.len() > MOST_METRICS {
        return Err(wrong_value(format!(
            "The collection MetricData must not have a size greater than {MOST_METRICS}."
        )));
    }
    if asked.namespace.starts_with("AWS/") {
        return Err(wrong_value("The value AWS/ for parameter Namespace is invalid."));
    }
    let now = call.now.as_millisecond();
    let read = asked.metric_data.into_iter().enumerate();
    let read =
        read.map(|(n, datum)| one(&asked.namespace, datum, &format!("MetricData.member.{}", n + 1), now));
    for (metric, unit, samples) in read.collect::<Result<Vec<_>, _>>()? {
        let custom = &mut cloudwatch(call).custom;
        if !custom.contains_key(&metric) && custom.len() >= KEPT_METRICS {
            return Err(AwsError::not_implemented(format!("more than {KEPT_METRICS} metrics of one's own")));
        }
        let kept = custom.entry(metric).or_default().entry(unit).or_default();
        kept.extend(samples);
        kept.drain(..kept.len().saturating_sub(KEPT_SAMPLES));
    }
    Ok(Reply::Empty { status: 200 })
}

fn one(
    namespace: &str,
    mut datum: Map<String, Value>,
    place: &str,
    now: i64,
) -> Result<(Metric, String, Vec<Sample>), AwsError> {
    datum.insert("Namespace".to_owned(), namespace.into());
    let not_read = |e| AwsError::new(400, "SerializationException", e);
    let metric = serde_json::from_value(Value::Object(datum.clone())).map_err(not_read)?;
    let datum: Datum = serde_json::from_value(Value::Object(datum)).map_err(not_read)?;
    if !matches!(datum.storage_resolution, None | Some(1 | 60)) {
        return Err(wrong_value(format!("The parameter {place}.StorageResolution must be 1 or 60.")));
    }
    let at = datum.at(place, now)?;
    let samples = datum.samples(place, at)?;
    Ok((metric, datum.unit.unwrap_or_else(|| "None".to_owned()), samples))
}

impl Datum {
    #[expect(clippy::cast_possible_truncation, reason = "what is no date saturates")]
    fn at(&self, place: &str, now: i64) -> Result<i64, AwsError> {
        let at = self.timestamp.map_or(now, |seconds| (seconds * 1000.0) as i64);
        if (now - PAST..=now + FUTURE).contains(&at) {
            return Ok(at);
        }
        Err(wrong_value(format!(
            "The parameter {place}.Timestamp must specify a time no more than two weeks in the past and no more than two hours in the future."
        )))
    }

    fn samples(&self, place: &str, at: i64) -> Result<Vec<Sample>, AwsError> {
        match (self.value, &self.statistic_values, &self.values) {
            (Some(value), None, None) => Ok(vec![Sample::once(at, value)]),
            (None, Some(set), None) => set.sample(place, at).map(|sample| vec![sample]),
            (None, None, Some(values)) => self.of_values(values, place, at),
            (None, None, None) => Err(missing(&format!("{place}.Value"))),
            _ => Err(combination(format!(
                "The parameters {place}.Value, {place}.Values and {place}.StatisticValues are mutually exclusive and you have specified more than one."
            ))),
        }
    }

    fn of_values(&self, values: &[f64], place: &str, at: i64) -> Result<Vec<Sample>, AwsError> {
        if values.is_empty() || values.len() > MOST_VALUES {
            return Err(wrong_value(format!(
                "The collection {place}.Values must have a size between 1 and {MOST_VALUES}."
            )));
        }
        let once = vec![1.0; values.len()];
        let counts = self.counts.as_ref().unwrap_or(&once);
        if counts.len() != values.len() {
            return Err(wrong_value(format!(
                "The parameters {place}.Values and {place}.Counts must be of the same size."
            )));
        }
        Ok(values.iter().zip(counts).map(|(value, count)| Sample::often(at, *value, *count)).collect())
    }
}

impl StatisticSet {
    fn sample(&self, place: &str, at: i64) -> Result<Sample, AwsError> {
        if self.sample_count <= 0.0 || self.minimum > self.maximum {
            return Err(wrong_value(format!(
                "The parameter {place}.StatisticValues has no samples, or its Minimum is greater than its Maximum."
            )));
        }
        Ok(Sample { at, count: self.sample_count, sum: self.sum, least: self.minimum, most: self.maximum })
    }
}
