//! Plain lines on stderr, where there is no terminal.

use super::{View, style::Style};
use crate::engine::{Change, Event};
use std::io::{self, Write};

pub struct Plain {
    verbose: bool,
    quiet: bool,
    style: Style,
}

impl Plain {
    pub fn new(verbose: bool, quiet: bool, style: Style) -> Self {
        Self { verbose, quiet, style }
    }

    fn text(&self, event: &Event) -> Option<String> {
        let s = self.style;
        match event {
            Event::Done { change: Change::Keep, .. } | Event::Planned { .. } | Event::Started { .. } => None,
            Event::Done { id, change } => Some(format!("{} {id}", s.green(done(change)))),
            Event::Note { id, text } => Some(format!("  {id}: {text}")),
            Event::Progress { id, done, total } if self.verbose => {
                Some(format!("  {id}: {done} of {total} bytes"))
            }
            Event::Progress { .. } => None,
            Event::Failed { id, error } => Some(format!("{} {id}: {error}", s.red("failed"))),
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
        let loud = matches!(event, Event::Failed { .. });
        if let Some(text) = self.text(event).filter(|_| loud || !self.quiet) {
            self.line(&text);
        }
    }

    fn line(&self, text: &str) {
        _ = writeln!(io::stderr(), "{text}");
    }
}
