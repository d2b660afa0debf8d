//! `up`: observe, plan, confirm, apply, check from outside.

use super::{plan::planned, session::Session};
use crate::{
    Exit, cli,
    engine::{Change, Id, Report, Reporter},
    outside::Smoke,
    stack::{Auth, Values},
    ui::{Printer, Result as Ended},
};
use anyhow::{Context as _, Result};
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
    if !args.no_verify {
        check(&session, printer).await?;
    }
    finish(&session, printer, report.done, since).await
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

/// Calls the first route as a client would, without and with the key.
async fn check(session: &Session, printer: &Printer) -> Result<()> {
    let Some(route) = session.stack.api.routes.iter().find(|r| !r.path.contains('{')) else { return Ok(()) };
    let outputs = super::output::read(session, route.auth == Auth::ApiKey).await?;
    let url = outputs.url.context("the stage has no URL")?;
    let method = if route.method == "ANY" { "GET" } else { &route.method };
    let to = Reporter::new(Id::only("check"), printer.sink(), session.stop.clone());
    let key = outputs.keys.into_iter().find_map(|k| k.value);
    let smoke = Smoke { method: method.to_owned(), url: format!("{}{}", url.callable, route.path), key };
    match smoke.run(&to).await {
        Ok(answer) => {
            printer.settle();
            printer.checked(&route.method, &route.path, answer.status, &answer.body);
            if answer.status >= 500 {
                super::logs::last_lines(session, &route.function, printer).await?;
            }
            Ok(())
        }
        Err(error) => {
            printer.settle();
            super::logs::last_lines(session, &route.function, printer).await?;
            Err(error.context("everything is made, and the check from outside failed"))
        }
    }
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
