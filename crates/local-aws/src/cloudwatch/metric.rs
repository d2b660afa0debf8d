//! What a metric is: a namespace, a name, and dimensions, of which the order says nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Metric {
    pub namespace: String,
    pub metric_name: String,
    #[serde(default, deserialize_with = "dimensions")]
    pub dimensions: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

fn dimensions<'de, D: serde::Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let all = Vec::<Dimension>::deserialize(from)?;
    Ok(all.into_iter().map(|d| (d.name, d.value)).collect())
}

impl Metric {
    pub(crate) fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        Self {
            namespace: namespace.to_owned(),
            metric_name: name.to_owned(),
            dimensions: dimensions.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        }
    }

    /// As AWS gives it back.
    pub(crate) fn shown(&self) -> Value {
        let dimensions = self.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value }));
        json!({
            "Namespace": self.namespace,
            "MetricName": self.metric_name,
            "Dimensions": dimensions.collect::<Vec<_>>(),
        })
    }

    /// In one line, sorted by namespace, name and dimensions.
    pub(crate) fn key(&self) -> String {
        format!("{}\n{}\n{:?}", self.namespace, self.metric_name, self.dimensions)
    }
}
