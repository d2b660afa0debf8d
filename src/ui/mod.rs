//! What a person or a program sees. Results go to stdout, progress to stderr.
//!
//! The domain emits [`Event`]s; a terminal view, plain lines and JSON lines are three readers of the same stream.

mod contract;
mod json;
mod plain;
mod plan;
mod prompt;
mod stacks;
mod status;
mod style;
mod terminal;

use crate::{
    Exit,
    aws::Destination,
    cli,
    contract::Outcome,
    engine::{Change, Event, Id, Plan, Report, Stop},
    exit::Usage,
    mask::Mask,
    outputs::Outputs,
    stack::Stack,
};
use anyhow::{Error, Result as Answer};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    io::{self, IsTerminal, Write},
    rc::Rc,
};
use style::Style;

/// How an `up` ended.
pub struct Result {
    pub outputs: Outputs,
    /// A line to try, without the key's value.
    pub curl: Option<String>,
    /// The command that shows the key.
    pub show_key: String,
    /// Resources that were made, changed or deleted.
    pub changed: usize,
    pub seconds: f64,
}

/// Where everything that is printed goes through. A clone is the same printer.
#[derive(Clone)]
pub struct Printer(Rc<Inner>);

struct Inner {
    json: bool,
    quiet: bool,
    verbose: bool,
    out: Style,
    err: Style,
    view: Box<dyn View>,
    /// What the plan that was shown leaves as it is.
    kept: RefCell<BTreeSet<Id>>,
    mask: RefCell<Mask>,
    /// With `--json`: the one result object, printed last.
    result: RefCell<Value>,
}

/// One reader of the event stream.
pub(crate) trait View {
    fn event(&self, event: &Event);
    /// A line of its own, among the events.
    fn line(&self, text: &str);
    /// Nothing moves any more: what is on the screen stays.
    fn settle(&self) {}
}

impl Printer {
    pub fn of(common: &cli::Common) -> Self {
        let terminal = io::stderr().is_terminal() && !common.quiet;
        let view: Box<dyn View> = match (common.json, terminal) {
            (true, _) => Box::new(json::Json),
            (false, true) => Box::new(terminal::Terminal::new(common.verbose)),
            (false, false) => Box::new(plain::Plain::new(common.verbose, common.quiet, Style::of_stderr())),
        };
        Self(Rc::new(Inner {
            json: common.json,
            quiet: common.quiet,
            verbose: common.verbose,
            out: Style::of_stdout(),
            err: Style::of_stderr(),
            view,
            kept: RefCell::default(),
            mask: RefCell::default(),
            result: RefCell::new(json!({ "event": "result" })),
        }))
    }

    /// Hides these values from now on in words that are not ours: AWS and the functions may repeat what was sent to them.
    pub fn hide(&self, secrets: impl IntoIterator<Item = String>) {
        self.0.mask.borrow_mut().add(secrets);
    }

    fn masked(&self, text: &str) -> String {
        self.0.mask.borrow().apply(text)
    }

    /// An event without the secrets that others' words in it may hold.
    fn discreet(&self, mut event: Event) -> Event {
        match &mut event {
            Event::Note { text, .. } => *text = self.masked(text),
            Event::Failed { error, .. } => *error = self.masked(error),
            Event::Skipped { because, .. } => *because = self.masked(because),
            Event::Planned { .. } | Event::Started { .. } | Event::Progress { .. } | Event::Done { .. } => {}
        }
        event
    }

    /// For the engine.
    pub fn sink(&self) -> Rc<dyn Fn(Event)> {
        let printer = self.clone();
        Rc::new(move |event| {
            // What would have stayed as it is loses nothing by being skipped.
            let no_news = matches!(&event, Event::Skipped { id, .. } if printer.0.kept.borrow().contains(id));
            if !no_news {
                printer.0.view.event(&printer.discreet(event));
            }
        })
    }

    /// A result, for people.
    pub fn out(&self, text: &str) {
        if self.0.json {
            self.0.result.borrow_mut()["message"] = text.into();
        } else {
            _ = write_out(text);
        }
    }

    /// Progress, for people.
    pub fn say(&self, text: &str) {
        if !self.0.quiet {
            self.0.view.line(text);
        }
    }

    /// Progress in words that are not ours.
    pub fn quote(&self, text: &str) {
        self.say(&self.masked(text));
    }

    pub fn warn(&self, text: &str) {
        self.0.view.line(&format!("{}: {text}", self.0.err.yellow("warning")));
    }

    pub fn settle(&self) {
        self.0.view.settle();
    }

    pub fn error(&self, error: &Error) {
        self.settle();
        let text = self.masked(&format!("{error:#}"));
        if self.0.json {
            self.0.result.borrow_mut()["error"] = text.into();
        } else {
            // The stack file's own report has its heads already.
            let own_head = text.starts_with("error");
            let head = if own_head { String::new() } else { format!("{}: ", self.0.err.red("error")) };
            _ = writeln!(io::stderr(), "{head}{text}");
        }
    }

