//! What is live goes back, or a share becomes all: each is one call, under the revision that was read.

use super::{
    live::Live,
    moves::{AliasTarget, move_alias},
    record::{Failed, Held, LIVE, Record, Release},
};
use crate::{aws::StackAws, engine::Run, resources::function::number};
use anyhow::{Context as _, Result, bail};

/// Why a version is no longer live.
#[derive(Debug, Clone)]
pub(crate) enum Why {
    /// A person said so: it does not come back unasked.
    Held(Held),
    /// It did not do what the one before did.
    Failed(Failed),
}

impl Why {
    fn version(&self) -> u64 {
        match self {
            Self::Held(held) => held.version,
            Self::Failed(failed) => failed.version,
        }
    }

    fn note(self, record: &mut Record) {
        match self {
            Self::Held(held) => record.held = Some(held),
            Self::Failed(failed) => record.failed = Some(failed),
        }
    }
}

/// The record of an alias of ours.
///
/// # Errors
/// It is somebody else's.
fn own_record(function: &str, live: &Live) -> Result<Record> {
    live.record.clone().with_context(|| format!("the alias of {function} is not this stack's: {}", live.arn))
}

/// Where the alias goes when a version is taken back: to `to`, or where it stands while the version only had a share.
///
/// # Errors
/// The alias is somebody else's, or was moved meanwhile.
pub(crate) fn back(function: &str, live: &Live, to: &str, why: Why) -> Result<AliasTarget> {
    let record = own_record(function, live)?;
    let gone = why.version();
    let has_a_share = live.weights.contains_key(&gone.to_string());
    if !has_a_share && number(Some(&live.version)) != Some(gone) {
        bail!("{function} serves version {} by now, and not {gone}: somebody has moved it", live.version);
    }
    // A share ends too, whichever goes.
    let mut record = Record { canary: None, ..record.without(gone) };
    why.note(&mut record);
    let version = if has_a_share { live.version.clone() } else { to.to_owned() };
    // What is live comes first, also where it is not the one before.
    if let Some(at) = record.releases.iter().position(|r| r.version.to_string() == version) {
        let release = record.releases.remove(at);
        record.releases.insert(0, release);
    }
    Ok(AliasTarget { version, canary: None, record })
}

/// Where the alias goes when `version`, which has a share of the calls, gets all of them.
///
/// # Errors
/// The alias is somebody else's, or was moved meanwhile.
pub(crate) fn promoted(function: &str, live: &Live, version: &str, keep: usize) -> Result<AliasTarget> {
    let record = own_record(function, live)?;
    ensure_shares(function, live, version)?;
    let known = record.canary.clone().filter(|c| c.version.to_string() == version);
    let number = number(Some(version)).context("the version with a share is no published one")?;
    let release = known.unwrap_or(Release { version: number, at: 0, commit: None });
    Ok(AliasTarget { version: version.to_owned(), canary: None, record: record.with(release, keep) })
}

/// # Errors
/// `version` has no share of the calls any more.
pub(crate) fn ensure_shares(function: &str, live: &Live, version: &str) -> Result<()> {
    if live.weights.contains_key(version) {
        return Ok(());
    }
    let share = live.canary().map(|share| format!(" and {share}")).unwrap_or_default();
    bail!(
        "{function} serves version {}{share} by now, and version {version} has no share of the calls: somebody has moved the \
         alias {LIVE}, which stays as it is",
        live.version
    )
}

/// Moves an alias to what `target` says of it as it is now.
///
/// # Errors
/// As `target`; the alias is gone; as the call.
pub(crate) async fn move_as(
    aws: &StackAws,
    function: &str,
    run: &Run,
    target: impl FnOnce(&Live) -> Result<AliasTarget>,
) -> Result<AliasTarget> {
    let live =
        Live::alone(aws, function).await?.with_context(|| format!("{function} has no alias any more"))?;
    let target = target(&live)?;
    move_alias(aws, function, &target, &live.revision, run).await?;
    Ok(target)
}
