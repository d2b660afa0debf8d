//! `status`: what is, beside what should be, and the chains that break silently.

use super::{
    plan::{Releasing, observed},
    session::Session,
};
use crate::{
    Exit, cli,
    engine::Id,
    stack::Values,
    ui::{Outcome, Printer, Standing},
};
use anyhow::Result;

pub(super) async fn run(common: &cli::Common, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::Needed, printer).await?;
    let consent = cli::Consent::default();
    let graph = observed(&session, &consent, &Releasing::default(), printer).await?;
    let plan = graph.plan(&super::plan::options(&consent))?;
    let strange = |id: &Id| plan.items.iter().any(|i| i.id == *id && i.foreign.is_some());
    let outputs = super::output::known(&session, &graph, |id| !strange(id));
    let standing = Standing {
        stack: &session.stack,
        plan: &plan,
        outputs: &outputs,
        destination: &session.destination()?,
        deploy: &common.again("up"),
    };
    printer.show(Outcome::Status(standing));
    for remark in graph.remarks().into_iter().chain(graph.loose_ends()) {
        printer.warn(remark);
    }
    Ok(if plan.has_changes() { Exit::Pending } else { Exit::Done })
}
