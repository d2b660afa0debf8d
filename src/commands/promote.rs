//! `promote`: the version that has a share of the calls gets all of them.

use super::session::{CHANGES_STOP, Session};
use crate::{
    Exit, cli,
    stack::Values,
    stack_graph::LiveStack,
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result, bail};

pub(super) async fn run(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(CHANGES_STOP, printer);
    let found = LiveStack::find(&session.stack, &session.cloud, None, printer.events(), &session.stop).await;
    let Some(live) = found.context("nothing was changed")? else { bail!(session.not_deployed(common)) };
    let moved = live.promote().await?;
    if moved.is_empty() {
        bail!(
            "nothing was changed: no version has a share of the calls; `{}` gives one",
            common.again("up --canary 10%")
        );
    }
    printer.show(Outcome::Moved(&moved));
    Ok(Exit::Done)
}
