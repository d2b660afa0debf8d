//! How CloudWatch is asked for numbers.

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};

/// A metric of a service, of what these dimensions name.
pub(crate) fn metric(namespace: &str, name: &str, of: &[(&str, &str)]) -> Metric {
    let dimensions = of.iter().map(|(name, value)| Dimension::builder().name(*name).value(*value).build());
    let metric = Metric::builder().namespace(namespace).metric_name(name);
    metric.set_dimensions(Some(dimensions.collect())).build()
}

/// One statistic of a metric, for every `period` of seconds.
pub(crate) fn metric_query(id: &str, metric: Metric, statistic: &str, period: i32) -> MetricDataQuery {
    let stat = MetricStat::builder().metric(metric).period(period).stat(statistic).build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}
