//! `key`: a second value beside the first; the end of the first; a key that was disabled by hand.

use super::session::Session;
use crate::{
    Exit,
    cli::{self, KeyAction},
    exit::Usage,
    stack::Values,
    stack_graph::Rotation,
    ui::Printer,
};
use anyhow::{Result, bail};

pub(super) async fn run(common: &cli::Common, action: &KeyAction, printer: &Printer) -> Result<Exit> {
    let (KeyAction::Rotate { name } | KeyAction::Retire { name, .. } | KeyAction::Enable { name }) = action;
    let values = if matches!(action, KeyAction::Rotate { .. }) { Values::Needed } else { Values::NotNeeded };
    let session = Session::open(common, values, printer).await?;
    is_named(&session, name)?;
    let rotation = Rotation::find(&session.stack, &session.cloud, name).await?;
    if !rotation.is_there() {
        bail!("the key {name} is not there; `{}` makes it", common.again("up"));
    }
    match action {
        KeyAction::Rotate { .. } => rotate(&rotation, common, name, printer).await,
        KeyAction::Retire { now, .. } => retire(&rotation, common, name, *now, printer).await,
        KeyAction::Enable { .. } => enable(&rotation, name, printer).await,
    }
}

fn is_named(session: &Session, name: &str) -> Result<()> {
    let keys = &session.stack.api.keys;
    if keys.iter().any(|key| key == name) {
        return Ok(());
    }
    let known =
        if keys.is_empty() { "it has none".to_owned() } else { format!("it has {}", keys.join(", ")) };
    Err(Usage(format!("the stack file has no key {name}; {known}")).into())
}

async fn rotate(
    rotation: &Rotation<'_>,
    common: &cli::Common,
    name: &str,
    printer: &Printer,
) -> Result<Exit> {
    let retire = common.again(&format!("key retire {name}"));
    if let Some(since) = rotation.rotated_since() {
        bail!("the key {name} has an old value since {since} already: `{retire}` ends it first");
    }
    rotation.rotate().await?;
    let show = common.again(&format!("output --key {name}"));
    printer.answer(format!(
        "the key {name} has a second value, and both work (AWS takes up to two minutes for a new one). `{show}` prints it; when \
         every client has it, `{retire}` ends the old one"
    ));
    Ok(Exit::Done)
}

async fn retire(
    rotation: &Rotation<'_>,
    common: &cli::Common,
    name: &str,
    now: bool,
    printer: &Printer,
) -> Result<Exit> {
    let Some(old) = rotation.old_use().await? else {
        printer.answer(format!("the key {name} has no old value"));
        return Ok(Exit::Done);
    };
    if old.calls > 0 && !now {
        let anyhow = common.again(&format!("key retire {name} --now"));
        bail!(
            "the old value of the key {name} (since {}) was used for {} calls yesterday and today: some client still has it. \
             `{anyhow}` ends it all the same",
            old.since,
            old.calls
        );
    }
    rotation.retire().await?;
    printer.answer(format!("the old value of the key {name} is gone; the new one works on"));
    Ok(Exit::Done)
}

async fn enable(rotation: &Rotation<'_>, name: &str, printer: &Printer) -> Result<Exit> {
    let was_disabled = rotation.enable().await?;
    printer.answer(if was_disabled {
        format!("the key {name} works again")
    } else {
        format!("the key {name} is enabled already")
    });
    Ok(Exit::Done)
}
