//! What AWS asks, by region: `prices.json`, which has its date and its sources.
//!
//! A table in the repository is what makes a cost known before anybody is asked; AWS's bill has the last word.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const TABLE: &str = include_str!("prices.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    date: String,
    currency: String,
    #[serde(rename = "about")]
    _about: String,
    default: Map<String, Value>,
    regions: BTreeMap<String, Map<String, Value>>,
}

/// The prices of one region.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prices {
    /// The day of the table.
    pub date: String,
    /// `USD`
    pub currency: String,
    /// Whether the table has this region; else these are those of us-east-1.
    pub of_region: bool,
    pub each: Each,
}

/// List prices without free tiers. A second is one of a GB.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Each {
    /// A million requests to a REST API.
    pub api_requests: f64,
    /// A million requests to functions.
    pub function_requests: f64,
    pub x86_64_second: f64,
    pub arm64_second: f64,
    /// Of /tmp beyond 512 MB.
    pub ephemeral_second: f64,
    /// A GB that leaves AWS.
    pub data_out: f64,
    /// A GB of log lines.
    pub log_ingestion: f64,
    /// A GB of log lines for a month.
    pub log_storage: f64,
    /// A GB of images for a month.
    pub image_storage: f64,
    /// An alarm for a month, after the account's first ten.
    pub alarm: f64,
    /// A thousand metrics that GetMetricData is asked for.
    pub metrics_asked: f64,
    /// Kept ready, whether it is called or not.
    pub provisioned_x86_64_second: f64,
    pub provisioned_arm64_second: f64,
    /// Of a snapshot, for each active version.
    pub snapstart_cached_second: f64,
    /// A GB that is restored.
    pub snapstart_restored: f64,
}

impl Prices {
    /// # Errors
    /// A table that can't be read, which a test would have found.
    pub(crate) fn of(region: &str) -> Result<Self> {
        let mut table: Table = serde_json::from_str(TABLE).context("the table of prices")?;
        let own = table.regions.remove(region);
        let of_region = own.is_some();
        table.default.extend(own.unwrap_or_default());
        let each = serde_json::from_value(Value::Object(table.default))
            .with_context(|| format!("the prices of {region}"))?;
        Ok(Self { date: table.date, currency: table.currency, of_region, each })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::aws::known_regions;

    #[test]
    fn every_region_has_prices_or_the_said_default() {
        let default = Prices::of("us-east-1").unwrap();
        assert!(default.of_region);
        let mut own = 0;
        for region in known_regions() {
            let prices = Prices::of(region).unwrap();
            own += usize::from(prices.of_region);
            assert!(prices.of_region || prices.each == default.each, "{region}");
        }
        let table: Table = serde_json::from_str(TABLE).unwrap();
        assert_eq!(own, table.regions.len(), "the table has regions that the SDK does not know");
    }

    /// The local AWS spends by a table of its own, because it knows nothing of this program: what both have is the same.
    #[test]
    fn the_local_aws_has_the_same_prices() {
        let theirs: Value =
            serde_json::from_str(include_str!("../../crates/local-aws/src/budgets/prices.json")).unwrap();
        let ours: Table = serde_json::from_str(TABLE).unwrap();
        let regions = theirs["regions"].as_object().unwrap();
        for region in ours.regions.keys().chain(regions.keys()) {
            let each = Prices::of(region).unwrap().each;
            let theirs = regions.get(region).unwrap_or(&theirs["usual"]);
            let same = |name: &str, ours: f64| {
                let theirs = theirs[name].as_f64().unwrap();
                assert!(
                    (theirs - ours).abs() < ours * 1e-9,
                    "{region}: {name} is {theirs} there and {ours} here"
                );
            };
            same("lambda_request", each.function_requests / 1e6);
            same("lambda_gb_second", each.x86_64_second);
            same("rest_call", each.api_requests / 1e6);
        }
    }

    #[test]
    fn what_a_region_does_not_say_is_the_default() {
        let (frankfurt, default) = (Prices::of("eu-central-1").unwrap(), Prices::of("us-east-1").unwrap());
        let own = Each { api_requests: 3.70, log_ingestion: 0.63, log_storage: 0.0324, ..default.each };
        assert_eq!(frankfurt.each, own);
        assert!(!Prices::of("mars-west-9").unwrap().of_region);
    }
}
