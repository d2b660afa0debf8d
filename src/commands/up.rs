//! `up`: observe, plan, confirm, apply, check from outside.

use super::{plan::planned, session::Session};
use crate::{
    Exit, cli,
    engine::{Change, Id, Report},
    stack::Values,
    ui::{Printer, Result as Ended},
};
use anyhow::Result;
use std::time::Instant;

pub async fn run(common: &cli::Common, args: &cli::Up, printer: &Printer) -> Result<Exit> {
    let since = Instant::now();
    let session = Session::open(common, Values::Needed, printer).await?;
    session.listen_for_ctrl_c(printer);
    let (graph, plan) = planned(&session, &args.consent, printer).await?;
    let graph = &graph.graph;
    if !plan.has_changes() {
        printer.out("nothing to do");
        return finish(&session, printer, Vec::new(), since).await;
    }
    printer.plan(&plan);
    if !printer.confirm("Apply these changes?", common.yes)? {
        printer.out("nothing was changed");
        return Ok(Exit::Failed);
    }
    let report = graph.apply(&super::plan::options(&args.consent), printer.sink(), &session.stop).await;
    printer.settle();
    if !report.is_complete() {
        return Ok(incomplete(&report, printer));
    }
    super::prune::images(&session, &plan, printer).await?;
    let verified = args.no_verify || super::verify::after_up(&session, printer).await?;
    let exit = finish(&session, printer, report.done, since).await?;
    Ok(if verified { exit } else { Exit::Broken })
}

/// Says what was done and what is left, after a failure or an interruption.
pub(super) fn incomplete(report: &Report, printer: &Printer) -> Exit {
    let done: Vec<_> =
        report.done.iter().filter(|(_, c)| !c.is_keep()).map(|(id, _)| id.to_string()).collect();
    let left: Vec<_> =
        report.failed.iter().map(|(id, _)| id).chain(&report.skipped).map(Id::to_string).collect();
    let list = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    printer.say(&format!("done: {}", list(&done)));
    printer.say(&format!("left: {} (run the same command again to go on from here)", list(&left)));
    if report.interrupted && report.failed.is_empty() { Exit::Interrupted } else { Exit::Failed }
}

async fn finish(
    session: &Session,
    printer: &Printer,
    done: Vec<(Id, Change)>,
    since: Instant,
) -> Result<Exit> {
    let outputs = super::output::read(session, false).await?;
    let changed = done.iter().filter(|(_, c)| !c.is_keep()).count();
    let curl = outputs.curl(&session.stack);
    printer.finished(&Ended { outputs, curl, changed, seconds: since.elapsed().as_secs_f64() });
    Ok(Exit::Done)
}
