//! What a person or a program sees. Results go to stdout, progress to stderr.
//!
//! The domain emits [`Event`]s; a terminal view, plain lines and JSON lines are three readers of the same stream.

mod contract;
mod json;
mod plain;
mod plan;
mod style;
mod terminal;

use crate::{
    Exit, cli,
    commands::output::Outputs,
    contract::Outcome,
    engine::{Event, Plan},
    stack::Stack,
};
use anyhow::{Error, Result as Answer, bail};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    io::{self, IsTerminal, Write},
    rc::Rc,
};
use style::Style;

/// How an `up` ended.
pub struct Result {
    pub outputs: Outputs,
    /// A line to try, without the key's value.
    pub curl: Option<String>,
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
    out: Style,
    view: Box<dyn View>,
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
        let result = RefCell::new(json!({}));
        Self(Rc::new(Inner { json: common.json, quiet: common.quiet, out: Style::of_stdout(), view, result }))
    }

    /// For the engine.
    pub fn sink(&self) -> Rc<dyn Fn(Event)> {
        let printer = self.clone();
        Rc::new(move |event| printer.0.view.event(&event))
    }

    /// A result, for people.
    pub fn out(&self, text: &str) {
        if self.0.json {
            self.0.result.borrow_mut()["message"] = text.into();
        } else {
            write_out(text);
        }
    }

    /// Progress, for people.
    pub fn say(&self, text: &str) {
        if !self.0.quiet {
            self.0.view.line(text);
        }
    }

    pub fn warn(&self, text: &str) {
        self.0.view.line(&format!("warning: {text}"));
    }

    pub fn settle(&self) {
        self.0.view.settle();
    }

    pub fn error(&self, error: &Error) {
        self.settle();
        if self.0.json {
            self.0.result.borrow_mut()["error"] = format!("{error:#}").into();
        } else {
            let text = format!("{error:#}");
            // The stack file's own report has its heads already.
            let head = if text.starts_with("error") { "" } else { "error: " };
            _ = writeln!(io::stderr(), "{head}{text}");
        }
    }

    /// With `--json`, the last line: one object with all results.
    pub fn end(&self, exit: Exit) {
        if self.0.json {
            let mut result = self.0.result.borrow().clone();
            result["event"] = "result".into();
            result["exit_code"] = (exit as i32).into();
            write_out(&result.to_string());
        }
    }

    pub fn plan(&self, plan: &Plan) {
        self.show_plan(plan, plan::Heading::Up);
    }

    pub fn destroy_plan(&self, plan: &Plan) {
        self.show_plan(plan, plan::Heading::Destroy);
    }

    fn show_plan(&self, plan: &Plan, heading: plan::Heading) {
        if self.0.json {
            self.0.result.borrow_mut()["plan"] = json!(plan.items);
        } else if plan.has_changes() || plan.refusals().next().is_some() || heading == plan::Heading::Destroy
        {
            write_out(plan::render(plan, heading, self.0.out).trim_end());
        }
    }

    pub fn status(&self, stack: &Stack, plan: &Plan, outputs: &Outputs) {
        if self.0.json {
            let mut result = self.0.result.borrow_mut();
            result["plan"] = json!(plan.items);
            result["outputs"] = json!(outputs);
        } else {
            write_out(plan::render_status(stack, plan, outputs, self.0.out).trim_end());
        }
    }

    pub fn outputs(&self, outputs: &Outputs) {
        if self.0.json {
            self.0.result.borrow_mut()["outputs"] = json!(outputs);
        } else {
            write_out(plan::render_outputs(outputs).trim_end());
        }
    }

    /// The contract, as the outside sees it.
    pub fn contract(&self, outcomes: &[Outcome]) {
        if self.0.json {
            self.0.result.borrow_mut()["contract"] = json!(outcomes);
        } else {
            write_out(contract::render(outcomes, self.0.out).trim_end());
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
            self.say(&format!("{} resources changed in {:.1} s", result.changed, result.seconds));
        }
        write_out(&format!("{}/", url.url));
        if result.changed > 0 {
            if let Some(curl) = &result.curl {
                self.say(&format!("try it:\n  {curl}"));
            }
            if !result.outputs.keys.is_empty() {
                self.say("the key: lambdeploy output --show-key");
            }
        }
    }

    pub fn log_line(&self, function: Option<&str>, at: i64, message: &str) {
        let message = message.trim_end();
        let time = Timestamp::from_millisecond(at).unwrap_or_default();
        if self.0.json {
            write_out(
                &json!({ "event": "log", "function": function, "time": time, "message": message })
                    .to_string(),
            );
            return;
        }
        let name = function.map(|f| format!("{f} ")).unwrap_or_default();
        write_out(&format!("{} {name}{message}", time.strftime("%H:%M:%S%.3f")));
    }

    /// Asks before anything changes.
    ///
    /// # Errors
    /// Where there is nobody to ask.
    pub fn confirm(&self, question: &str, yes: bool) -> Answer<bool> {
        if yes {
            return Ok(true);
        }
        if self.0.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            bail!("there is nobody to ask here; --yes agrees to the plan (`lambdeploy plan` shows it)");
        }
        _ = write!(io::stderr(), "{question} [y/N] ");
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

/// A closed pipe is nobody to tell it to.
fn write_out(text: &str) {
    _ = writeln!(io::stdout(), "{text}");
}
