//! Plain lines on stderr, where there is no terminal.

use super::{lines::Lines, sink::Sink, text::StyledText};
use crate::engine::{Change, Event, Id};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    rc::Rc,
    time::{Duration, Instant},
};

/// A note that differs from the last only in its numbers (a wait that goes on) is said again after this long.
const AGAIN: Duration = Duration::from_secs(10);

pub(super) struct Plain {
    verbose: bool,
    quiet: bool,
    sink: Rc<Sink>,
    /// The last note of each resource without its digits, and when it was said.
    notes: RefCell<BTreeMap<Id, (String, Instant)>>,
}

impl Plain {
    pub(super) fn new(verbose: bool, quiet: bool, sink: Rc<Sink>) -> Self {
        Self { verbose, quiet, sink, notes: RefCell::default() }
    }

    fn is_news(&self, id: &Id, text: &str) -> bool {
        let shape: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
        let mut notes = self.notes.borrow_mut();
        let known = notes.get(id).is_some_and(|(last, at)| *last == shape && at.elapsed() < AGAIN);
        if !known {
            notes.insert(id.clone(), (shape, Instant::now()));
        }
        !known
    }

    fn text(&self, event: &Event) -> Option<StyledText> {
        let id = |id: &Id| StyledText::new().exact(format!(" {id}"));
        match event {
            Event::Done { change: Change::Keep, .. } | Event::Started { .. } => None,
            Event::Done { id: it, change } => Some(StyledText::new().green(done(change)).then(id(it))),
            Event::Note { id, text } if !self.verbose && !self.is_news(id, text) => None,
            Event::Note { id: it, text } => {
                Some(StyledText::from(" ").then(id(it)).plain(format!(": {text}")))
            }
            Event::Progress { id: it, done, total } if self.verbose => {
                Some(StyledText::from(" ").then(id(it)).plain(format!(": {done} of {total} bytes")))
            }
            Event::Progress { .. } => None,
            // Why is said at the end, where it is not lost among other lines.
            Event::Failed { id: it, .. } => Some(StyledText::new().red("failed").then(id(it))),
            Event::Skipped { id: it, because } => {
                Some(StyledText::new().yellow("skipped").then(id(it)).plain(format!(": {because}")))
            }
        }
    }
}

/// What was done, in a word.
pub(super) fn done(change: &Change) -> &'static str {
    match change {
        Change::Create => "created",
        Change::Update(_) => "updated",
        Change::Delete => "deleted",
        Change::Keep => "unchanged",
    }
}

impl Lines for Plain {
    fn event(&self, event: &Event) {
        // The error itself is said at the end, even when quiet.
        if let Some(text) = self.text(event).filter(|_| !self.quiet) {
            self.line(&text);
        }
    }

    fn line(&self, text: &StyledText) {
        self.sink.err(text);
    }
}
