//! No outcome shows a secret or acts on a terminal, whatever others have written into it.

#![allow(clippy::unwrap_used)]

mod samples;

use super::{
    Begun, Called, Finished, LogLine, LogRequest, Outcome, Standing, StyledText, View, json::Json,
    people::People, plain::Plain, plan::Detail, sink::Sink,
};
use crate::{
    Exit,
    aws::Destination,
    contract,
    cost::Cost,
    doctor::Advice,
    engine::{Change, Event, Id, Plan, Report},
    health::Health,
    outputs::{Key, ListedStack, Outputs},
    outside::http::Response,
    resources::{FunctionReleases, VersionChange},
    stack::{self, Stack, StackError, Values},
};
use anyhow::anyhow;
use samples::{advice, cost, findings, health, plan};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
    rc::Rc,
    time::Duration,
};

const SECRET: &str = "hunter2-of-somebody";
/// Clears the screen; the same in one character (C1); turns the order of letters; rings.
const ACTS: &str = "\u{1b}[2J\u{9b}2J\u{202e}\u{7}";

/// What AWS, a build or a function may have written.
fn foreign() -> String {
    format!("a {SECRET} {ACTS}")
}

/// An id or a URL that nobody should trust either: it is shown whole, and acts on nothing.
fn exact() -> String {
    format!("exact{ACTS}")
}

struct Facts {
    stack: Stack,
    wrong_file: StackError,
    plan: Plan,
    destination: Destination,
    begun: Begun,
    finished: Finished,
    findings: [contract::Finding; 3],
    stacks: [ListedStack; 1],
    cost: Cost,
    health: Health,
    advice: [Advice; 2],
    releases: [FunctionReleases; 1],
    moved: [VersionChange; 1],
    report: Report,
    answer: Response,
    url: String,
    policies: [Value; 1],
    message: String,
    said: Option<String>,
}

impl Facts {
    fn new() -> Self {
        let id = || Id::of("function", &exact());
        let outputs = Outputs {
            stack: exact(),
            region: exact(),
            api_id: Some(exact()),
            url: Some(exact()),
            keys: vec![Key { name: exact(), id: exact(), value: Some(exact()) }],
        };
        let report = Report {
            done: vec![(id(), Change::Create)],
            failed: vec![(id(), anyhow!(foreign()))],
            skipped: vec![id()],
            interrupted: true,
        };
        let listed = ListedStack {
            stack: exact(),
            region: exact(),
            api_id: exact(),
            api_name: exact(),
            created: Some(exact()),
            adopted: true,
            functions: vec![exact()],
            keys: vec![exact()],
        };
        Self {
            stack: read(&format!("    command: [\"${{NAME}}\"] # {SECRET} \u{202e}\n")).unwrap(),
            wrong_file: read(&format!("    memory: a lot # {SECRET} \u{202e}\n")).unwrap_err(),
            plan: plan(id()),
            destination: Destination {
                local: true,
                account: exact(),
                region: exact(),
                credentials: Some(exact()),
                endpoints: vec![exact()],
            },
            begun: Begun { stack: exact(), written: vec![exact()], next: exact() },
            finished: Finished {
                outputs,
                url: Some(exact()),
                curl: Some(exact()),
                show_key: exact(),
                destroy: exact(),
                changed: 1,
                seconds: 1.0,
            },
            findings: findings(),
            stacks: [listed],
            cost: cost(),
            health: health(),
            advice: advice(),
            releases: [super::releases::sample(foreign)],
            moved: [VersionChange { function: foreign(), from: foreign(), to: foreign() }],
            report,
            answer: Response {
                status: 502,
                headers: vec![("x-said".to_owned(), foreign())],
                body: foreign().into(),
            },
            url: exact(),
            policies: [json!({ "Resource": exact() })],
            message: foreign(),
            said: Some(foreign()),
        }
    }

