//! Which version of each function answers, and which has a share of the calls.

use super::{each::Each, look::Look};
use crate::resources::Live;
use anyhow::Result;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveRelease {
    /// A number, or `$LATEST` where somebody made it so.
    pub version: String,
    pub canary: Option<Canary>,
}

/// Another version, which is tried on a part of the calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Canary {
    pub version: String,
    /// Of all calls, in percent.
    pub percent: f64,
}

impl Look<'_> {
    pub(super) async fn releases(&self) -> Result<Each<LiveRelease>> {
        self.each(async |function| self.release(&function.name).await).await
    }

    /// `None`: the function has no alias of ours.
    async fn release(&self, function: &str) -> Result<Option<LiveRelease>> {
        let live = Live::of_alias(&self.aws, function).await?;
        Ok(live.map(|live| LiveRelease {
            version: live.version,
            canary: live.weights.into_iter().next().map(Canary::of),
        }))
    }
}

impl Canary {
    /// `share`: from 0 to 1.
    fn of((version, share): (String, f64)) -> Self {
        Self { version, percent: share * 100.0 }
    }
}
