//! `releases`: each function's versions, and how they stand.

use super::session::Session;
use crate::{
    Exit, cli,
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
    printer.show(Outcome::Releases(&all));
    Ok(Exit::Done)
}
