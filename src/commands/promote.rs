//! `promote`: the version that has a share of the calls gets all of them.

use super::{
    release::{LiveFunction, aws_of, run_of, standing},
    session::{CHANGES_STOP, Session},
};
use crate::{
    Exit, cli,
    resources::{VersionChange, move_alias, promoted},
    stack::Values,
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result, bail};

pub(super) async fn run(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(CHANGES_STOP, printer);
    let aws = aws_of(&session);
    let all = standing(&session, &aws, None).await.context("nothing was changed")?;
    if all.is_empty() {
        bail!(session.not_deployed(common));
    }
    let canaries: Vec<_> = all.iter().filter(|it| !it.live.weights.is_empty()).collect();
    if canaries.is_empty() {
        bail!(
            "nothing was changed: no version has a share of the calls; `{}` gives one",
            common.again("up --canary 10%")
        );
    }
    let moved = promote_all(&session, &canaries, printer).await?;
    printer.show(Outcome::Moved(&moved));
    Ok(Exit::Done)
}

/// Each in one call; what was promoted stays so where another can't be.
async fn promote_all(
    session: &Session,
    canaries: &[&LiveFunction<'_>],
    printer: &Printer,
) -> Result<Vec<VersionChange>> {
    let aws = aws_of(session);
    let mut moved = Vec::new();
    for it in canaries {
        let (key, name) = (&it.function.key, &it.function.name);
        let target = promoted(name, &it.live, it.function.release.keep as usize)?;
        move_alias(&aws, name, &target, &it.live.revision, &run_of(session, key, printer)).await?;
        moved.push(VersionChange {
            function: key.clone(),
            from: it.live.version.clone(),
            to: target.version,
        });
    }
    Ok(moved)
}
