//! `releases`: each function's versions, and how they stand.

use super::{logs::Logs, session::Session};
use crate::{
    Exit, cli,
    resources::{ListedVersion, VersionStanding},
    stack::Values,
    stack_graph::releases,
    ui::{Outcome, Printer},
};
use anyhow::{Result, bail};

pub(super) async fn run(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    let all = releases(&session.stack, &session.cloud).await?;
    if all.is_empty() {
        bail!(session.not_deployed(common));
    }
    // Why a version failed is its function's own word.
    let has_failed = |it: &ListedVersion| it.is == VersionStanding::Failed;
    if all.iter().flat_map(|function| &function.versions).any(has_failed) {
        Logs::open(&session, printer).await?;
    }
    printer.show(Outcome::Releases(&all));
    Ok(Exit::Done)
}
