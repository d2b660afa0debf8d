//! `up`: observe, plan, confirm, apply, check from outside.

use super::{plan::planned, session::Session};
use crate::{
    Exit, cli,
    engine::{Change, Id, Plan},
    exit::Usage,
    outputs::Outputs,
    stack::Values,
    stack_graph::{StackGraph, ended_functions},
    ui::{Printer, Result as Ended},
};
use anyhow::{Context as _, Result};
use std::time::Instant;

pub async fn run(common: &cli::Common, args: &cli::Up, printer: &Printer) -> Result<Exit> {
    let mut since = Instant::now();
    let session = Session::open(common, Values::Needed, printer).await?;
    session.listen_for_ctrl_c(printer);
    let (graph, plan) = session.stop.cancel(planned(&session, &args.consent, printer)).await??;
    let outputs = || super::output::known(&session, &graph, |_| true);
    let destination = session.destination()?;
    printer.proposal(&plan, &destination);
    if !plan.has_changes() {
        printer.say("nothing to do");
        return Ok(finish(&session, outputs(), common, printer, Vec::new(), since));
    }
    let asked = Instant::now();
    let ended = ended_functions(&plan);
    if !ended.is_empty() && !may_end(&session, &ended, args, common, printer).await? {
        printer.say("nothing was changed");
        return Ok(Exit::Failed);
    }
    if !printer.confirm(&format!("Apply these changes ({destination})?"), common.yes, &session.stop).await? {
        printer.say("nothing was changed");
        return Ok(Exit::Failed);
    }
    // A person's thinking is not this program's time.
    since += asked.elapsed();
    if graph.builds(&plan) {
        // An engine that is not there is better told before anything is made than in the middle.
        session.stop.cancel(session.docker().ready()).await?.context("nothing was changed")?;
    }
    let report = graph.apply(&super::plan::options(&args.consent), printer.sink(), &session.stop).await;
    printer.settle();
    if !report.is_complete() {
        printer.incomplete(&report, &common.again("up"));
        return Ok(if report.failed.is_empty() { Exit::Interrupted } else { Exit::Failed });
    }
    let verified = args.no_verify || super::verify::after_up(&session, &outputs(), printer).await?;
    if verified {
        prune(&session, &graph, &plan, printer).await;
    }
    let exit = finish(&session, outputs(), common, printer, report.done, since);
    Ok(if verified { exit } else { Exit::Broken })
}

/// Whether it is meant that nothing of what the stack runs now stays: asked by name, because the file may be another stack's
/// of the same name.
async fn may_end(
    session: &Session,
    ended: &[String],
    args: &cli::Up,
    common: &cli::Common,
    printer: &Printer,
) -> Result<bool> {
    let (name, list) = (&session.stack.name, ended.join(", "));
    match &args.end_all {
        Some(given) if given == name => Ok(true),
        Some(given) => {
            Err(Usage(format!("nothing was changed: --end-all {given}, and the stack is {name}")).into())
        }
        None => {
            let what = format!("every function that the stack {name} has now is deleted ({list})");
            let why = format!("{what}; if this file is not another stack's, --end-all {name} agrees to that");
            printer.confirm_by_name(&format!("{what}."), name, &why, common.yes, &session.stop).await
        }
    }
}

/// What is deployed is deployed: old images that stay are no failure. An `up` that broke the contract deletes none, because
/// the one before may be wanted again.
async fn prune(session: &Session, graph: &StackGraph<'_>, plan: &Plan, printer: &Printer) {
    for (repository, why) in graph.prune(plan, printer.sink(), &session.stop).await {
        printer.warn(&format!("old images stay in the repository {repository}: {why:#}"));
    }
}

fn finish(
    session: &Session,
    outputs: Outputs,
    common: &cli::Common,
    printer: &Printer,
    done: Vec<(Id, Change)>,
    since: Instant,
) -> Exit {
    let changed = done.iter().filter(|(_, c)| !c.is_keep()).count();
    let curl = outputs.curl(&session.stack);
    let show_key = common.again("output --show-key");
    printer.finished(&Ended { outputs, curl, show_key, changed, seconds: since.elapsed().as_secs_f64() });
    Exit::Done
}
