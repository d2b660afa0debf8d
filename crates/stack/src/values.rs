//! What a command needs of a stack file.

/// Whether a command needs all values, or gets by with names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// `up`, `plan`, `status`, …: every `${NAME}` must be set.
    Needed,
    /// `destroy`, `output`, `logs`: only those in names and the like must be. What stays unset reads as left out; in
    /// `environment` as an empty secret.
    NotNeeded,
    /// `cost`: as [`Values::NotNeeded`], and every number besides.
    Numbers,
}
