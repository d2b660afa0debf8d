//! `up`: observe, plan, confirm, apply, check from outside.

use super::{
    canary, cause,
    checked::State,
    commit,
    logs::Logs,
    plan::{Releasing, planned},
    session::{CHANGES_STOP, Session},
    verify::{self, After},
};
use crate::{
    Exit, cli,
    engine::{Change, Handle, Id, Kind as _, Plan, Report, Run, Stop},
    exit::Usage,
    outputs::Outputs,
    resources::{AliasOutput, Function, NotStarted, SmokeFailed, Version},
    stack::Values,
    stack_graph::{StackGraph, ended_functions},
    ui::{Finished, Outcome, Printer},
};
use anyhow::{Context as _, Error, Result, anyhow};
use futures_util::future::try_join;
use std::time::Instant;

pub(super) async fn run(common: &cli::Common, args: &cli::UpArgs, printer: &Printer) -> Result<Exit> {
    let (began, mut since) = (jiff::Timestamp::now(), Instant::now());
    let session = Session::open(common, Values::Needed, printer).await?;
    session.listen_for_ctrl_c(CHANGES_STOP, printer);
    let (graph, plan) = session
        .stop
        .cancel(planned(&session, &args.consent, &releasing(&session, args), printer))
        .await
        .context("nothing was changed")??;
    let up = Up { common, args, session: &session, graph: &graph, printer, began };
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
    let hidden = async {
        // A version that fails its smoke check says so in its function's own words.
        let may_speak = !args.release.no_smoke && changes_what_runs(&plan);
        if may_speak { Logs::open(&session, printer).await.map(drop) } else { Ok(()) }
    };
    let prepared = session.stop.cancel(try_join(hidden, graph.prepare(&plan))).await;
    prepared.context("nothing was changed")?.context("nothing was changed")?;
    let report =
        graph.apply(&super::plan::options(&args.consent), printer.events_of(&plan), &session.stop).await;
    printer.settle();
    if !report.is_complete() {
        printer.show(Outcome::Incomplete { plan: &plan, report: &report, again: &again });
        return up.failed(&report).await;
    }
    let unchecked = || {
        format!(
            "all changes are made, and not all of the contract is checked: run `{}`",
            common.again("verify")
        )
    };
    let held = up.is_unchecked() || up.check_or_go_back().await.with_context(unchecked)?;
    let held = held && up.watch_canaries().await?;
    if held {
        tidy(&session, &graph, printer).await;
    }
    up.finish(report.done, since);
    Ok(if held { Exit::Done } else { Exit::Broken })
}

fn releasing(session: &Session, args: &cli::UpArgs) -> Releasing {
    let commit = commit::of(&session.stack.folder);
    Releasing { smoke: !args.release.no_smoke, canary: args.release.canary, commit }
}

