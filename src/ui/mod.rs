//! What a person or a program sees. Results go to stdout, progress to stderr.
//!
//! The domain emits [`Event`]s, and commands tell [`Outcome`]s. A live terminal, plain lines and JSON lines are three
//! readers of both, and print through one [`sink`], which hides secrets and shows control characters as pictures.

mod ask;
mod begun;
mod called;
mod channel;
mod contract;
mod cost;
mod doctor;
mod dumb;
mod failure;
mod finished;
mod health;
mod incomplete;
mod json;
mod lines;
mod log_line;
mod object;
mod outcome;
mod outputs;
mod people;
mod plain;
mod plan;
mod prompt;
mod releases;
mod sink;
mod stacks;
mod status;
mod terminal;
mod text;
mod view;
mod visible;

#[cfg(test)]
mod tests;

use crate::{
    Exit, cli,
    engine::{Event, Id, Plan},
};
pub(crate) use begun::Begun;
pub(crate) use called::Called;
pub(crate) use dumb::no_colours_where_dumb;
pub(crate) use finished::Finished;
pub(crate) use log_line::{LogLine, LogRequest};
pub(crate) use outcome::Outcome;
use sink::Sink;
pub(crate) use status::Standing;
use std::rc::Rc;
pub(crate) use text::StyledText;
use view::View;

/// Where everything that is printed goes through. A clone is the same printer.
#[derive(Clone)]
pub(crate) struct Printer {
    sink: Rc<Sink>,
    view: Rc<dyn View>,
}

impl Printer {
    pub(crate) fn of(common: &cli::Common) -> Self {
        let sink = Rc::new(Sink::new());
        let view: Rc<dyn View> = if common.json {
            Rc::new(json::Json::new(common.quiet, sink.clone()))
        } else {
            Rc::new(people::People::new(common, sink.clone()))
        };
        Self { sink, view }
    }

    /// Hides these values from now on, whoever repeats them. To be called before anybody is asked who may.
    pub(crate) fn hide(&self, secrets: impl IntoIterator<Item = String>) {
        self.sink.hide(secrets);
    }

    pub(crate) fn show(&self, outcome: Outcome<'_>) {
        self.view.show(outcome);
    }

    /// Progress, which is left out with `--quiet`.
    pub(crate) fn say(&self, text: impl Into<StyledText>) {
        self.show(Outcome::Progress(text.into()));
    }

    pub(crate) fn warn(&self, text: impl Into<StyledText>) {
        self.show(Outcome::Warning(text.into()));
    }

    /// The result, in a sentence.
    pub(crate) fn answer(&self, text: impl Into<StyledText>) {
        self.show(Outcome::Answer(text.into()));
    }

    /// Whether somebody still reads the results: a closed pipe ends what would go on for ever.
    pub(crate) fn is_read(&self) -> bool {
        self.sink.is_read()
    }

    /// Whether a question waits for its answer.
    pub(crate) fn is_asking(&self) -> bool {
        self.sink.is_asking()
    }

    /// For the engine: what happens.
    pub(crate) fn events(&self) -> Rc<dyn Fn(Event)> {
        let view = self.view.clone();
        Rc::new(move |event| view.event(&event))
    }

    /// The same while a plan is carried out: what would have stayed as it is loses nothing by being skipped.
    pub(crate) fn events_of(&self, plan: &Plan) -> Rc<dyn Fn(Event)> {
        let (kept, view) = (plan::kept(plan), self.view.clone());
        Rc::new(move |event| {
            if !matches!(&event, Event::Skipped { id, .. } if kept.contains(id)) {
                view.event(&event);
            }
        })
    }

    /// Shows that something which is no resource takes its time, until [`Printer::settle`].
    pub(crate) fn live(&self, id: &Id, doing: &str) {
        self.view.live(id, doing);
    }

    pub(crate) fn settle(&self) {
        self.view.settle();
    }

    /// A screen that is shown again begins at its top, where there is one.
    pub(crate) fn clear(&self) {
        self.view.clear();
    }

    /// With `--json`, the last line: one object with all results.
    pub(crate) fn end(&self, exit: Exit) {
        self.view.end(exit);
    }
}
