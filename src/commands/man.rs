//! `man`: the manual's pages.

use crate::{
    Exit, cli,
    exit::Usage,
    ui::{Printer, StyledText},
};
use anyhow::{Context as _, Result};
use clap::{Command, CommandFactory as _};
use std::{fs, path::Path};

pub(super) fn run(args: &cli::ManArgs, printer: &Printer) -> Result<Exit> {
    let all = cli::Cli::command();
    if let Some(folder) = &args.folder {
        write_all(all, folder)?;
        printer.say(format!("the pages are in {}", folder.display()));
        return Ok(Exit::Done);
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(asked(all, args.command.as_deref())?).render(&mut text)?;
    let text = String::from_utf8(text).context("the page is no text")?;
    printer.answer(StyledText::new().exact(text));
    Ok(Exit::Done)
}

/// A page for the program and one for each of its commands: `lambdeploy.1`, `lambdeploy-up.1`, …
fn write_all(all: Command, folder: &Path) -> Result<()> {
    let why = || format!("cannot write into the folder {}", folder.display());
    fs::create_dir_all(folder).with_context(why)?;
    clap_mangen::generate_to(all, folder).with_context(why)
}

/// The program, or one of its commands with its whole name.
fn asked(mut all: Command, name: Option<&str>) -> Result<Command> {
    let Some(name) = name else { return Ok(all) };
    all.build();
    let found = all.find_subcommand(name).cloned();
    let found =
        found.ok_or_else(|| Usage(format!("there is no command {name}; `lambdeploy help` lists all")))?;
    Ok(found.display_name(format!("lambdeploy-{name}")))
}
