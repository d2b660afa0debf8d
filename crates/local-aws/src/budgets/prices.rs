//! What AWS charges, from `prices.json`: US dollars, without the free tier, and in the first of the steps of volume.

use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

/// Prices of a region.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prices {
    pub lambda_request: f64,
    /// On x86, the dearer architecture.
    pub lambda_gb_second: f64,
    /// A call of a REST API.
    pub rest_call: f64,
}

#[derive(Debug, Deserialize)]
struct Table {
    #[cfg_attr(not(test), expect(dead_code, reason = "people read it, and a test"))]
    date: String,
    /// Where a region has no prices of its own.
    usual: Prices,
    regions: BTreeMap<String, Prices>,
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("prices.json")).unwrap_or_else(|e| unreadable(&e)));

fn unreadable(why: &serde_json::Error) -> Table {
    unreachable!("prices.json is part of the program, and a test reads it: {why}")
}

/// What is paid in a region.
pub(crate) fn of(region: &str) -> Prices {
    TABLE.regions.get(region).copied().unwrap_or(TABLE.usual)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_price_is_one_and_the_table_has_a_date() {
        assert!(TABLE.date.parse::<jiff::civil::Date>().is_ok());
        for prices in TABLE.regions.values().chain([&TABLE.usual]) {
            for price in [prices.lambda_request, prices.lambda_gb_second, prices.rest_call] {
                assert!(price > 0.0 && price < 0.001, "{prices:?}");
            }
        }
        assert_eq!(of("us-east-2"), TABLE.usual);
        assert!(of("sa-east-1").rest_call > of("us-east-1").rest_call);
    }
}
