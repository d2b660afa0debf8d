//! A create that found its name taken.

use super::{
    Cloud,
    call::{Patience, wait_at_most},
    failure::{Class, is_class},
};
use crate::engine::{Change, Kind as _, Output, Run, Settings, Wish};
use anyhow::{Error, Result, bail};

/// Ours, after a lost reply (or another run's), is finished; anybody else's is refused.
///
/// # Errors
/// `error`, where it says something else or AWS does not show what is there; a refusal; as the calls.
pub(crate) async fn finish_existing<W: Wish>(
    cloud: &Cloud,
    wish: &W,
    error: Error,
    want: &Settings<W>,
    run: &Run,
) -> Result<Output<W>> {
    if !is_class(&error, Class::AlreadyThere) {
        return Err(error);
    }
    let look = || async {
        cloud.forget_lists();
        let found = wish.kind().find().await?;
        Ok(found.ok_or_else(|| "AWS says that it is there, and does not show it".to_owned()))
    };
    let Ok(found) = wait_at_most(run, Patience::LISTED, "AWS to show what is there", look).await? else {
        return Err(error);
    };
    if let Some(why) = found.owner.refusal(false) {
        bail!(why);
    }
    // The plan did not show it, so nobody has agreed to it.
    if let Some(why) = wish.replaces(&found, want) {
        bail!("{why}; it was not visible when this run looked: run the same command again");
    }
    match Change::between(Some(&found.settings), want)? {
        Change::Keep => Ok(found.output),
        _ => Ok(Box::pin(wish.update(&found, want, run)).await?.output),
    }
}
