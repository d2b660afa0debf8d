//! What alarms go by: metrics of functions and of the API, alone or in an expression.

use crate::{
    aws::{metric, metric_query},
    stack::{Function, Trouble, Watch},
};
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricAlarm, MetricDataQuery};
use std::collections::BTreeMap;

/// Seconds that are judged at once. Mails come within minutes, and a failure now and then does not ring each minute.
pub(super) const PERIOD: i32 = 300;
/// Of the time limit (milliseconds of a second): what takes longer is near to being cut off.
const NEARLY: f64 = 800.0;
/// Milliseconds: behind a REST API nobody waits longer than 29 s (`docs/aws.md` 4.6).
const LONGEST: f64 = 25_000.0;

/// What an alarm watches.
pub(super) struct Watched {
    pub queries: Vec<MetricDataQuery>,
    /// More is too much.
    pub threshold: f64,
}

impl Watched {
    /// `api` and `stage` as AWS's metrics name them: by the API's name.
    pub(super) fn of(watch: &Watch<'_>, api: &str, stage: &str) -> Self {
        let of_functions = |name: &str, stat: &str| {
            let each = watch.functions.iter().enumerate();
            each.map(|(n, f)| query(&format!("f{n}"), lambda(name, f), stat)).collect::<Vec<_>>()
        };
        match watch.trouble {
            Trouble::Errors => together(of_functions("Errors", "Sum"), sum),
            Trouble::Throttles => together(of_functions("Throttles", "Sum"), sum),
            Trouble::Slow => slow(of_functions("Duration", "p95"), &watch.functions),
            Trouble::ServerErrors => {
                let of = [("ApiName", api), ("Stage", stage)];
                together(vec![query("api", metric("AWS/ApiGateway", "5XXError", &of), "Sum")], sum)
            }
        }
    }
}

fn together(queries: Vec<MetricDataQuery>, expression: impl Fn(&[String]) -> String) -> Watched {
    Watched { queries: watched(queries, expression), threshold: 0.0 }
}

fn sum(ids: &[String]) -> String {
    // A function that was not called has no data, and an expression with missing parts may have none either.
    let filled: Vec<String> = ids.iter().map(|id| format!("FILL({id},0)")).collect();
    format!("SUM([{}])", filled.join(","))
}

/// One function goes by its own bound; of several each is measured against its own, and the worst counts.
fn slow(queries: Vec<MetricDataQuery>, functions: &[&Function]) -> Watched {
    let bounds: Vec<f64> = functions.iter().map(|f| (f64::from(f.timeout) * NEARLY).min(LONGEST)).collect();
    if let [bound] = bounds[..] {
        return Watched { queries: watched(queries, sum), threshold: bound };
    }
    let worst = |ids: &[String]| {
        let parts = ids.iter().zip(&bounds).map(|(id, bound)| format!("FILL({id},0)/{bound}"));
        format!("MAX([{}])", parts.collect::<Vec<_>>().join(","))
    };
    Watched { queries: watched(queries, worst), threshold: 1.0 }
}

/// One is watched itself, of several the expression of them.
fn watched(
    mut queries: Vec<MetricDataQuery>,
    expression: impl Fn(&[String]) -> String,
) -> Vec<MetricDataQuery> {
    if let [only] = &mut queries[..] {
        only.return_data = Some(true);
        return queries;
    }
    let ids: Vec<String> = queries.iter().filter_map(|it| it.id.clone()).collect();
    let all = MetricDataQuery::builder().id("all").expression(expression(&ids)).return_data(true);
    queries.push(all.build());
    queries
}

fn lambda(name: &str, function: &Function) -> Metric {
    metric("AWS/Lambda", name, &[("FunctionName", &function.name)])
}

fn query(id: &str, metric: Metric, stat: &str) -> MetricDataQuery {
    let mut query = metric_query(id, metric, stat, PERIOD);
    query.return_data = Some(false);
    query
}

/// Queries in words, by id.
pub(super) fn in_words(queries: &[MetricDataQuery]) -> BTreeMap<String, String> {
    let words = |query: &MetricDataQuery| {
        let of_metric = query.metric_stat().map(|stat| {
            let metric = stat.metric().map(metric_in_words).unwrap_or_default();
            let period = stat.period.unwrap_or_default();
            measured(&metric, stat.stat().unwrap_or_default(), period, stat.unit().map(|unit| unit.as_str()))
        });
        let text = of_metric.or_else(|| query.expression.clone()).unwrap_or_default();
        let counts = if query.return_data == Some(false) { "" } else { "; this counts" };
        (query.id.clone().unwrap_or_default(), text + counts)
    };
    queries.iter().map(words).collect()
}

/// What an alarm goes by, in words: its queries, or the one metric that it names without any.
pub(super) fn of(alarm: &MetricAlarm) -> BTreeMap<String, String> {
    if !alarm.metrics().is_empty() {
        return in_words(alarm.metrics());
    }
    let metric = Metric::builder()
        .set_namespace(alarm.namespace.clone())
        .set_metric_name(alarm.metric_name.clone())
        .set_dimensions(alarm.dimensions.clone());
    let stat = alarm.statistic().map(|stat| stat.as_str()).or(alarm.extended_statistic());
    let period = alarm.period.unwrap_or_default();
    let words = measured(
        &metric_in_words(&metric.build()),
        stat.unwrap_or_default(),
        period,
        alarm.unit().map(|unit| unit.as_str()),
    );
    [("metric".to_owned(), words)].into()
}

/// `Sum of AWS/Lambda Errors {FunctionName: hello} in 300 s`
fn measured(metric: &str, stat: &str, period: i32, unit: Option<&str>) -> String {
    let unit = unit.map(|unit| format!(" in {unit}")).unwrap_or_default();
    format!("{stat} of {metric}{unit} in {period} s")
}

fn metric_in_words(metric: &Metric) -> String {
    let dimension =
        |it: &Dimension| format!("{}: {}", it.name().unwrap_or_default(), it.value().unwrap_or_default());
    let mut dimensions: Vec<String> = metric.dimensions().iter().map(dimension).collect();
    dimensions.sort();
    let (namespace, name) =
        (metric.namespace().unwrap_or_default(), metric.metric_name().unwrap_or_default());
    format!("{namespace} {name} {{{}}}", dimensions.join(", "))
}
