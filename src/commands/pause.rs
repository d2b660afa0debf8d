//! `pause` and `resume`: the door shut at once, and opened as the stack file says.

use super::session::Session;
use crate::{
    Exit, cli,
    stack::Values,
    stack_graph::{Door, Moved},
    ui::Printer,
};
use anyhow::{Context as _, Result, bail};

pub(super) async fn shut(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    let door = find(&session, common).await?;
    let again = || format!("not all of it is shut; run `{}` again", common.again("pause"));
    let moved = door.shut().await.with_context(again)?;
    let opens = common.again("resume");
    printer.answer(format!(
        "paused: {}, {}; calls are refused, and `up` does not reopen it. `{opens}` does",
        counted(moved.keys, "key", "disabled"),
        counted(moved.functions, "function", "stopped")
    ));
    Ok(Exit::Done)
}

pub(super) async fn open(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::Numbers, printer).await?;
    let door = find(&session, common).await?;
    let was_shut = door.shut_since();
    let again = || format!("not all of it is open; run `{}` again", common.again("resume"));
    let moved: Moved = door.open().await.with_context(again)?;
    printer.answer(match was_shut {
        Some(since) => format!(
            "open again after {since}: {}, {} as the stack file says",
            counted(moved.keys, "key", "enabled"),
            counted(moved.functions, "function", "running")
        ),
        None => "the stack was not paused; it is open as the stack file says".to_owned(),
    });
    Ok(Exit::Done)
}

async fn find<'a>(session: &'a Session, common: &cli::Common) -> Result<Door<'a>> {
    match Door::find(&session.stack, &session.cloud).await? {
        Some(door) => Ok(door),
        None => bail!(session.not_deployed(common)),
    }
}

fn counted(number: usize, thing: &str, how: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural} {how}")
}
