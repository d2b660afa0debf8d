//! `cost`: what the stack can cost at most. It asks nobody, unless it is to say what calls did cost.

use super::session::{self, READING_STOPS, Session};
use crate::{
    Exit, cli,
    cost::Cost,
    health::Health,
    stack::{self, Values},
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result, bail};

/// Seconds that are looked back on.
const WEEK: i64 = 7 * 86_400;

pub(super) async fn run(common: &cli::Common, args: &cli::CostArgs, printer: &Printer) -> Result<Exit> {
    let cost = if args.measured { measured(common, printer).await? } else { of_file(common, printer)? };
    printer.show(Outcome::Cost(&cost));
    Ok(Exit::Done)
}

fn of_file(common: &cli::Common, printer: &Printer) -> Result<Cost> {
    let environment = |name: &str| std::env::var(name).ok();
    let stack = stack::load(&common.file, Values::Numbers, &environment)?;
    printer.hide(stack.secrets().map(str::to_owned));
    let region = session::region(Some(&stack), common, &environment)
        .context("no region: write `region:` into the stack file, or give --region or AWS_REGION")?;
    Cost::of(&stack, &region)
}

async fn measured(common: &cli::Common, printer: &Printer) -> Result<Cost> {
    let session = Session::open(common, Values::Numbers, printer).await?;
    session.listen_for_ctrl_c(READING_STOPS, printer);
    let look = session.stop.cancel(Health::read(&session.stack, &session.cloud, WEEK)).await?;
    let Some(health) = look? else { bail!(session.not_deployed(common)) };
    health.remarks.iter().for_each(|remark| printer.warn(remark));
    let mut cost = session.cost()?;
    cost.measure(&health);
    Ok(cost)
}
