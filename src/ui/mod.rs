//! What a person or a program sees. Results go to stdout, progress to stderr.
//!
//! The domain emits [`Event`]s; a terminal view, plain lines and JSON lines are three readers of the same stream. All
//! three print through one [`sink`], which hides secrets and shows control characters as pictures.

mod contract;
mod failure;
mod finished;
mod incomplete;
mod json;
mod log_line;
mod outputs;
mod plain;
mod plan;
mod prompt;
mod sink;
mod stacks;
mod status;
mod style;
mod terminal;
mod text;
mod visible;

use crate::{
    Exit,
    aws::Destination,
    cli,
    contract::Outcome,
    engine::{Change, Event, Id, Plan, Report, Stop},
    exit::Usage,
    outputs::Outputs,
    stack::{Stack, StackError, Warning},
};
use anyhow::{Error, Result};
pub use finished::Finished;
use plan::Detail;
use serde_json::{Map, Value, json};
use sink::Sink;
use std::{
    cell::RefCell,
    collections::BTreeSet,
    io::{self, IsTerminal},
    rc::Rc,
};
pub use text::Text;

/// Where everything that is printed goes through. A clone is the same printer.
#[derive(Clone)]
pub struct Printer(Rc<Inner>);

struct Inner {
    json: bool,
    quiet: bool,
    detail: Detail,
    sink: Rc<Sink>,
    view: Box<dyn View>,
    /// What the plan that was shown leaves as it is.
    kept: RefCell<BTreeSet<Id>>,
    /// With `--json`: the one result object, printed last; and what of it is printed as it is.
    result: RefCell<Value>,
    exact: RefCell<Map<String, Value>>,
}

/// One reader of the event stream.
trait View {
    fn event(&self, event: &Event);
    /// A line of its own, among the events.
    fn line(&self, text: &Text);
    /// Something that is no resource begins to move.
    fn live(&self, _id: &Id, _doing: &str) {}
    /// Nothing moves any more: what is on the screen stays.
    fn settle(&self) {}
}

impl Printer {
    pub fn of(common: &cli::Common) -> Self {
        let sink = Rc::new(Sink::new());
        let terminal = io::stderr().is_terminal() && !style::is_dumb() && !common.quiet;
        let view: Box<dyn View> = match (common.json, terminal) {
            (true, _) => Box::new(json::Json(sink.clone())),
            (false, true) => Box::new(terminal::Terminal::new(common.verbose, sink.clone())),
            (false, false) => Box::new(plain::Plain::new(common.verbose, common.quiet, sink.clone())),
        };
        Self(Rc::new(Inner {
            json: common.json,
            quiet: common.quiet,
            detail: if common.verbose { Detail::Whole } else { Detail::Short },
            sink,
            view,
            kept: RefCell::default(),
            result: RefCell::new(json!({ "event": "result" })),
            exact: RefCell::default(),
        }))
    }

    /// Hides these values from now on, whoever repeats them. To be called before anybody is asked who may.
    pub fn hide(&self, secrets: impl IntoIterator<Item = String>) {
        self.0.sink.hide(secrets);
    }

    /// For the engine.
    pub fn sink(&self) -> Rc<dyn Fn(Event)> {
        let printer = self.clone();
        Rc::new(move |event| {
            // What would have stayed as it is loses nothing by being skipped.
            let no_news = matches!(&event, Event::Skipped { id, .. } if printer.0.kept.borrow().contains(id));
            if !no_news {
                printer.0.view.event(&event);
            }
        })
    }

    fn put(&self, key: &str, value: Value) {
        self.0.result.borrow_mut()[key] = value;
    }

    /// As [`Printer::put`], for what is of no use with a part of it hidden.
    fn put_exact(&self, key: &str, value: Value) {
        self.0.exact.borrow_mut().insert(key.to_owned(), value);
    }

    /// A result, for people.
    pub fn out(&self, text: impl Into<Text>) {
        let text = text.into();
        if self.0.json {
            self.put_exact("message", self.0.sink.words(&text).into());
        } else {
            _ = self.0.sink.out(&text);
        }
    }

    /// Progress, for people.
    pub fn say(&self, text: impl Into<Text>) {
        if !self.0.quiet {
            self.0.view.line(&text.into());
        }
    }

    pub fn warn(&self, text: impl Into<Text>) {
        self.0.view.line(&Text::new().yellow("warning").plain(": ").then(text));
    }

    /// A warning about the stack file, with its line.
    pub fn warn_of_file(&self, warning: &Warning) {
        if self.0.json {
            let (m, file) = (&warning.mistake, &warning.file);
            let line = json!({ "event": "message", "level": "warning", "text": m.message, "file": file, "line": m.line(), "column": m.column() });
            _ = self.0.sink.json(line, Map::new());
        } else {
            self.0.view.line(&Text::new().drawn(warning.render(self.0.sink.colours_errors())));
        }
    }

