//! `AWS/Lambda`: the metrics of invocations (Lambda's developer guide, "Types of metrics for Lambda functions").

use crate::{
    cloudwatch::{
        metric::Metric,
        sample::{Sample, Samples},
    },
    lambda::metrics::{InvocationLog, InvocationRecord, InvocationResult},
};
use std::collections::BTreeSet;

pub(crate) const NAMESPACE: &str = "AWS/Lambda";
const DURATION: &str = "Duration";
const CONCURRENT: &str = "ConcurrentExecutions";
const NAMES: [&str; 5] = ["Invocations", "Errors", "Throttles", DURATION, CONCURRENT];

pub(crate) fn samples(log: &InvocationLog, metric: &Metric) -> Samples {
    let name = metric.metric_name.as_str();
    if !NAMES.contains(&name) {
        return Samples::new();
    }
    if name == CONCURRENT && metric.dimensions.is_empty() {
        return by_unit(name, of_account(log));
    }
    let measured = log.iter().filter(|record| metrics_of(record, name).contains(metric));
    by_unit(
        name,
        measured.filter_map(|record| Some(Sample::once(at(record), value(record, name)?))).collect(),
    )
}

pub(crate) fn metrics(log: &InvocationLog) -> BTreeSet<Metric> {
    let measured = |record| NAMES.into_iter().filter(move |name| value(record, name).is_some());
    log.iter().flat_map(|record| measured(record).flat_map(|name| metrics_of(record, name))).collect()
}

fn by_unit(name: &str, samples: Vec<Sample>) -> Samples {
    let unit = if name == DURATION { "Milliseconds" } else { "Count" };
    if samples.is_empty() { Samples::new() } else { Samples::from([(unit.to_owned(), samples)]) }
}

fn at(record: &InvocationRecord) -> i64 {
    record.at.as_millisecond()
}

/// What an invocation says of a metric: of what was refused only that it was.
fn value(record: &InvocationRecord, name: &str) -> Option<f64> {
    let throttled = record.result == InvocationResult::Throttled;
    let one_if = |holds: bool| f64::from(u8::from(holds));
    match name {
        "Throttles" => Some(one_if(throttled)),
        _ if throttled => None,
        "Invocations" => Some(1.0),
        "Errors" => Some(one_if(record.result == InvocationResult::Failed)),
        DURATION => Some(record.duration.as_secs_f64() * 1000.0),
        CONCURRENT => Some(record.concurrent.into()),
        _ => None,
    }
}

/// Of all functions together, of the function, of what was called of it, and of the version that an alias led to.
fn metrics_of(record: &InvocationRecord, name: &str) -> Vec<Metric> {
    let function = ("FunctionName", record.function.as_str());
    let called = match &record.qualifier {
        Some(qualifier) => format!("{}:{qualifier}", record.function),
        None => record.function.clone(),
    };
    let resource = ("Resource", called.as_str());
    let version = ("ExecutedVersion", record.executed_version.as_str());
    let is_alias = |q: &String| *q != "$LATEST" && !q.bytes().all(|b| b.is_ascii_digit());
    let mut all = vec![
        Metric::new(NAMESPACE, name, &[]),
        Metric::new(NAMESPACE, name, &[function]),
        Metric::new(NAMESPACE, name, &[function, resource]),
    ];
    if record.qualifier.as_ref().is_some_and(is_alias) {
        all.push(Metric::new(NAMESPACE, name, &[function, resource, version]));
    }
    all
}

/// How many executions of all functions were under way whenever one began.
fn of_account(log: &InvocationLog) -> Vec<Sample> {
    let ran = log.iter().filter(|record| record.result != InvocationResult::Throttled);
    // At one moment what ends goes before what begins.
    let mut turns: Vec<(i64, bool)> = ran
        .flat_map(|record| {
            let took = record.duration + record.init.unwrap_or_default();
            let end = at(record).saturating_add(i64::try_from(took.as_millis()).unwrap_or(i64::MAX));
            [(at(record), true), (end.max(at(record) + 1), false)]
        })
        .collect();
    turns.sort_unstable();
    let mut under_way = 0.0;
    let begun = turns.into_iter().filter_map(|(at, begins)| {
        under_way += if begins { 1.0 } else { -1.0 };
        begins.then(|| Sample::once(at, under_way))
    });
    begun.collect()
}
