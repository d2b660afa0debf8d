//! Everything that a command tells whoever called it: as text for people, as JSON for programs.
//!
//! What a variant gives is no string but [`StyledText`] or an [`Object`], which only the [`super::sink`] can print: it hides the
//! secrets in both, and a new variant can't pass it by.

use super::{
    begun::Begun,
    called::Called,
    channel::Channel,
    contract, cost, doctor, failure,
    finished::Finished,
    health,
    incomplete::Incomplete,
    log_line::{LogLine, LogRequest},
    object::Object,
    outputs,
    plan::{self, Detail},
    releases, stacks,
    status::{self, Standing},
    text::{StyledText, lines},
};
use crate::{
    aws::Destination,
    contract::Finding,
    cost::Cost,
    doctor::Advice,
    engine::{Interrupted, Plan, Report},
    health::Health,
    outputs::{ListedStack, Outputs},
    resources::{FunctionReleases, VersionChange},
    stack::{self, StackError},
};
use anyhow::Error;
use serde_json::{Value, json};

/// One thing that is told.
pub(crate) enum Outcome<'a> {
    /// On the way to a result.
    Progress(StyledText),
    Warning(StyledText),
    /// A warning about the stack file, with its line.
    FileWarning(&'a stack::Warning),
    /// The result in a sentence.
    Answer(StyledText),
    /// What a stack begins with was written.
    Begun(&'a Begun),
    /// A plan that was asked for.
    Plan(&'a Plan, &'a Destination),
    /// A plan that is about to be carried out.
    Proposal(&'a Plan, &'a Destination),
    /// What is about to be deleted, and where.
    Deletion(&'a Plan, &'a Destination),
    Status(Standing<'a>),
    Outputs(&'a Outputs),
    /// The contract, as the outside sees it.
    Contract(&'a [Finding]),
    /// All stacks of an account in a region.
    Stacks {
        stacks: &'a [ListedStack],
        destination: &'a Destination,
    },
    /// What will go wrong.
    Doctor(&'a [Advice]),
    /// How the stack is.
    Health(&'a Health),
    /// What the stack can cost at most, with all reasons.
    Cost(&'a Cost),
    /// The same in a line, below a plan and below a proposal.
    CostOfPlan(&'a Cost),
    CostOfProposal(&'a Cost),
    /// Each function's versions.
    Releases(&'a [FunctionReleases]),
    /// What callers get was moved.
    Moved(&'a [VersionChange]),
    /// Of the log lines that follow.
    LogRequest(LogRequest<'a>),
    LogLine(LogLine<'a>),
    /// One call of the live URL; `with_body`: with what it was answered.
    Called {
        called: &'a Called<'a>,
        with_body: bool,
    },
    /// IAM policies, each by itself.
    Policies(&'a [Value]),
    Finished(&'a Finished),
    /// Why a run did not end well, what was done, what is left; `again` is the command that goes on, as a person types it.
    Incomplete {
        plan: &'a Plan,
        report: &'a Report,
        again: &'a str,
    },
    Failure(&'a Error),
}

/// Where programs read an object.
pub(super) enum JsonOutput {
    /// In a line of its own, at once.
    Line(Object),
    /// In the result, which is the last line.
    Result(Object),
}

impl Outcome<'_> {
    /// For people; what is empty is not printed.
    pub(super) fn text(self, detail: Detail) -> Vec<(Channel, StyledText)> {
        use Channel::{End, Progress, Remark, Result};
        let one = match self {
            Self::Progress(text) => (Progress, text),
            Self::Warning(text) => (Remark, StyledText::new().yellow("warning").plain(": ").then(text)),
            Self::FileWarning(warning) => (Remark, StyledText::new().drawn(warning.render(true))),
            Self::Answer(text) => (Result, text),
            Self::Plan(plan, destination) => (Result, plan::render(plan, destination, detail)),
            Self::Proposal(plan, destination) => (Progress, plan::render(plan, destination, detail)),
            Self::Deletion(plan, destination) => (Progress, plan::render_deletion(plan, destination)),
            Self::Status(standing) => (Result, status::render(standing, detail)),
            Self::Outputs(outputs) => (Result, outputs::render(outputs)),
            Self::Contract(findings) => (Result, contract::render(findings)),
            Self::Stacks { stacks, destination } => (Result, stacks::render(stacks, destination)),
            Self::Doctor(all) => (Result, doctor::render(all)),
            Self::Health(it) => (Result, health::render(it)),
            Self::Cost(cost) => (Result, cost::render(cost)),
            Self::CostOfPlan(cost) => (Result, cost::in_short(cost)),
            Self::CostOfProposal(cost) => (Progress, cost::in_short(cost)),
            Self::Releases(all) => (Result, releases::render(all)),
            Self::Moved(all) => (Result, releases::moved(all)),
            Self::LogRequest(request) => (Result, request.text()),
            Self::LogLine(line) => (Result, line.text()),
            Self::Called { called, with_body } => return called.text(with_body),
            Self::Policies(policies) => (Result, policies_text(policies)),
            Self::Begun(begun) => return begun.text(),
            Self::Finished(finished) => return finished.text(),
            Self::Incomplete { plan, report, again } => (End, Incomplete::of(plan, report).text(again)),
            Self::Failure(error) => (End, failure_text(error)),
        };
        vec![one]
    }

    /// For programs; the keys are described in [`super::json`].
    pub(super) fn json(self) -> JsonOutput {
        use JsonOutput::{Line, Result};
        match self {
            Self::Progress(text) => Line(Object::event("message").words("text", text)),
            Self::Warning(text) => Line(Object::event("message").any("level", "warning").words("text", text)),
            Self::FileWarning(warning) => Line(file_warning(warning)),
            Self::Answer(text) => Result(Object::new().words("message", text)),
            Self::Plan(plan, destination)
            | Self::Proposal(plan, destination)
            | Self::Deletion(plan, destination) => {
                Result(Object::new().any("plan", json!(plan.items)).exact("destination", json!(destination)))
            }
            Self::Status(standing) => Result(status::json(standing)),
            Self::Outputs(outputs) => Result(Object::new().exact("outputs", json!(outputs))),
            Self::Contract(findings) => Result(Object::new().any("contract", json!(findings))),
            Self::Stacks { stacks, destination } => {
                let stacks = Object::new().exact("stacks", json!(stacks));
                Result(stacks.exact("destination", json!(destination)))
            }
            Self::Doctor(all) => Result(Object::new().any("doctor", json!(all))),
            Self::Health(it) => Result(Object::new().any("metrics", json!(it))),
            Self::Cost(cost) => Result(Object::new().any("cost", json!(cost))),
            Self::CostOfPlan(cost) | Self::CostOfProposal(cost) => Result(cost::json_in_short(cost)),
            Self::Releases(all) => Result(Object::new().any("releases", json!(all))),
            Self::Moved(all) => Result(Object::new().any("moved", json!(all))),
            Self::LogRequest(request) => Line(request.json()),
            Self::LogLine(line) => Line(line.json()),
            Self::Called { called, .. } => Result(called.json()),
            Self::Policies(policies) => Result(Object::new().exact("policies", json!(policies))),
            Self::Begun(begun) => Result(begun.json()),
            Self::Finished(finished) => Result(finished.json()),
            Self::Incomplete { plan, report, .. } => Result(Incomplete::of(plan, report).json()),
            Self::Failure(error) => Result(Object::new().any("error", failure::object(error))),
        }
    }
}

/// ARNs and names are of no use with a part of them hidden.
fn policies_text(policies: &[Value]) -> StyledText {
    let all = policies.iter().map(|policy| StyledText::new().exact(format!("{policy:#}")));
    lines(all)
}

fn file_warning(warning: &stack::Warning) -> Object {
    let mistake = &warning.mistake;
    Object::event("message")
        .any("level", "warning")
        .any("text", mistake.message.as_str())
        .any("file", warning.file.as_str())
        .any("line", mistake.line())
        .any("column", mistake.column())
}

fn failure_text(error: &Error) -> StyledText {
    if let Some(error) = error.downcast_ref::<StackError>() {
        return StyledText::new().drawn(error.render(true));
    }
    if !error.is::<Interrupted>() {
        return StyledText::new().red("error").plain(format!(": {error:#}"));
    }
    // It is no mistake, and comes first: what it means is said around it.
    let around = error.chain().filter(|cause| !cause.is::<Interrupted>());
    around.fold(StyledText::new().yellow("interrupted"), |text, cause| text.plain(format!(": {cause}")))
}
