//! `rollback`: what was live before is live again.

use super::{
    logs::Logs,
    session::{CHANGES_STOP, Session},
};
use crate::{
    Exit, cli,
    exit::Usage,
    stack::Values,
    stack_graph::LiveStack,
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result, bail};

pub(super) async fn run(common: &cli::Common, args: &cli::RollbackArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(CHANGES_STOP, printer);
    let key = chosen(&session, args)?;
    let found = LiveStack::find(&session.stack, &session.cloud, key, printer.events(), &session.stop).await;
    let Some(live) = found.context("nothing was changed")? else { bail!(session.not_deployed(common)) };
    let moved = live.rollback(args.to).await;
    if moved.is_err() {
        // It may say why a version failed, in its function's own words.
        Logs::open(&session, printer).await.context("this went wrong, and why can't be shown")?;
    }
    let moved = moved?;
    if moved.is_empty() {
        printer.say("nothing to do: that version is live already");
        return Ok(Exit::Done);
    }
    printer.show(Outcome::Moved(&moved));
    printer.say(
        "what did not go back: routes, keys, the role and its policies. `up` does not release what was taken back unless the \
         stack changes, or with --again",
    );
    Ok(Exit::Done)
}

/// The function that is meant; `None`: all.
fn chosen<'a>(session: &'a Session, args: &cli::RollbackArgs) -> Result<Option<&'a str>> {
    if let Some(key) = &args.function {
        return Ok(Some(&session.function(key)?.key));
    }
    let mut all = session.stack.functions.keys();
    match (args.to, all.next(), all.next()) {
        (None, ..) => Ok(None),
        (Some(_), Some(only), None) => Ok(Some(only)),
        (Some(to), ..) => Err(Usage(format!(
            "--to {to} is a version of one function: say of which ({})",
            session.function_keys()
        ))
        .into()),
    }
}