/// Whether there is a function of which a new version is tried.
fn changes_what_runs(plan: &Plan) -> bool {
    let runs = |kind| kind == Function::NAME || kind == Version::NAME;
    plan.items.iter().any(|item| runs(item.id.kind()) && matches!(item.change, Change::Update(_)))
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
async fn tidy(session: &Session, graph: &StackGraph<'_>, printer: &Printer) {
    for why in graph.tidy(printer.events(), &session.stop).await {
        printer.warn(format!("{why:#}"));
    }
}

/// Where what this run made live goes when the contract does not hold.
#[derive(Debug, Clone, Copy)]
enum Way {
    Back,
    On,
}

/// One run, once it is known what there is.
struct Up<'a> {
    common: &'a cli::Common,
    args: &'a cli::UpArgs,
    session: &'a Session,
    graph: &'a StackGraph<'a>,
    printer: &'a Printer,
    began: jiff::Timestamp,
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
            let held = held && self.watch_canaries().await?;
            self.finish(Vec::new(), since);
            return Ok(if held { Exit::Done } else { Exit::Broken });
        }
        let held = self.watch_canaries().await?;
        self.finish(Vec::new(), since);
        Ok(if held { Exit::Done } else { Exit::Broken })
    }

    /// How a run ended that left something undone, with the last words of the functions that are why.
    async fn failed(&self, report: &Report) -> Result<Exit> {
        let mut exit = if report.failed.is_empty() { Exit::Interrupted } else { Exit::Failed };
        if report.failed.iter().any(|(_, error)| error.is::<SmokeFailed>()) {
            exit = Exit::Broken;
        }
        let spoke: Vec<_> = report.failed.iter().filter_map(|(_, error)| self.who_failed(error)).collect();
        if spoke.is_empty() {
            return Ok(exit);
        }
        let logs = Logs::open(self.session, self.printer).await;
        for (key, smoke) in spoke {
            let shown = match &logs {
                Ok(logs) => self.last_words(logs, key, smoke).await,
                Err(error) => Err(anyhow!("{error:#}")),
            };
            if let Err(unread) = shown {
                self.printer.warn(format!("the last log lines of {key} can't be shown: {unread:#}"));
            }
        }
        Ok(exit)
    }

    /// The function whose own failure an error is, by its key, and its smoke check if that is what failed.
    fn who_failed<'e>(&self, error: &'e Error) -> Option<(&str, Option<&'e SmokeFailed>)> {
        let smoke = error.downcast_ref::<SmokeFailed>();
        let started = error.downcast_ref::<NotStarted>().map(|failed| &failed.function);
        let name = smoke.map(|failed| &failed.function).or(started)?;
        let function = self.session.stack.functions.values().find(|f| f.name == *name)?;
        Some((&function.key, smoke))
    }

    async fn last_words(&self, logs: &Logs<'_>, key: &str, smoke: Option<&SmokeFailed>) -> Result<()> {
        let version = smoke.map(|failed| failed.version);
        if smoke.is_some_and(|failed| failed.no_answer) {
            let since = self.began.as_millisecond();
            if let Some(why) = cause::of_last_call(self.session, logs, key, version, since).await? {
                self.printer.warn(format!("{key}: {why}"));
            }
        }
        logs.show_last(key, version).await
    }

    fn aliases(&self) -> impl Iterator<Item = AliasOutput> {
        self.graph.aliases.iter().filter_map(Handle::get)
    }

    /// A contract that does not hold takes back what this run made live, unless it does not hold with what was live before
    /// either: then the release is not why.
    async fn check_or_go_back(&self) -> Result<bool> {
        if self.check(After::Changes).await? {
            return Ok(true);
        }
        let moved: Vec<AliasOutput> = self.aliases().filter(AliasOutput::went_on).collect();
        if moved.is_empty() {
            return Ok(false);
        }
        self.printer.say("the contract does not hold with the new version: what was live before goes back");
        self.go(&moved, Way::Back).await?;
        let unknown = "what was live before is live again; whether that holds the contract is not known";
        if self.check(After::Changes).await.context(unknown)? {
            self.printer.warn("what was live before is live again; `releases` shows the version that did not hold the contract");
        } else {
            self.printer.say("it does not hold with the version before either, so the new one stays");
            self.go(&moved, Way::On).await?;
        }
        Ok(false)
    }

    async fn go(&self, moved: &[AliasOutput], way: Way) -> Result<()> {
        let aws = self.session.aws();
        for it in moved {
            let id = Id::of("alias", &it.key);
            // What was begun is finished, also after Ctrl-C: callers would keep what does not work.
            let run = Run::new(id, self.printer.events(), Stop::default());
            match way {
                Way::Back => it.take_back(&aws, "the contract did not hold", &run).await?,
                Way::On => it.move_on(&aws, &run).await?,
            }
        }
        Ok(())
    }

    /// Whether what has a share of the calls goes on, or may.
    async fn watch_canaries(&self) -> Result<bool> {
        canary::watch(self.session, self.common, &self.args.release, self.graph, self.printer).await
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
        for remark in self.graph.loose_ends() {
            self.printer.warn(remark);
        }
        self.printer.show(Outcome::Finished(&finished));
    }
}
