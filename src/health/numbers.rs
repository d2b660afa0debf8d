//! Numbers of CloudWatch: of the API, and of each function.

use super::{look::Look, release::LiveRelease, span::Span};
use crate::aws::{call, metric, metric_query};
use anyhow::Result;
use aws_sdk_cloudwatch::{
    Client,
    primitives::DateTime,
    types::{MetricDataQuery, MetricDataResult, ScanBy},
};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub struct ApiNumbers {
    pub calls: f64,
    /// The caller's fault: refusals too.
    pub errors_4xx: f64,
    pub errors_5xx: f64,
    pub times: Times,
    /// Calls in equal parts of the time.
    pub calls_in_time: Vec<f64>,
}

#[derive(Debug, Serialize)]
pub struct FunctionNumbers {
    /// Its key.
    pub function: String,
    pub calls: f64,
    pub errors: f64,
    pub throttles: f64,
    pub times: Times,
    pub calls_in_time: Vec<f64>,
    /// From REPORT lines; `None`: they can't be read.
    pub starts: Option<u32>,
    /// Milliseconds that a start took, on average.
    pub start_ms: Option<f64>,
    /// Milliseconds that a call is billed, on average, starts included.
    pub billed_ms: Option<f64>,
    /// MB.
    pub memory_used: Option<u32>,
    pub memory: u32,
    /// What answers; `None`: it is not known, or nothing is live.
    pub release: Option<LiveRelease>,
}

/// Milliseconds; `None`: nothing was called.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Times {
    pub p50: Option<f64>,
    pub p95: Option<f64>,
}

#[derive(Default)]
pub(super) struct Numbers {
    pub api: Option<ApiNumbers>,
    pub functions: Vec<FunctionNumbers>,
    pub asked: usize,
}

/// What is asked of one thing: the name of the metric, and which statistics.
struct Asked<'a> {
    namespace: &'a str,
    dimension: (&'a str, &'a str),
    sums: &'a [&'a str],
    time: &'a str,
}

const STATISTICS: [&str; 3] = ["p50", "p95", "SampleCount"];

impl Asked<'_> {
    /// Ids are `<prefix>_<n>`: first the sums, then the statistics of the time.
    fn queries(&self, prefix: &str, span: Span) -> Vec<MetricDataQuery> {
        let sums = self.sums.iter().map(|name| (*name, "Sum", span.part()));
        let times = STATISTICS.into_iter().map(|statistic| (self.time, statistic, span.whole()));
        let all = sums.chain(times).enumerate();
        all.map(|(n, (name, statistic, period))| {
            let metric = metric(self.namespace, name, &[self.dimension]);
            metric_query(&format!("{prefix}_{n}"), metric, statistic, period)
        })
        .collect()
    }
}

/// What came of it.
struct Answer<'a> {
    results: &'a BTreeMap<String, Vec<f64>>,
    prefix: &'a str,
    sums: usize,
}

impl Answer<'_> {
    fn values(&self, n: usize) -> &[f64] {
        self.results.get(&format!("{}_{n}", self.prefix)).map_or(&[], Vec::as_slice)
    }

    /// Not `sum()`, which makes -0 of nothing.
    fn sum(&self, n: usize) -> f64 {
        self.values(n).iter().fold(0.0, |sum, value| sum + value)
    }

    fn times(&self) -> Times {
        let weights = self.values(self.sums + 2);
        Times { p50: mean(self.values(self.sums), weights), p95: mean(self.values(self.sums + 1), weights) }
    }
}

/// Periods begin at fixed times, so a span may touch two: of their percentiles the mean, by the number of calls.
fn mean(values: &[f64], weights: &[f64]) -> Option<f64> {
    let all: f64 = weights.iter().sum();
    let sum: f64 = values.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    (all > 0.0 && values.len() == weights.len()).then(|| sum / all)
}

impl Look<'_> {
    pub(super) async fn numbers(&self) -> Result<Numbers> {
        let api = Asked {
            namespace: "AWS/ApiGateway",
            dimension: ("ApiName", &self.stack.api.name),
            sums: &["Count", "4XXError", "5XXError"],
            time: "Latency",
        };
        let mut queries = api.queries("api", self.span);
        for (n, function) in self.stack.functions.values().enumerate() {
            let asked = Asked {
                namespace: "AWS/Lambda",
                dimension: ("FunctionName", &function.name),
                sums: &["Invocations", "Errors", "Throttles"],
                time: "Duration",
            };
            queries.extend(asked.queries(&format!("f{n}"), self.span));
        }
        let asked = queries.len();
        let results = self.metric_data(queries).await?;
        let functions = self.stack.functions.values().enumerate().map(|(n, function)| {
            let prefix = format!("f{n}");
            let it = Answer { results: &results, prefix: &prefix, sums: 3 };
            FunctionNumbers {
                function: function.key.clone(),
                calls: it.sum(0),
                errors: it.sum(1),
                throttles: it.sum(2),
                times: it.times(),
                calls_in_time: it.values(0).to_vec(),
                starts: None,
                start_ms: None,
                billed_ms: None,
                memory_used: None,
                memory: function.memory,
                release: None,
            }
        });
        let functions = functions.collect();
        let it = Answer { results: &results, prefix: "api", sums: 3 };
        let api = ApiNumbers {
            calls: it.sum(0),
            errors_4xx: it.sum(1),
            errors_5xx: it.sum(2),
            times: it.times(),
            calls_in_time: it.values(0).to_vec(),
        };
        Ok(Numbers { api: Some(api), functions, asked })
    }

    /// Values by the id of their query, the oldest first. CloudWatch takes 500 queries at once.
    async fn metric_data(&self, queries: Vec<MetricDataQuery>) -> Result<BTreeMap<String, Vec<f64>>> {
        let client = Client::new(self.aws.cloud.sdk());
        let part = i64::from(self.span.part());
        // A period that has begun counts from its beginning.
        let from = self.span.from - self.span.from.rem_euclid(part);
        let asks = queries.chunks(500).map(|chunk| {
            let request = client.get_metric_data().set_metric_data_queries(Some(chunk.to_vec()));
            let request = request.start_time(DateTime::from_secs(from));
            let request = request.end_time(DateTime::from_secs(self.span.until + 60));
            let request = request.scan_by(ScanBy::TimestampAscending);
            let run = &self.run;
            async move { call(run, "GetMetricData", || request.clone().send()).await }
        });
        let answers = futures_util::future::try_join_all(asks).await?;
        let results = answers.into_iter().flat_map(|a| a.metric_data_results.unwrap_or_default());
        let values = |r: MetricDataResult| Some((r.id?, r.values.unwrap_or_default()));
        Ok(results.filter_map(values).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, mean};

    #[test]
    fn periods_are_whole_minutes_and_no_longer_than_a_day() {
        for (seconds, part, whole) in
            [(60, 60, 60), (3_600, 180, 3_600), (86_400, 3_600, 86_400), (7 * 86_400, 25_200, 86_400)]
        {
            let span = Span { from: 0, until: seconds };
            assert_eq!((span.part(), span.whole()), (part, whole), "{seconds}");
        }
    }

    #[test]
    fn percentiles_of_two_periods_count_by_their_calls() {
        assert_eq!(mean(&[100.0, 200.0], &[3.0, 1.0]), Some(125.0));
        assert_eq!(mean(&[], &[]), None);
    }
}
