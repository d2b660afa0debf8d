//! `completions`: what a shell completes of the command line.

use crate::{
    Exit, cli,
    ui::{Printer, StyledText},
};
use anyhow::{Context as _, Result};
use clap::CommandFactory as _;

pub(super) fn run(args: &cli::CompletionsArgs, printer: &Printer) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::Cli::command(), "lambdeploy", &mut script);
    let script = String::from_utf8(script).context("the script is no text")?;
    printer.answer(StyledText::new().exact(script));
    Ok(Exit::Done)
}
