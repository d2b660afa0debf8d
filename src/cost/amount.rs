//! A day's and a month's.

use serde::Serialize;

/// In the table's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Amount {
    pub day: f64,
    /// Of 31 days.
    pub month: f64,
}

impl Amount {
    /// Every day so much.
    pub(super) fn each(day: f64) -> Self {
        Self { day, month: day * 31.0 }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { day: self.day + other.day, month: self.month + other.month }
    }

    pub(super) fn times(self, factor: f64) -> Self {
        Self { day: self.day * factor, month: self.month * factor }
    }

    pub(super) fn at_most(self, other: Self) -> Self {
        Self { day: self.day.min(other.day), month: self.month.min(other.month) }
    }
}