    /// Why a run did not end well, what was done, what is left, and how to go on.
    pub fn incomplete(&self, report: &Report, again: &str) {
        self.settle();
        let mut done: Vec<_> =
            report.done.iter().filter(|(_, c)| !c.is_keep()).map(|(id, _)| id.to_string()).collect();
        let kept = self.0.kept.borrow();
        let failed = report.failed.iter().map(|(id, _)| id);
        let mut left: Vec<_> =
            failed.chain(report.skipped.iter().filter(|id| !kept.contains(id))).map(Id::to_string).collect();
        // What ran at once ended in any order.
        done.sort();
        left.sort();
        if self.0.json {
            let mut result = self.0.result.borrow_mut();
            let failed = report
                .failed
                .iter()
                .map(|(id, e)| json!({ "id": id, "error": self.masked(&format!("{e:#}")) }));
            result["failed"] = failed.collect();
            (result["done"], result["left"]) = (json!(done), json!(left));
            return;
        }
        let list = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        let mut text = String::new();
        for (id, error) in &report.failed {
            let error = self.masked(&format!("{error:#}"));
            text += &format!("{}: {id}: {error}\n", self.0.err.red("error"));
        }
        if report.interrupted {
            text += &format!("{}\n", self.0.err.yellow("interrupted"));
        }
        text += &format!("done: {}\nleft: {}\n`{again}` goes on from here", list(&done), list(&left));
        _ = writeln!(io::stderr(), "{text}");
    }

    /// With `--json`, the last line: one object with all results.
    pub fn end(&self, exit: Exit) {
        if self.0.json {
            let mut result = self.0.result.borrow().clone();
            result["exit_code"] = (exit as i32).into();
            _ = write_out(&result.to_string());
        }
    }

    /// A plan that was asked for.
    pub fn plan(&self, plan: &Plan, to: &Destination) {
        if self.keeps(plan, to) && plan.has_changes() {
            _ = write_out(self.rendered(plan, to, self.0.out).trim_end());
        }
    }

    /// A plan that is about to be carried out.
    pub fn proposal(&self, plan: &Plan, to: &Destination) {
        if self.keeps(plan, to) && plan.has_changes() {
            self.say(self.rendered(plan, to, self.0.err).trim_end());
        }
    }

    fn rendered(&self, plan: &Plan, to: &Destination, style: Style) -> String {
        let settings = if self.0.verbose { plan::Settings::Shown } else { plan::Settings::Hidden };
        format!("{to}\n{}", plan::render(plan, plan::Heading::Up(settings), style))
    }

    pub fn destroy_proposal(&self, plan: &Plan, to: &Destination) {
        let text = plan::render(plan, plan::Heading::Destroy, self.0.err);
        if self.keeps(plan, to) && !text.is_empty() {
            self.say(format!("{to}\n{text}").trim_end());
        }
    }

    /// Remembers a plan; whether it is to be shown as text.
    fn keeps(&self, plan: &Plan, to: &Destination) -> bool {
        let kept = plan.items.iter().filter(|i| i.change == Change::Keep).map(|i| i.id.clone());
        *self.0.kept.borrow_mut() = kept.collect();
        if self.0.json {
            let mut result = self.0.result.borrow_mut();
            (result["plan"], result["destination"]) = (json!(plan.items), json!(to));
        }
        !self.0.json
    }

    pub fn status(&self, stack: &Stack, plan: &Plan, outputs: &Outputs) {
        if self.0.json {
            let mut result = self.0.result.borrow_mut();
            result["plan"] = json!(plan.items);
            result["outputs"] = json!(outputs);
        } else {
            _ = write_out(status::render(stack, plan, outputs, self.0.out).trim_end());
        }
    }

    pub fn outputs(&self, outputs: &Outputs) {
        if self.0.json {
            self.0.result.borrow_mut()["outputs"] = json!(outputs);
        } else {
            _ = write_out(plan::render_outputs(outputs).trim_end());
        }
    }

    /// The contract, as the outside sees it.
    pub fn contract(&self, outcomes: &[Outcome]) {
        if self.0.json {
            self.0.result.borrow_mut()["contract"] = self.0.mask.borrow().apply_to_json(json!(outcomes));
        } else {
            _ = write_out(self.masked(&contract::render(outcomes, self.0.out)).trim_end());
        }
    }

    pub fn finished(&self, result: &Result) {
        if self.0.json {
            let mut object = self.0.result.borrow_mut();
            object["outputs"] = json!(result.outputs);
            object["changed"] = result.changed.into();
            object["seconds"] = result.seconds.into();
            return;
        }
        let Some(url) = &result.outputs.url else { return };
        if result.changed > 0 {
            let one = if result.changed == 1 { "resource" } else { "resources" };
            self.say(&format!("{} {one} changed in {:.1} s", result.changed, result.seconds));
        }
        _ = write_out(&format!("{}/", url.url));
        if result.changed > 0 {
            if let Some(curl) = &result.curl {
                self.say(&format!("try it:\n  {curl}"));
            }
            if !result.outputs.keys.is_empty() {
                self.say(&format!("the key:\n  {}", result.show_key));
            }
        }
    }

    /// One line of a function's log; its time is UTC.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub fn log_line(&self, function: Option<&str>, at: i64, message: &str) -> io::Result<()> {
        let message = self.masked(message.trim_end());
        let time = Timestamp::from_millisecond(at).unwrap_or_default();
        if self.0.json {
            let line = json!({ "event": "log", "function": function, "time": time, "message": message });
            return write_out(&line.to_string());
        }
        let name = function.map(|f| format!("{f} ")).unwrap_or_default();
        let time = self.0.out.dim(&time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        write_out(&format!("{time} {name}{message}"))
    }

    /// Asks before anything changes.
    ///
    /// # Errors
    /// Where there is nobody to ask; Ctrl-C.
    pub async fn confirm(&self, question: &str, yes: bool, stop: &Stop) -> Answer<bool> {
        if yes {
            return Ok(true);
        }
        if self.0.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let why = "there is no terminal to ask on; --yes agrees to what `lambdeploy plan` shows";
            return Err(Usage(format!("nothing was changed: {why}")).into());
        }
        prompt::ask(question, stop).await
    }
}

/// Writes a line of results. Most callers drop the error: a closed pipe is nobody to tell it to.
///
/// # Errors
/// When nobody reads any more.
fn write_out(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}
