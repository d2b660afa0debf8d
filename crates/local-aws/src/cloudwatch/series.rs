//! Numbers in time: one a period, where there is one.

use super::{sample::Sample, statistic::Statistic};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// Seconds.
    pub period: i64,
    /// By the start of the period, in seconds since 1970.
    pub points: BTreeMap<i64, f64>,
}

/// A part of time, in seconds since 1970, cut into periods from its start. The end is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub from: i64,
    pub to: i64,
}

impl Series {
    /// A statistic of the samples of each period of a span.
    pub(crate) fn of(samples: &[Sample], statistic: Statistic, span: Span, period: i64) -> Self {
        let mut by_period: BTreeMap<i64, Vec<Sample>> = BTreeMap::new();
        for sample in samples {
            let second = sample.at.div_euclid(1000);
            if (span.from..span.to).contains(&second) {
                let start = second - (second - span.from).rem_euclid(period);
                by_period.entry(start).or_default().push(*sample);
            }
        }
        let points = by_period.into_iter().filter_map(|(at, all)| Some((at, statistic.over(&all)?)));
        Self { period, points: points.collect() }
    }

    /// Every value changed.
    pub(crate) fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        let points = self.points.iter().map(|(at, value)| (*at, change(*value)));
        Self { period: self.period, points: points.collect() }
    }
}
