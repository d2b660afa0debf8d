//! The live view: one line a resource, moving while it works.

use super::{View, plain, style::Style};
use crate::engine::{Change, Event, Id};
use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};
use std::{cell::RefCell, collections::BTreeMap, time::Duration};

/// What took longer says how long.
const SLOW: Duration = Duration::from_secs(1);

pub struct Terminal {
    all: MultiProgress,
    lines: RefCell<BTreeMap<Id, ProgressBar>>,
    style: Style,
    verbose: bool,
}

impl Terminal {
    pub fn new(verbose: bool) -> Self {
        Self { all: MultiProgress::new(), lines: RefCell::default(), style: Style::of_stderr(), verbose }
    }

    fn start(&self, id: &Id, change: &Change) {
        let line = self.all.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed:.dim} {wide_msg:.dim}") {
            line.set_style(style);
        }
        line.set_prefix(format!("{id:<28} {}", doing(change)));
        line.enable_steady_tick(Duration::from_millis(100));
        self.lines.borrow_mut().insert(id.clone(), line);
    }

    fn note(&self, id: &Id, text: &str) {
        match self.lines.borrow().get(id) {
            Some(line) => line.set_message(text.lines().last().unwrap_or_default().to_owned()),
            None => self.line(&format!("  {id}: {text}")),
        }
        if self.verbose {
            self.line(&format!("  {id}: {text}"));
        }
    }

    fn end(&self, id: &Id, text: &str) {
        let mut took = String::new();
        if let Some(line) = self.lines.borrow_mut().remove(id) {
            if line.elapsed() >= SLOW {
                took = self.style.dim(&format!(" {:.1} s", line.elapsed().as_secs_f64()));
            }
            line.finish_and_clear();
            self.all.remove(&line);
        }
        self.line(&format!("{text}{took}"));
    }
}

fn doing(change: &Change) -> &'static str {
    match change {
        Change::Create => "creating",
        Change::Update(_) => "updating",
        Change::Delete => "deleting",
        Change::Keep => "checking",
    }
}

impl View for Terminal {
    fn event(&self, event: &Event) {
        let s = self.style;
        match event {
            Event::Planned { .. } | Event::Done { change: Change::Keep, .. } => {}
            Event::Started { id, change } => self.start(id, change),
            Event::Note { id, text } => self.note(id, text),
            Event::Progress { id, done, total } => {
                self.note(id, &format!("{} of {}", HumanBytes(*done), HumanBytes(*total)));
            }
            Event::Done { id, change } => {
                self.end(id, &format!("{} {id} {}", s.green("✓"), plain::done(change)))
            }
            // Why is said at the end, where it is not lost among other lines.
            Event::Failed { id, .. } => self.end(id, &format!("{} {id} failed", s.red("✗"))),
            Event::Skipped { id, because } => {
                self.end(id, &format!("{} {id} skipped: {because}", s.yellow("-")))
            }
        }
    }

    fn line(&self, text: &str) {
        // Nobody reads a terminal that is gone.
        _ = self.all.println(text);
    }

    fn settle(&self) {
        for (_, line) in std::mem::take(&mut *self.lines.borrow_mut()) {
            line.finish_and_clear();
        }
    }
}