    fn called(&self) -> Called<'_> {
        Called {
            method: "POST",
            url: &self.url,
            key: Some(&self.message),
            answer: &self.answer,
            took: Duration::ZERO,
        }
    }

    fn all<'a>(&'a self, called: &'a Called<'a>) -> Vec<Outcome<'a>> {
        let text = || StyledText::new().plain(foreign()).exact(exact()).drawn(foreign()).dim(foreign());
        let Self { stack, plan, destination, report, message, said, .. } = self;
        let outputs = &self.finished.outputs;
        vec![
            Outcome::Progress(text()),
            Outcome::Warning(text()),
            Outcome::FileWarning(&stack.warnings[0]),
            Outcome::Answer(text()),
            Outcome::Plan(plan, destination),
            Outcome::Proposal(plan, destination),
            Outcome::Deletion(plan, destination),
            Outcome::Status(Standing { stack, plan, outputs, destination, deploy: "lambdeploy up" }),
            Outcome::Outputs(outputs),
            Outcome::Contract(&self.findings),
            Outcome::Stacks { stacks: &self.stacks, destination },
            Outcome::Stacks { stacks: &[], destination },
            Outcome::Doctor(&self.advice),
            Outcome::Health(&self.health),
            Outcome::Cost(&self.cost),
            Outcome::CostOfPlan(&self.cost),
            Outcome::CostOfProposal(&self.cost),
            Outcome::Releases(&self.releases),
            Outcome::Moved(&self.moved),
            Outcome::LogRequest(LogRequest { function: message, several: false, id: said, cause: said }),
            Outcome::LogLine(LogLine { function: message, request: said, several: false, time: 0, message }),
            Outcome::Called { called, with_body: true },
            Outcome::Policies(&self.policies),
            Outcome::Begun(&self.begun),
            Outcome::Finished(&self.finished),
            Outcome::Incomplete { plan, report, again: "lambdeploy up" },
            Outcome::Failure(&report.failed[0].1),
        ]
    }
}

fn read(function: &str) -> Result<Stack, StackError> {
    let text = format!(
        "stack: shop\nregion: us-east-2\nfunctions:\n  hello:\n    image: {{context: .}}\n{function}api:\n  routes: {{POST /: hello}}\n"
    );
    stack::read(&text, "stack.yaml", Path::new("/"), Values::Needed, &|_| Some(SECRET.to_owned()))
}

/// A new outcome stops here until [`Facts::all`] has it too.
fn name(outcome: &Outcome<'_>) -> &'static str {
    match outcome {
        Outcome::Progress(_) => "progress",
        Outcome::Warning(_) => "warning",
        Outcome::FileWarning(_) => "file warning",
        Outcome::Answer(_) => "answer",
        Outcome::Plan(..) => "plan",
        Outcome::Proposal(..) => "proposal",
        Outcome::Deletion(..) => "deletion",
        Outcome::Status(_) => "status",
        Outcome::Outputs(_) => "outputs",
        Outcome::Contract(_) => "contract",
        Outcome::Stacks { .. } => "stacks",
        Outcome::Doctor(_) => "doctor",
        Outcome::Health(_) => "health",
        Outcome::Cost(_) => "cost",
        Outcome::CostOfPlan(_) => "cost of a plan",
        Outcome::CostOfProposal(_) => "cost of a proposal",
        Outcome::Releases(_) => "releases",
        Outcome::Moved(_) => "moved",
        Outcome::LogRequest(_) => "log request",
        Outcome::LogLine(_) => "log line",
        Outcome::Called { .. } => "called",
        Outcome::Policies(_) => "policies",
        Outcome::Begun(_) => "begun",
        Outcome::Finished(_) => "finished",
        Outcome::Incomplete { .. } => "incomplete",
        Outcome::Failure(_) => "failure",
    }
}

/// As many as [`name`] has.
const NAMES: usize = 26;

#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is printed of it, on stdout and stderr together.
fn printed(view: impl Fn(Rc<Sink>) -> Box<dyn View>, show: impl Fn(&dyn View)) -> String {
    let paper = Paper::default();
    let sink = Rc::new(Sink::to(Box::new(paper.clone()), Box::new(paper.clone()), true));
    sink.hide([SECRET.to_owned()]);
    let view = view(sink);
    show(view.as_ref());
    view.end(Exit::Done);
    let bytes = paper.0.take();
    String::from_utf8(bytes).unwrap()
}

fn text(detail: Detail) -> impl Fn(Rc<Sink>) -> Box<dyn View> {
    move |sink| {
        let stream = Box::new(Plain::new(detail == Detail::Whole, false, sink.clone()));
        Box::new(People { quiet: false, detail, sink, stream })
    }
}

fn json(sink: Rc<Sink>) -> Box<dyn View> {
    Box::new(Json::new(false, sink))
}

#[track_caller]
fn is_harmless(name: &str, printed: &str) {
    assert!(!printed.contains(SECRET), "{name} shows a secret: {printed}");
    // Our own colours alone.
    let plain = anstream::adapter::strip_str(printed).to_string();
    let coloured = printed.matches('\u{1b}').count();
    let colours = regex_lite::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().find_iter(printed).count();
    assert_eq!(coloured, colours, "{name}: {printed:?}");
    let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!plain.contains(acts), "{name} acts on the terminal: {printed:?}");
}

