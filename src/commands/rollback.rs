//! `rollback`: what was live before is live again, in one call for each function.

use super::{
    release::{LiveFunction, aws_of, ensure_runs, run_of, standing, who},
    session::{CHANGES_STOP, Session},
};
use crate::{
    Exit, cli,
    resources::{AliasTarget, Held, Live, VersionChange, Why, back, move_alias},
    stack::Values,
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result, bail};

/// One function that goes back.
struct WayBack<'a> {
    it: &'a LiveFunction<'a>,
    /// What is taken back.
    gone: u64,
    target: AliasTarget,
}

pub(super) async fn run(common: &cli::Common, args: &cli::RollbackArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(CHANGES_STOP, printer);
    let aws = aws_of(&session);
    let all = standing(&session, &aws, args.function.as_deref()).await.context("nothing was changed")?;
    if all.is_empty() {
        bail!(session.not_deployed(common));
    }
    let steps = steps(&session, &all, args).context("nothing was changed")?;
    if let (Some(to), [step]) = (args.to, &steps[..]) {
        let run = run_of(&session, &step.it.function.key, printer);
        ensure_runs(&session, step.it.function, to, &run).await?;
    }
    let moved = move_all(&session, &steps, printer).await?;
    printer.show(Outcome::Moved(&moved));
    printer.say("what did not go back: routes, keys, the role and its policies; the next `up` of another commit clears the mark");
    Ok(Exit::Done)
}

/// What goes back: the function that was named, else all that the last `up` made live.
fn steps<'a>(
    session: &Session,
    all: &'a [LiveFunction<'a>],
    args: &cli::RollbackArgs,
) -> Result<Vec<WayBack<'a>>> {
    let last = all.iter().filter_map(released_at).max();
    let chosen = all.iter().filter(|it| args.function.is_some() || released_at(it) == last);
    chosen.map(|it| step(session, it, args.to)).collect()
}

/// When the `up` began that made live what is live now, or that gave something a share.
fn released_at(it: &LiveFunction<'_>) -> Option<i64> {
    it.record.canary.as_ref().or_else(|| newest(it)).map(|release| release.at)
}

fn newest<'a>(it: &'a LiveFunction<'_>) -> Option<&'a crate::resources::Release> {
    it.record.releases.iter().find(|release| release.version.to_string() == it.live.version)
}

fn step<'a>(session: &Session, it: &'a LiveFunction<'a>, to: Option<u64>) -> Result<WayBack<'a>> {
    let (name, live) = (&it.function.name, &it.live);
    let canary = live.weights.keys().next().filter(|_| to.is_none());
    let gone: u64 = match canary.unwrap_or(&live.version).parse() {
        Ok(gone) => gone,
        Err(_) => bail!("{name} serves {}, which is no published version: `up` mends that", live.version),
    };
    let to = match to {
        Some(to) => known(it, to)?,
        None if canary.is_some() => live.version.clone(),
        None => {
            let before = it.record.before(&live.version).map(|release| release.version.to_string());
            before.with_context(|| {
                format!("{name} has nothing to go back to: version {gone} is its only release")
            })?
        }
    };
    let when = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%MZ").to_string();
    let held = Held { version: gone, when, who: who(session)? };
    Ok(WayBack { it, gone, target: back(name, live, &to, Why::Held(held))? })
}

/// Only what was live once is made live: nothing else is known to work.
fn known(it: &LiveFunction<'_>, to: u64) -> Result<String> {
    let name = &it.function.name;
    if it.live.version == to.to_string() {
        bail!("version {to} of {name} is live already");
    }
    if it.record.releases.iter().any(|release| release.version == to) {
        return Ok(to.to_string());
    }
    match it.record.failed.as_ref().filter(|failed| failed.version == to) {
        Some(failed) => bail!("version {to} of {name} did not pass: {}", failed.why),
        None => bail!("version {to} of {name} never was live, as far as is known; `releases` lists what was"),
    }
}

/// All or none: where one can't be moved, those that were are moved on again.
async fn move_all(session: &Session, steps: &[WayBack<'_>], printer: &Printer) -> Result<Vec<VersionChange>> {
    let aws = aws_of(session);
    let mut moved: Vec<VersionChange> = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let WayBack { it, gone, target } = step;
        let (key, name) = (&it.function.key, &it.function.name);
        let run = run_of(session, key, printer);
        if let Err(error) = move_alias(&aws, name, target, &it.live.revision, &run).await {
            undo(session, &steps[..n], printer)
                .await
                .context("some functions went back, and could not be moved on again")?;
            return Err(error.context(format!("{name} could not go back, so nothing did")));
        }
        moved.push(VersionChange {
            function: key.clone(),
            from: gone.to_string(),
            to: target.version.clone(),
        });
    }
    Ok(moved)
}

async fn undo(session: &Session, steps: &[WayBack<'_>], printer: &Printer) -> Result<()> {
    let aws = aws_of(session);
    for WayBack { it, .. } in steps {
        let name = &it.function.name;
        let run = run_of(session, &it.function.key, printer);
        let now = Live::alone(&aws, name).await?.context("the alias is gone")?;
        move_alias(&aws, name, &AliasTarget::as_it_was(&it.live, &it.record), &now.revision, &run).await?;
    }
    Ok(())
}