    /// Shows that something which is no resource takes its time, until [`Printer::settle`].
    pub fn live(&self, id: &Id, doing: &str) {
        self.0.view.live(id, doing);
    }

    pub fn settle(&self) {
        self.0.view.settle();
    }

    pub fn error(&self, error: &Error) {
        self.settle();
        if self.0.json {
            return self.put("error", failure::object(error));
        }
        self.0.sink.err(&match error.downcast_ref::<StackError>() {
            Some(error) => Text::new().drawn(error.render(self.0.sink.colours_errors())),
            None => Text::new().red("error").plain(format!(": {error:#}")),
        });
    }

    /// Why a run did not end well, what was done, what is left, and how to go on.
    pub fn incomplete(&self, report: &Report, again: &str) {
        self.settle();
        let left = incomplete::Incomplete::of(report, &self.0.kept.borrow());
        if self.0.json {
            let [done, failed, left] = left.json();
            self.put("done", done);
            self.put("failed", failed);
            self.put("left", left);
        } else {
            self.0.sink.err(&left.render(again));
        }
    }

    /// With `--json`, the last line: one object with all results.
    pub fn end(&self, exit: Exit) {
        if self.0.json {
            self.put("exit_code", (exit as i32).into());
            _ = self.0.sink.json(self.0.result.take(), self.0.exact.take());
        }
    }

    /// A plan that was asked for.
    pub fn plan(&self, stack: &Stack, plan: &Plan, to: &Destination) {
        if self.keeps(plan, to) && plan.has_changes() {
            _ = self.0.sink.out(&head(to).then(plan::render(stack, plan, self.0.detail)));
        }
    }

    /// A plan that is about to be carried out.
    pub fn proposal(&self, stack: &Stack, plan: &Plan, to: &Destination) {
        if self.keeps(plan, to) && plan.has_changes() {
            self.say(head(to).then(plan::render(stack, plan, self.0.detail)));
        }
    }

    pub fn destroy_proposal(&self, plan: &Plan, to: &Destination) {
        let text = plan::render_destroy(plan);
        if self.keeps(plan, to) && !text.is_empty() {
            self.say(head(to).then(text));
        }
    }

    /// Remembers a plan; whether it is to be shown as text.
    fn keeps(&self, plan: &Plan, to: &Destination) -> bool {
        let kept = plan.items.iter().filter(|i| i.change == Change::Keep).map(|i| i.id.clone());
        *self.0.kept.borrow_mut() = kept.collect();
        if self.0.json {
            self.put("plan", json!(plan.items));
            self.put_exact("destination", json!(to));
        }
        !self.0.json
    }

    pub fn status(&self, stack: &Stack, plan: &Plan, outputs: &Outputs) {
        if self.0.json {
            self.put("plan", json!(plan.items));
            self.put_exact("outputs", json!(outputs));
        } else {
            _ = self.0.sink.out(&status::render(stack, plan, outputs, self.0.detail));
        }
    }

    pub fn outputs(&self, outputs: &Outputs) {
        if self.0.json {
            self.put_exact("outputs", json!(outputs));
        } else {
            _ = self.0.sink.out(&outputs::render(outputs));
        }
    }

    /// The contract, as the outside sees it.
    pub fn contract(&self, outcomes: &[Outcome]) {
        if self.0.json {
            self.put("contract", json!(outcomes));
        } else {
            _ = self.0.sink.out(&contract::render(outcomes));
        }
    }

    /// How an `up` ended.
    pub fn finished(&self, finished: &Finished) {
        if self.0.json {
            self.put_exact("outputs", json!(finished.outputs));
            self.put("changed", finished.changed.into());
            self.put("seconds", finished.seconds.into());
            return;
        }
        if let Some(changed) = finished.changes() {
            self.say(changed);
        }
        if let Some(url) = &finished.url {
            _ = self.0.sink.out(&Text::new().exact(url));
        }
        if let Some(next) = finished.next() {
            self.say(next);
        }
    }

    /// One line of a function's log; its time is UTC. Its function is named where there are several.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub fn log_line(&self, function: &str, several: bool, at: i64, message: &str) -> io::Result<()> {
        if self.0.json {
            let line = log_line::json(function, at, message);
            return self.0.sink.json(line, Map::new());
        }
        self.0.sink.out(&log_line::text(several.then_some(function), at, message))
    }

    /// Asks before anything changes. `again`: the command that was called, as a person types it.
    ///
    /// # Errors
    /// Where there is nobody to ask; Ctrl-C.
    pub async fn confirm(&self, question: &str, again: &str, yes: bool, stop: &Stop) -> Result<bool> {
        if yes {
            return Ok(true);
        }
        if self.0.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let how = format!("there is no terminal to ask on; `{again} --yes` does what is shown above");
            return Err(Usage(format!("nothing was changed: {how}")).into());
        }
        self.settle();
        prompt::ask(&self.0.sink, question, stop).await
    }
}

/// Where a plan changes things: the first line of it.
fn head(to: &Destination) -> Text {
    Text::new().exact(format!("{to}\n"))
}
