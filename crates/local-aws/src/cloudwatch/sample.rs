//! What was measured, before it is summed up.

use std::collections::BTreeMap;

/// One value, as often as it was measured; or several in sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sample {
    /// Milliseconds since 1970.
    pub at: i64,
    pub count: f64,
    pub sum: f64,
    pub least: f64,
    pub most: f64,
}

impl Sample {
    /// One value that was measured once.
    pub(crate) fn once(at: i64, value: f64) -> Self {
        Self::often(at, value, 1.0)
    }

    /// One value that was measured several times.
    pub(crate) fn often(at: i64, value: f64, count: f64) -> Self {
        Self { at, count, sum: value * count, least: value, most: value }
    }

    /// The value, where it is one: of several in sum nobody knows them.
    #[expect(clippy::float_cmp, reason = "equal bounds are one value only where they are the same number")]
    pub(crate) fn value(&self) -> Option<f64> {
        (self.least == self.most).then_some(self.least)
    }
}

/// Samples of a metric by their unit.
pub(crate) type Samples = BTreeMap<String, Vec<Sample>>;
