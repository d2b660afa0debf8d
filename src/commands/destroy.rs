//! `destroy`: nothing left of what the stack made.

use super::session::Session;
use crate::{
    Exit, cli,
    docker::NoDocker,
    engine::{Change, Options},
    stack::Values,
    stack_graph::{StackGraph, Wishes},
    ui::Printer,
};
use anyhow::Result;
use std::rc::Rc;

pub async fn run(common: &cli::Common, args: &cli::Destroy, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(printer);
    let options = Options { include_adopted: args.include_adopted, ..Options::default() };
    let mut graph = StackGraph::new(&session.stack, &session.cloud, Rc::new(NoDocker), Wishes::default());
    session.stop.cancel(observed(&session, &mut graph, printer)).await??;
    let plan = graph.graph.plan_destroy(&options);
    printer.destroy_proposal(&plan);
    if !plan.has_changes() {
        printer.out("nothing to destroy");
        return Ok(Exit::Done);
    }
    if !printer.confirm("Delete all of this?", common.yes, &session.stop).await? {
        printer.say("nothing was deleted");
        return Ok(Exit::Failed);
    }
    let report = graph.graph.destroy(&options, printer.sink(), &session.stop).await;
    printer.settle();
    let deleted = report.done.iter().filter(|(_, c)| *c == Change::Delete).count();
    if !report.is_complete() {
        printer.incomplete(&report, &common.again("destroy"));
        return Ok(if report.interrupted && report.failed.is_empty() {
            Exit::Interrupted
        } else {
            Exit::Pending
        });
    }
    let resources = if deleted == 1 { "resource" } else { "resources" };
    printer.out(&format!("deleted {deleted} {resources}"));
    Ok(Exit::Done)
}

/// Reads all that the stack made, in the right account.
async fn observed(session: &Session, graph: &mut StackGraph<'_>, printer: &Printer) -> Result<()> {
    graph.doom();
    let (identity, doomed) = tokio::join!(session.cloud.identify(), async {
        graph.graph.observe().await?;
        if graph.doom_leftovers().await? {
            graph.graph.observe().await?;
        }
        anyhow::Ok(())
    });
    identity?;
    session.guard(printer)?;
    doomed
}
