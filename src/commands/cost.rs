//! `cost`: what the stack can cost at most. It asks nobody.

use super::session;
use crate::{
    Exit, cli,
    cost::Cost,
    stack::{self, Values},
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result};

pub(super) fn run(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let environment = |name: &str| std::env::var(name).ok();
    let stack = stack::load(&common.file, Values::Numbers, &environment)?;
    printer.hide(stack.secrets().map(str::to_owned));
    let region = session::region(Some(&stack), common, &environment)
        .context("no region: write `region:` into the stack file, or give --region or AWS_REGION")?;
    printer.show(Outcome::Cost(&Cost::of(&stack, &region)?));
    Ok(Exit::Done)
}
