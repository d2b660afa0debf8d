//! A new version has a share of the calls: its errors are held against those of the version that has the rest.

use super::{
    release::{aws_of, run_of},
    session::Session,
};
use crate::{
    cli,
    engine::Id,
    resources::{AliasOutput, ErrorRates, Failed, VersionChange, Why, back, move_as, promoted},
    stack::Function,
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result};
use std::time::Duration;
use tokio::time::Instant;

/// Between two looks; CloudWatch has Lambda's figures by the minute.
const LOOK: Duration = Duration::from_secs(30);

/// How long a share is watched where nothing says it.
const USUAL: u32 = 600;

/// Fewer calls say nothing.
const FEW: f64 = 10.0;

/// How a canary came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// All calls go to the new versions.
    Live,
    /// It goes on, as was asked.
    Held,
    /// What was live before has all calls again.
    Back,
}

/// Watches all that have a share, then moves them on, or back: all or none.
///
/// # Errors
/// As the calls; interrupted, which leaves the shares as they are.
pub(super) async fn watch(
    session: &Session,
    common: &cli::Common,
    args: &cli::ReleaseArgs,
    canaries: &[AliasOutput],
    printer: &Printer,
) -> Result<Came> {
    let (promote, rollback) = (common.again("promote"), common.again("rollback"));
    if args.hold {
        let goes_on =
            format!("the canary goes on: `{promote}` gives the new version all calls, `{rollback}` none");
        printer.say(goes_on);
        return Ok(Came::Held);
    }
    let left = || {
        format!(
            "the canary is left as it is: `{}` watches it again, `{promote}` or `{rollback}` ends it",
            common.again("up")
        )
    };
    let worse = watched(session, args, canaries, printer).await.with_context(left)?;
    if let Some((function, why)) = worse {
        take_back(session, canaries, &function, &why, printer).await.with_context(left)?;
        return Ok(Came::Back);
    }
    let (aws, mut moved) = (aws_of(session), Vec::new());
    for it in canaries {
        let run = run_of(session, &it.key, printer);
        let keep = function(session, &it.key)?.release.keep as usize;
        let target = move_as(&aws, &it.function, &run, |live| promoted(&it.function, live, keep));
        let to = target.await.with_context(left)?.version;
        moved.push(VersionChange { function: it.key.clone(), from: it.version.clone(), to });
    }
    printer.show(Outcome::Moved(&moved));
    Ok(Came::Live)
}

fn function<'a>(session: &'a Session, key: &str) -> Result<&'a Function> {
    session.stack.functions.get(key).with_context(|| format!("the stack file has no function {key}"))
}

/// The first that is worse than what it is to replace, and how; `None` once the time is over.
async fn watched(
    session: &Session,
    args: &cli::ReleaseArgs,
    canaries: &[AliasOutput],
    printer: &Printer,
) -> Result<Option<(String, String)>> {
    let in_file = canaries.iter().filter_map(|it| session.stack.functions.get(&it.key)?.release.canary);
    let in_file = in_file.map(|canary| canary.seconds).max();
    let seconds = args.watch.or(in_file).unwrap_or(USUAL);
    let (began, since) = (jiff::Timestamp::now(), Instant::now());
    let whole = Duration::from_secs(seconds.into());
    loop {
        let (so_far, left) = (since.elapsed().as_secs(), whole.saturating_sub(since.elapsed()));
        session.stop.sleep(LOOK.min(left)).await?;
        let is_last = left <= LOOK;
        for it in canaries {
            let run = session.cloud.looking_at(&Id::of("alias", &it.key));
            let rates = ErrorRates::read(&session.cloud, it, began, &run).await?;
            if let Some(why) = rates.worse() {
                return Ok(Some((it.key.clone(), why)));
            }
            let few = if rates.new.calls < FEW { "; too few calls to say" } else { "" };
            printer.say(format!("{}: {rates}, {so_far} s of {seconds} s{few}", it.key));
        }
        if is_last {
            return Ok(None);
        }
    }
}

async fn take_back(
    session: &Session,
    canaries: &[AliasOutput],
    function: &str,
    why: &str,
    printer: &Printer,
) -> Result<()> {
    printer.warn(format!(
        "{function}: the new version is worse: {why}; what was live before gets all calls again"
    ));
    for it in canaries {
        let Some(version) = it.canary.as_ref().and_then(|text| text.parse().ok()) else { continue };
        let failed = Failed { version, why: format!("canary of {function}: {why}") };
        let run = run_of(session, &it.key, printer);
        let target = |live: &_| back(&it.function, live, &it.version, Why::Failed(failed));
        move_as(&aws_of(session), &it.function, &run, target).await?;
    }
    Ok(())
}
