//! `releases`: each function's versions, and how they stand.

use super::{release::aws_of, session::Session};
use crate::{
    Exit, cli,
    resources::FunctionReleases,
    stack::Values,
    ui::{Outcome, Printer},
};
use anyhow::{Result, bail};
use futures_util::future::try_join_all;

pub(super) async fn run(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    let aws = aws_of(&session);
    let functions = session.stack.functions.values();
    let read = try_join_all(functions.map(|f| FunctionReleases::read(&aws, &f.key, &f.name)));
    let (caller, read) = tokio::join!(session.ensure_account(), read);
    caller?;
    let all: Vec<FunctionReleases> = read?.into_iter().flatten().collect();
    if all.is_empty() {
        bail!(session.not_deployed(common));
    }
    printer.show(Outcome::Releases(&all));
    Ok(Exit::Done)
}