/// In every form in which it can be printed.
fn forms(show: impl Fn(&dyn View)) -> [(&'static str, String); 3] {
    [
        ("text", printed(text(Detail::Short), &show)),
        ("text with --verbose", printed(text(Detail::Whole), &show)),
        ("JSON", printed(json, &show)),
    ]
}

#[test]
fn no_outcome_shows_a_secret_or_acts_on_a_terminal() {
    let facts = Facts::new();
    let called = facts.called();
    for index in 0..facts.all(&called).len() {
        let outcome = || facts.all(&called).swap_remove(index);
        for (form, printed) in forms(|view| view.show(outcome())) {
            assert!(!printed.is_empty(), "{} as {form} is nothing", name(&outcome()));
            is_harmless(&format!("{} as {form}", name(&outcome())), &printed);
        }
    }
    let names: BTreeSet<&str> = facts.all(&called).iter().map(name).collect();
    assert_eq!(names.len(), NAMES, "an outcome is not shown here: {names:?}");
}

#[test]
fn neither_does_an_event() {
    let id = || Id::of("function", &exact());
    for event in [
        Event::Note { id: id(), text: foreign() },
        Event::Failed { id: id(), error: foreign() },
        Event::Skipped { id: id(), because: foreign() },
        Event::Started { id: id(), change: plan(id()).items[1].change.clone() },
        Event::Done { id: id(), change: Change::Create },
        Event::Progress { id: id(), done: 1, total: 2 },
    ] {
        for (form, printed) in forms(|view| view.event(&event)) {
            is_harmless(&format!("{event:?} as {form}"), &printed);
        }
    }
}

#[test]
fn a_secret_is_shown_as_stars_and_what_acts_as_pictures() {
    let facts = Facts::new();
    let answer = || Outcome::Answer(StyledText::new().plain(foreign()).exact(SECRET));
    let seen = printed(text(Detail::Short), |view| view.show(answer()));
    assert_eq!(seen, format!("a *** ␛[2J<U+009B>2J<U+202E>␇{SECRET}\n"));
    let seen = printed(json, |view| view.show(answer()));
    let message = format!(r"a *** \u001b[2J\u009b2J\u202e\u0007{SECRET}");
    assert_eq!(seen, format!("{{\"event\":\"result\",\"message\":\"{message}\",\"exit_code\":0}}\n"));
    let seen =
        printed(text(Detail::Short), |view| view.show(Outcome::Failure(&facts.wrong_file.clone().into())));
    assert!(seen.contains("memory: a lot # ***"), "{seen}");
}
