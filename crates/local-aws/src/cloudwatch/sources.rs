//! Where metrics come from: what Lambda and API Gateway did, and what callers put in.

use super::{
    metric::Metric,
    sample::{Sample, Samples},
    sources_of_aws::{gateway, lambda},
};
use crate::world::Region;
use std::collections::BTreeSet;

/// The samples of a metric, of one unit where one is asked for, measured before `until` (milliseconds since 1970).
pub(crate) fn samples(region: &Region, metric: &Metric, unit: Option<&str>, until: i64) -> Vec<Sample> {
    let mut found = match metric.namespace.as_str() {
        lambda::NAMESPACE => lambda::samples(&region.lambda.invocations, metric),
        gateway::NAMESPACE => gateway::samples(&region.apigateway.calls, metric),
        _ => region.cloudwatch.custom.get(metric).cloned().unwrap_or_default(),
    };
    let mut samples: Vec<Sample> = match unit {
        Some(unit) => found.remove(unit).unwrap_or_default(),
        None => found.into_values().flatten().collect(),
    };
    samples.retain(|sample| sample.at < until);
    samples
}

/// All metrics that have samples.
pub(crate) fn metrics(region: &Region) -> BTreeSet<Metric> {
    let mut all = lambda::metrics(&region.lambda.invocations);
    all.extend(gateway::metrics(&region.apigateway.calls));
    all.extend(region.cloudwatch.custom.keys().cloned());
    all
}

/// When a metric got its latest sample, in milliseconds since 1970.
pub(crate) fn latest(region: &Region, metric: &Metric) -> Option<i64> {
    samples(region, metric, None, i64::MAX).iter().map(|sample| sample.at).max()
}

/// The unit of a metric's samples, where they have one.
pub(crate) fn unit(region: &Region, metric: &Metric) -> Option<String> {
    let found: Samples = match metric.namespace.as_str() {
        lambda::NAMESPACE => lambda::samples(&region.lambda.invocations, metric),
        gateway::NAMESPACE => gateway::samples(&region.apigateway.calls, metric),
        _ => region.cloudwatch.custom.get(metric).cloned().unwrap_or_default(),
    };
    found.into_keys().next()
}
