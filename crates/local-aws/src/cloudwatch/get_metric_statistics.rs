//! GetMetricStatistics: several statistics of one metric.

use super::{
    errors::{combination, invalid, wrong_value},
    input::read,
    metric::Metric,
    model,
    series::{Series, Span},
    sources,
    statistic::Statistic,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MOST_DATAPOINTS: i64 = 1440;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    #[serde(flatten)]
    metric: Metric,
    start_time: f64,
    end_time: f64,
    period: i64,
    #[serde(default)]
    statistics: Vec<String>,
    #[serde(default)]
    extended_statistics: Vec<String>,
    unit: Option<String>,
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: Asked = read(input, &model::GET_METRIC_STATISTICS)?;
    let span = asked.span()?;
    let lag = i64::try_from(call.delays.metric_lag.as_millis()).unwrap_or(i64::MAX);
    let known = call.now.as_millisecond().saturating_add(1).saturating_sub(lag);
    let region = &*call.region_mut();
    let samples = sources::samples(region, &asked.metric, asked.unit.as_deref(), known);
    let unit = asked.unit.clone().or_else(|| sources::unit(region, &asked.metric));
    let mut points: BTreeMap<i64, Value> = BTreeMap::new();
    for (name, statistic, extended) in asked.all()? {
        for (at, value) in Series::of(&samples, statistic, span, asked.period).points {
            let point = points.entry(at).or_insert_with(|| json!({ "Timestamp": at, "Unit": unit }));
            let place = if extended { &mut point["ExtendedStatistics"][name] } else { &mut point[name] };
            *place = json!(value);
        }
    }
    Ok(Reply::ok(json!({
        "Label": asked.metric.metric_name,
        "Datapoints": points.into_values().collect::<Vec<_>>(),
    })))
}

impl Asked {
    fn span(&self) -> Result<Span, AwsError> {
        if self.period % 60 != 0 && ![1, 5, 10, 20, 30].contains(&self.period) {
            return Err(wrong_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."));
        }
        if self.start_time >= self.end_time {
            return Err(combination("The parameter StartTime must be less than the parameter EndTime."));
        }
        #[expect(clippy::cast_possible_truncation, reason = "what is no date saturates")]
        let (from, to) = (self.start_time.floor() as i64, self.end_time.ceil() as i64);
        let asked = to.saturating_sub(from) / self.period;
        if asked > MOST_DATAPOINTS {
            return Err(combination(format!(
                "You have requested up to {asked} datapoints, which exceeds the limit of {MOST_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
            )));
        }
        Ok(Span { from: from - from.rem_euclid(self.period), to })
    }

    /// Every statistic that is asked for, and whether it is an extended one.
    fn all(&self) -> Result<Vec<(&str, Statistic, bool)>, AwsError> {
        if self.statistics.is_empty() && self.extended_statistics.is_empty() {
            return Err(invalid(
                "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
            ));
        }
        let wrong = |word: &str| {
            wrong_value(format!("The value {word} for parameter ExtendedStatistics is not supported."))
        };
        let plain = self.statistics.iter().map(|word| (word, Statistic::of(word), false));
        let extended = self.extended_statistics.iter().map(|word| (word, Statistic::extended(word), true));
        plain
            .chain(extended)
            .map(|(word, found, x)| Ok((word.as_str(), found.ok_or_else(|| wrong(word))?, x)))
            .collect()
    }
}
