//! ListMetrics: which metrics there are.

use super::{input::read, metric::Metric, model, page, sources};
use crate::{
    call::{Call, Reply},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::Value;

const SIZE: usize = 500;
/// A metric that was not measured for so long is not listed any more: two weeks, in milliseconds.
const FORGOTTEN: i64 = 14 * 24 * HOUR;
const HOUR: i64 = 60 * 60 * 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<DimensionFilter>,
    next_token: Option<String>,
    recently_active: Option<String>,
    #[serde(default)]
    include_linked_accounts: bool,
    owning_account: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DimensionFilter {
    name: String,
    value: Option<String>,
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let asked: Asked = read(input, &model::LIST_METRICS)?;
    if asked.include_linked_accounts || asked.owning_account.is_some() {
        return Err(AwsError::not_implemented("ListMetrics of other accounts"));
    }
    let (config, now) = (call.config, call.now.as_millisecond());
    let since = now - if asked.recently_active.is_some() { 3 * HOUR } else { FORGOTTEN };
    let region = &*call.region_mut();
    let metrics = sources::metrics(region).into_iter().filter(|metric| asked.wants(metric));
    let known = metrics.filter(|metric| sources::latest(region, metric).is_some_and(|at| at >= since));
    let mut items: Vec<(String, Value)> = known.map(|metric| (metric.key(), metric.shown())).collect();
    items.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(Reply::ok(page::cut(config, asked.next_token.as_deref(), SIZE, "Metrics", items.into_iter())?))
}

impl Asked {
    fn wants(&self, metric: &Metric) -> bool {
        let has = |filter: &DimensionFilter| {
            let value = metric.dimensions.get(&filter.name);
            value.is_some_and(|value| filter.value.as_ref().is_none_or(|wanted| wanted == value))
        };
        self.namespace.as_ref().is_none_or(|namespace| *namespace == metric.namespace)
            && self.metric_name.as_ref().is_none_or(|name| *name == metric.metric_name)
            && self.dimensions.iter().all(has)
    }
}
