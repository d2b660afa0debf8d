//! Which version of each function answers, and which has a share of the calls.

use super::look::Look;
use crate::{
    aws::failure_of,
    aws::{Class, is_class},
    resources::LIVE,
};
use anyhow::Result;
use futures_util::future::join_all;
use serde::Serialize;
use std::collections::BTreeMap;

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

/// By the function's key, and what could not be read.
#[derive(Default)]
pub(super) struct LiveReleases {
    pub of: BTreeMap<String, LiveRelease>,
    pub remarks: Vec<String>,
}

impl Look<'_> {
    pub(super) async fn releases(&self) -> Result<LiveReleases> {
        let functions = self.stack.functions.values();
        let all = join_all(functions.map(|f| async { (&f.key, self.release(&f.name).await) })).await;
        let mut releases = LiveReleases::default();
        for (key, release) in all {
            match release {
                Ok(release) => releases.of.extend(release.map(|release| (key.clone(), release))),
                Err(e) if is_class(&e, Class::Denied) => releases.remarks.extend(
                    failure_of(&e).map(|f| format!("{} of {key} is refused: {}", f.operation, f.message)),
                ),
                Err(e) => return Err(e),
            }
        }
        Ok(releases)
    }

    /// `None`: the function has no alias of ours.
    async fn release(&self, function: &str) -> Result<Option<LiveRelease>> {
        let found = self.aws.cloud.alias(function, LIVE).await?;
        let Some(alias) = found.as_ref() else { return Ok(None) };
        let weights = alias.routing_config().and_then(|routing| routing.additional_version_weights());
        let canary = weights.into_iter().flatten().next();
        Ok(alias.function_version().map(|version| LiveRelease {
            version: version.to_owned(),
            canary: canary
                .map(|(version, share)| Canary { version: version.clone(), percent: share * 100.0 }),
        }))
    }
}
