//! What costs something whether it is called or not, or by what is there: the file can't bound it.

use super::{
    amount::Amount,
    call::{gb, restored_of},
    most::CostLine,
};
use crate::{
    prices::Each,
    stack::{Architecture, Function, Stack},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// A price for what is known only by what is there.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct UnitPrice {
    pub what: String,
    pub price: f64,
    pub per: &'static str,
}

const DAY: f64 = 86_400.0;

/// What is kept for calls that may never come.
pub(super) fn lines(stack: &Stack, prices: &Each) -> Vec<CostLine> {
    let all = stack.functions.values();
    all.flat_map(|it| [ready(it, prices), snapshots(it, prices)]).flatten().collect()
}

fn ready(function: &Function, prices: &Each) -> Option<CostLine> {
    let count = function.provisioned_concurrency?;
    let second = match function.architecture {
        Architecture::X86_64 => prices.provisioned_x86_64_second,
        Architecture::Arm64 => prices.provisioned_arm64_second,
    };
    let why = format!("provisioned_concurrency {count} of {} MB, day and night", function.memory);
    let most = Amount::each(f64::from(count) * gb(function.memory) * second * DAY);
    Some(CostLine { what: format!("{} kept ready", function.key), most: Some(most), why, key: None })
}

/// Of each version that stays, whether it is live or not.
fn snapshots(function: &Function, prices: &Each) -> Option<CostLine> {
    let kept = function.snapstart.then_some(function.release.keep)?;
    let versions = if kept == 1 { "1 version".to_owned() } else { format!("{kept} versions") };
    let why = format!("snapstart, {versions} of {} MB (release.keep), day and night", function.memory);
    let most = Amount::each(f64::from(kept) * gb(function.memory) * prices.snapstart_cached_second * DAY);
    Some(CostLine { what: format!("{} snapshots", function.key), most: Some(most), why, key: None })
}

/// Each container that starts from a snapshot.
fn restored(function: &Function, prices: &Each) -> Option<UnitPrice> {
    function.snapstart.then(|| UnitPrice {
        what: format!("{} restored from its snapshot of {} MB", function.key, function.memory),
        price: restored_of(function, prices),
        per: "container that starts",
    })
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
    rates.extend(stack.functions.values().filter_map(|function| restored(function, prices)));
    rates.extend(alarms(stack, prices));
    rates
}

/// An alarm is paid by the metrics that it calculates with; ten of an account cost nothing.
fn alarms(stack: &Stack, prices: &Each) -> Option<UnitPrice> {
    let watches = stack.alerts.iter().flat_map(|alerts| alerts.watches(&stack.functions));
    let metrics: usize = watches.map(|watch| watch.functions.len().max(1)).sum();
    (metrics > 0).then(|| UnitPrice {
        what: format!("alarms on {metrics} metrics, of which ten of the account are free"),
        price: prices.alarm,
        per: "metric a month",
    })
}

/// `30 days`, the longest of the functions.
fn kept(stack: &Stack) -> String {
    let days = stack.functions.values().map(|f| f.log_retention);
    match days.clone().any(|d| d.is_none()) {
        true => "ever".to_owned(),
        false => format!("{} days", days.flatten().max().unwrap_or_default()),
    }
}
