//! Plain lines on stderr, where there is no terminal.

use super::{View, style::Style};
use crate::engine::{Change, Event, Id};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{self, Write},
    time::{Duration, Instant},
};

/// A note that differs from the last only in its numbers (a wait that goes on) is said again after this long.
const AGAIN: Duration = Duration::from_secs(10);

pub struct Plain {
    verbose: bool,
    quiet: bool,
    style: Style,
    /// The last note of each resource without its digits, and when it was said.
    notes: RefCell<BTreeMap<Id, (String, Instant)>>,
}

impl Plain {
    pub fn new(verbose: bool, quiet: bool, style: Style) -> Self {
        Self { verbose, quiet, style, notes: RefCell::default() }
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

    fn text(&self, event: &Event) -> Option<String> {
        let s = self.style;
        match event {
            Event::Done { change: Change::Keep, .. } | Event::Planned { .. } | Event::Started { .. } => None,
            Event::Done { id, change } => Some(format!("{} {id}", s.green(done(change)))),
            Event::Note { id, text } if !self.verbose && !self.is_news(id, text) => None,
            Event::Note { id, text } => Some(format!("  {id}: {text}")),
            Event::Progress { id, done, total } if self.verbose => {
                Some(format!("  {id}: {done} of {total} bytes"))
            }
            Event::Progress { .. } => None,
            // Why is said at the end, where it is not lost among other lines.
            Event::Failed { id, .. } => Some(format!("{} {id}", s.red("failed"))),
            Event::Skipped { id, because } => Some(format!("{} {id}: {because}", s.yellow("skipped"))),
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

impl View for Plain {
    fn event(&self, event: &Event) {
        // The error itself is said at the end, even when quiet.
        if let Some(text) = self.text(event).filter(|_| !self.quiet) {
            self.line(&text);
        }
    }

    fn line(&self, text: &str) {
        _ = writeln!(io::stderr(), "{text}");
    }
}
