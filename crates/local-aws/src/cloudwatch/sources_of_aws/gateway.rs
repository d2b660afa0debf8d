//! `AWS/ApiGateway`: the metrics of REST APIs (API Gateway's developer guide, "Amazon API Gateway dimensions and metrics").

use crate::{
    apigateway::call_log::{CallLog, CallRecord},
    cloudwatch::{
        metric::Metric,
        sample::{Sample, Samples},
    },
};
use std::{collections::BTreeSet, time::Duration};

pub(crate) const NAMESPACE: &str = "AWS/ApiGateway";
const LATENCY: &str = "Latency";
const INTEGRATION_LATENCY: &str = "IntegrationLatency";
const NAMES: [&str; 5] = ["Count", "4XXError", "5XXError", LATENCY, INTEGRATION_LATENCY];

pub(crate) fn samples(log: &CallLog, metric: &Metric) -> Samples {
    let name = metric.metric_name.as_str();
    if !NAMES.contains(&name) {
        return Samples::new();
    }
    let measured = log.iter().filter(|record| metrics_of(record, name).contains(metric));
    let samples = measured
        .filter_map(|record| Some(Sample::once(record.at.as_millisecond(), value(record, name)?)))
        .collect::<Vec<_>>();
    let unit = if [LATENCY, INTEGRATION_LATENCY].contains(&name) { "Milliseconds" } else { "Count" };
    if samples.is_empty() { Samples::new() } else { Samples::from([(unit.to_owned(), samples)]) }
}

pub(crate) fn metrics(log: &CallLog) -> BTreeSet<Metric> {
    let measured = |record| NAMES.into_iter().filter(move |name| value(record, name).is_some());
    log.iter().flat_map(|record| measured(record).flat_map(|name| metrics_of(record, name))).collect()
}

fn value(record: &CallRecord, name: &str) -> Option<f64> {
    let one_if = |class: u16| f64::from(u8::from(record.status / 100 == class));
    // AWS measures whole milliseconds.
    let milliseconds = |took: Duration| (took.as_secs_f64() * 1000.0).round();
    match name {
        "Count" => Some(1.0),
        "4XXError" => Some(one_if(4)),
        "5XXError" => Some(one_if(5)),
        LATENCY => Some(milliseconds(record.latency)),
        INTEGRATION_LATENCY => record.integration_latency.map(milliseconds),
        _ => None,
    }
}

/// Of the API, of its stage, and, where the stage has detailed metrics, of the method.
fn metrics_of(record: &CallRecord, name: &str) -> Vec<Metric> {
    let api = ("ApiName", record.api_name.as_str());
    let stage = ("Stage", record.stage.as_str());
    let mut all = vec![Metric::new(NAMESPACE, name, &[api]), Metric::new(NAMESPACE, name, &[api, stage])];
    if let Some((method, resource)) = &record.detailed {
        all.push(Metric::new(NAMESPACE, name, &[api, stage, ("Method", method), ("Resource", resource)]));
    }
    all
}
