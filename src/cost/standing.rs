//! What costs something whether it is called or not, or by what is there: the file can't bound it.

use crate::{prices::Each, stack::Stack};
use serde::Serialize;
use std::collections::BTreeMap;

/// A price for what is known only by what is there.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct UnitPrice {
    pub what: String,
    pub price: f64,
    pub per: &'static str,
}

pub(super) fn rates(stack: &Stack, prices: &Each) -> Vec<UnitPrice> {
    let mut rates = vec![
        UnitPrice { what: "log lines".to_owned(), price: prices.log_ingestion, per: "GB that is written" },
        UnitPrice {
            what: format!("log lines kept for {}", kept(stack)),
            price: prices.log_storage,
            per: "GB a month",
        },
    ];
    let mut images = BTreeMap::<&str, u32>::new();
    for image in stack.functions.values().map(|f| &f.image).filter(|image| image.is_pushed()) {
        *images.entry(&image.repository).or_default() += image.keep;
    }
    rates.extend(images.into_iter().map(|(repository, keep)| UnitPrice {
        what: format!("up to {keep} images in {repository}"),
        price: prices.image_storage,
        per: "GB a month",
    }));
    rates
}

/// `30 days`, the longest of the functions.
fn kept(stack: &Stack) -> String {
    let days = stack.functions.values().map(|f| f.log_retention);
    match days.clone().any(|d| d.is_none()) {
        true => "ever".to_owned(),
        false => format!("{} days", days.flatten().max().unwrap_or_default()),
    }
}
