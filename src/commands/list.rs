//! `list`: all stacks of an account in a region, by the tags of their REST APIs.

use super::session;
use crate::{
    Exit,
    aws::Destination,
    cli,
    stack_graph::stacks,
    ui::{Outcome, Printer},
};
use anyhow::Result;

pub(super) async fn run(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let cloud = session::cloud(common, printer).await?;
    let (caller, apis) = tokio::join!(cloud.identify(), cloud.rest_apis());
    caller?;
    let (destination, apis) = (Destination::of(&cloud)?, apis?);
    let stacks = stacks(&apis, &cloud.region);
    printer.show(Outcome::Stacks { stacks: &stacks, destination: &destination });
    Ok(Exit::Done)
}
