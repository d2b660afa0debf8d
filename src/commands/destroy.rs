//! `destroy`: nothing left of what the stack made.

use super::session::{CHANGES_STOP, Session};
use crate::{
    Exit, cli,
    docker::Progress,
    engine::{Change, Options, Plan},
    stack::Values,
    stack_graph::StackGraph,
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeSet;

pub(super) async fn run(common: &cli::Common, args: &cli::DestroyArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(CHANGES_STOP, printer);
    let options = Options { include_adopted: args.include_adopted, ..Options::default() };
    let graph = session.stop.cancel(StackGraph::doomed(&session.stack, &session.cloud)).await;
    let graph = graph.context("nothing was deleted")??;
    session.warn_of_root(printer)?;
    let plan = graph.plan_destroy(&options);
    let destination = session.destination()?;
    printer.show(Outcome::Deletion(&plan, &destination));
    let refusals: Vec<String> = plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect();
    if !refusals.is_empty() {
        bail!("nothing was deleted, because\n  {}", refusals.join("\n  "));
    }
    if !plan.has_changes() {
        printer.answer(format!("nothing to destroy in {destination}"));
        let ours = plan.left().any(|item| item.foreign.is_none());
        return Ok(if ours { Exit::Pending } else { Exit::Done });
    }
    let question = format!("Delete all of this ({destination})?");
    if !printer.confirm(&question, &common.again("destroy"), common.yes, &session.stop).await? {
        printer.say("nothing was deleted");
        return Ok(Exit::Failed);
    }
    let report = graph.destroy(&options, printer.events_of(&plan), &session.stop).await;
    printer.settle();
    let deleted = report.done.iter().filter(|(_, c)| *c == Change::Delete).count();
    if !report.is_complete() {
        printer.show(Outcome::Incomplete { plan: &plan, report: &report, again: &common.again("destroy") });
        return Ok(if report.interrupted && report.failed.is_empty() {
            Exit::Interrupted
        } else {
            Exit::Pending
        });
    }
    forget_images(&session, printer).await;
    let resources = if deleted == 1 { "resource" } else { "resources" };
    printer.answer(format!("deleted {deleted} {resources}{}", rest(&session, &plan)));
    Ok(if plan.left().next().is_some() { Exit::Pending } else { Exit::Done })
}

/// What there is after it: a person who pays for it wants to know.
fn rest(session: &Session, plan: &Plan) -> String {
    let retain = session.stack.retain;
    let retained = [(retain.logs, "log groups"), (retain.images, "images")];
    let adopted = plan.items.iter().filter(|i| i.adopted && i.change.is_keep()).map(|i| i.id.to_string());
    let kept: Vec<String> = adopted
        .chain(retained.iter().filter(|(stays, _)| *stays).map(|(_, what)| (*what).to_owned()))
        .collect();
    let left: Vec<String> = plan.left().map(|item| item.id.to_string()).collect();
    let named = |word: &str, all: &[String]| match all {
        [] => String::new(),
        some => format!("; {word}: {}", some.join(", ")),
    };
    match named("kept", &kept) + &named("left", &left) {
        none if none.is_empty() => format!("; nothing of the stack {} is left", session.stack.name),
        some => some,
    }
}

/// What was built for the stack is nothing to this machine's engine any more.
async fn forget_images(session: &Session, printer: &Printer) {
    let docker = session.docker();
    let say = |progress: Progress| {
        if let Progress::Line(line) = progress {
            printer.say(line);
        }
    };
    let images = session.stack.functions.values().map(|f| &f.image).filter(|image| image.is_pushed());
    for repository in images.map(|image| &image.repository).collect::<BTreeSet<_>>() {
        docker.forget(repository, &say).await;
    }
}
