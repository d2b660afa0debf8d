//! The alias `live`: what API Gateway calls of a function. It names a published version, so that what callers get moves in
//! one call, and back in one call. It goes with its function: one that was adopted keeps it, because whatever else was adopted
//! calls it.

mod back;
mod error_rates;
mod list;
mod live;
mod moves;
mod prune;
mod record;
mod wish;

pub(crate) use back::{Why, back, ensure_shares, move_as, promoted};
pub(crate) use error_rates::ErrorRates;
pub use list::{FunctionReleases, ListedVersion, VersionStanding};
pub(crate) use live::Live;
pub use moves::VersionChange;
pub(crate) use moves::{AliasTarget, move_alias};
pub(crate) use record::{Failed, Held, LIVE, Record, Release};
pub(crate) use wish::{AliasOutput, AliasWish, ReleaseWish};

use super::chains;
use crate::{
    aws::{StackAws, call, ignore_not_found, ordered},
    engine::{Breaks, Found, Kind, Link, Owner, Run, Words},
};
use anyhow::Result;
use serde::Serialize;
use std::rc::Rc;

pub(crate) struct Alias {
    pub aws: StackAws,
    pub key: String,
    pub function_name: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// The version that it names.
    version: String,
    /// `10% of 8`: another version that gets a share of the calls.
    canary: Option<String>,
    /// Its description is ours.
    managed: bool,
    #[serde(skip)]
    live: Option<Rc<Live>>,
}

/// Deletes a published version, which no alias may name.
///
/// # Errors
/// As the call.
pub(super) async fn delete_version(aws: &StackAws, function: &str, version: u64, run: &Run) -> Result<()> {
    let request = aws.cloud.lambda.delete_function().function_name(function);
    let request = request.qualifier(version.to_string());
    ignore_not_found(call(run, "DeleteFunction", || request.clone().send()).await)
}

impl Alias {
    /// Whether the stack made the function, and so all of its versions.
    async fn is_of_own_function(&self) -> Result<bool> {
        let function = self.aws.cloud.function(&self.function_name, None).await?;
        let tags = function.as_ref().as_ref().map(|it| ordered(it.tags())).unwrap_or_default();
        Ok(self.aws.ownership.owner(&tags, String::new) == Owner::Us)
    }
}

impl Kind for Alias {
    const NAME: &'static str = "alias";
    const WORDS: &'static [Words] = &[Words::new(
        "version",
        "callers get this version from then on",
        "callers get another version than the stack file's",
    )];
    const LINKS: &'static [Link] = &[Link::of(chains::FUNCTION, Breaks::Fields(&["version", "managed"]))];
    type Settings = Settings;
    type Output = AliasOutput;

    fn key(&self) -> &str {
        &self.key
    }

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        format!("{}:{LIVE}", self.function_name)
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let Some(live) = Live::read(&self.aws, &self.function_name).await? else { return Ok(None) };
        let owner = match &live.record {
            Some(record) if record.adopted => Owner::Adopted,
            Some(_) => Owner::Us,
            None => Owner::Other(format!("the alias {LIVE} of {} ({})", self.function_name, live.arn)),
        };
        let output = AliasOutput::as_found(self, &live);
        let (version, canary, managed) = (live.version.clone(), live.canary(), live.record.is_some());
        let settings = Settings { version, canary, managed, live: Some(live) };
        Ok(Some(Found { settings, output, owner }))
    }
}
