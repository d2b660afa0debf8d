//! Why a container is started, and what its start took.

use std::time::Duration;

/// Why a container is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Initialization {
    /// A call has come.
    OnDemand,
    /// It is to be ready before calls come.
    Provisioned,
    /// For a snapshot, or from one.
    SnapStart,
}

impl Initialization {
    /// `AWS_LAMBDA_INITIALIZATION_TYPE`
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::Provisioned => "provisioned-concurrency",
            Self::SnapStart => "snap-start",
        }
    }
}

/// What the first invocation of a container waited for, as its REPORT line shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Startup {
    /// How long the runtime took to get ready.
    Init(Duration),
    /// How long it took from the snapshot until it was ready.
    Restore(Duration),
}

impl Startup {
    pub(crate) fn took(self) -> Duration {
        match self {
            Self::Init(took) | Self::Restore(took) => took,
        }
    }
}
