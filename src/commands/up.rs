//! `up`: observe, plan, confirm, apply, check from outside.

use super::{
    checked::State,
    plan::planned,
    session::{CHANGES_STOP, Session},
    verify::{self, After},
};
use crate::{
    Exit, cli,
    engine::{Change, Id, Plan},
    exit::Usage,
    outputs::Outputs,
    stack::Values,
    stack_graph::{StackGraph, ended_functions},
    ui::{Finished, Outcome, Printer},
};
use anyhow::{Context as _, Result};
use std::time::Instant;

pub(super) async fn run(common: &cli::Common, args: &cli::UpArgs, printer: &Printer) -> Result<Exit> {
    let mut since = Instant::now();
    let session = Session::open(common, Values::Needed, printer).await?;
    session.listen_for_ctrl_c(CHANGES_STOP, printer);
    let (graph, plan) = session
        .stop
        .cancel(planned(&session, &args.consent, printer))
        .await
        .context("nothing was changed")??;
    let up = Up { common, args, session: &session, graph: &graph, printer };
    for remark in graph.remarks() {
        printer.warn(remark);
    }
    let destination = session.destination()?;
    printer.show(Outcome::Proposal(&plan, &destination));
    if !plan.has_changes() {
        return up.nothing_to_do(since).await;
    }
    printer.show(Outcome::CostOfProposal(&session.cost()?));
    let asked = Instant::now();
    let ended = ended_functions(&plan);
    if !ended.is_empty() && !may_end(&session, &ended, args, common, printer).await? {
        printer.say("nothing was changed");
        return Ok(Exit::Failed);
    }
    let (question, again) = (format!("Apply these changes ({destination})?"), common.again("up"));
    if !printer.confirm(&question, &again, common.yes, &session.stop).await? {
        printer.say("nothing was changed");
        return Ok(Exit::Failed);
    }
    // A person's thinking is not this program's time.
    since += asked.elapsed();
    let prepared = session.stop.cancel(graph.prepare(&plan)).await;
    prepared.context("nothing was changed")?.context("nothing was changed")?;
    let report =
        graph.apply(&super::plan::options(&args.consent), printer.events_of(&plan), &session.stop).await;
    printer.settle();
    if !report.is_complete() {
        printer.show(Outcome::Incomplete { plan: &plan, report: &report, again: &again });
        return Ok(if report.failed.is_empty() { Exit::Interrupted } else { Exit::Failed });
    }
    let unchecked = || {
        format!(
            "all changes are made, and not all of the contract is checked: run `{}`",
            common.again("verify")
        )
    };
    let held = up.is_unchecked() || up.check(After::Changes).await.with_context(unchecked)?;
    if held {
        tidy(&session, &graph, &plan, printer).await;
    }
    up.finish(report.done, since);
    Ok(if held { Exit::Done } else { Exit::Broken })
}

/// Whether it is meant that nothing of what the stack runs now stays: asked by name, because the file may be another stack's
/// of the same name.
async fn may_end(
    session: &Session,
    ended: &[String],
    args: &cli::UpArgs,
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
            let what = format!("this deletes every function that the stack {name} has now ({list})");
            let why = format!(
                "{what}. If that is meant, add --end-all {name}; if not, this file may be of another stack with the same name"
            );
            printer.confirm_by_name(&format!("{what}."), name, &why, common.yes, &session.stop).await
        }
    }
}

/// What is deployed is deployed: old images that stay are no failure. An `up` that broke the contract deletes none, because
/// the one before may be wanted again.
async fn tidy(session: &Session, graph: &StackGraph<'_>, plan: &Plan, printer: &Printer) {
    for why in graph.tidy(plan, printer.events(), &session.stop).await {
        printer.warn(format!("{why:#}"));
    }
}

/// One run, once it is known what there is.
struct Up<'a> {
    common: &'a cli::Common,
    args: &'a cli::UpArgs,
    session: &'a Session,
    graph: &'a StackGraph<'a>,
    printer: &'a Printer,
}

impl Up<'_> {
    /// The resources are as they should be; whether they do what they promise may not be known.
    async fn nothing_to_do(&self, since: Instant) -> Result<Exit> {
        if self.is_unchecked() {
            self.printer.say("nothing to do");
        } else if self.held().await? {
            self.printer.say("nothing to do; the contract held when it was last checked");
        } else {
            self.printer.say("nothing to do; checking the contract, which is not known to have held");
            let held = self.check(After::Nothing).await?;
            self.finish(Vec::new(), since);
            return Ok(if held { Exit::Done } else { Exit::Broken });
        }
        self.finish(Vec::new(), since);
        Ok(Exit::Done)
    }

    /// Nobody wants to know, or nobody can come in.
    fn is_unchecked(&self) -> bool {
        self.args.no_verify || self.graph.paused().is_some()
    }

    async fn held(&self) -> Result<bool> {
        match State::observed(self.graph) {
            Some(state) => state.held(self.session).await,
            None => Ok(false),
        }
    }

    /// Asks the URL for the contract, and keeps whether it held.
    async fn check(&self, after: After) -> Result<bool> {
        let findings = verify::after_up(self.session, &self.outputs(), after, self.printer).await?;
        if let Some(state) = State::observed(self.graph) {
            state.keep(self.session, &findings, self.printer).await;
        }
        Ok(verify::holds(&findings))
    }

    fn outputs(&self) -> Outputs {
        super::output::known(self.session, self.graph, |_| true)
    }

    fn finish(&self, done: Vec<(Id, Change)>, since: Instant) {
        let changed = done.iter().filter(|(_, c)| !c.is_keep()).count();
        let (outputs, stack) = (self.outputs(), &self.session.stack);
        let (show_key, destroy) = (self.common.again("output --key"), self.common.again("destroy"));
        let (url, curl) = (outputs.opening(stack), outputs.curl(stack, &show_key));
        let seconds = since.elapsed().as_secs_f64();
        let finished = Finished { outputs, url, curl, show_key, destroy, changed, seconds };
        self.printer.show(Outcome::Finished(&finished));
    }
}
