//! How much of a plan is shown.

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What a person decides about.
    Short,
    /// Every setting, and the bookkeeping.
    Whole,
}
