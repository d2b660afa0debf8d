//! What AWS's answers mean to every kind: a name that is taken, a thing that is gone, several of one name.

use super::StackAws;
use crate::{
    aws::{Class, Patience, failure_of, wait_at_most},
    engine::{Change, Kind as _, Output, Owner, Run, Settings, Wish},
};
use anyhow::{Error, Result, bail};
use serde_json::Value;

/// A create that found its name taken: ours after a lost reply (or another run's) is finished, anybody else's refused.
pub(super) async fn finish_existing<W: Wish>(
    aws: &StackAws,
    wish: &W,
    error: Error,
    want: &Settings<W>,
    run: &Run,
) -> Result<Output<W>> {
    if failure_of(&error).is_none_or(|f| f.class() != Class::AlreadyThere) {
        return Err(error);
    }
    let look = || async {
        aws.cloud.forget_lists();
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

/// Several of one name, none of them ours: nobody but the person can choose. `word` is the one behind `--adopt`.
pub(super) fn ambiguous(what: &str, name: &str, word: &str, ids: &[&str]) -> Option<Owner> {
    (ids.len() > 1).then(|| Owner::Barred {
        what: format!("the {} {what} named {name} ({})", ids.len(), ids.join(", ")),
        why: format!("--adopt {word}=<id> chooses one"),
    })
}

/// A delete that finds nothing has nothing to do.
pub(super) fn ignore_not_found<T>(result: Result<T>) -> Result<()> {
    match result {
        Err(e) if failure_of(&e).is_none_or(|f| f.class() != Class::NotFound) => Err(e),
        _ => Ok(()),
    }
}

/// A policy document as AWS keeps it: JSON text, percent-encoded by IAM.
pub(super) fn parse_policy(text: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    // A document that is no JSON differs from every wish, and that is what should show.
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(decoded.into_owned()))
}
