//! The live view: one line a resource, moving while it works.

use super::{lines::Lines, plain, sink::Sink, text::StyledText};
use crate::engine::{Change, Event, Id};
use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

/// What took longer says how long.
const SLOW: Duration = Duration::from_secs(1);

pub(super) struct Terminal {
    all: MultiProgress,
    lines: RefCell<BTreeMap<Id, ProgressBar>>,
    sink: Rc<Sink>,
    verbose: bool,
}

impl Terminal {
    pub(super) fn new(verbose: bool, sink: Rc<Sink>) -> Self {
        Self { all: MultiProgress::new(), lines: RefCell::default(), sink, verbose }
    }

    fn start(&self, id: &Id, doing: &str) {
        let line = self.all.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed:.dim} {wide_msg:.dim}") {
            line.set_style(style);
        }
        line.set_prefix(format!("{id:<28} {doing}"));
        line.enable_steady_tick(Duration::from_millis(100));
        self.lines.borrow_mut().insert(id.clone(), line);
    }

    fn note(&self, id: &Id, text: &str) {
        let live = self.lines.borrow().get(id).cloned();
        if let Some(line) = &live {
            let shown = self.sink.for_stderr(&text.into());
            line.set_message(shown.lines().last().unwrap_or_default().to_owned());
        }
        if live.is_none() || self.verbose {
            self.line(&StyledText::new().exact(format!("  {id}: ")).plain(text));
        }
    }

    fn end(&self, id: &Id, text: StyledText) {
        let mut took = String::new();
        if let Some(line) = self.lines.borrow_mut().remove(id) {
            if line.elapsed() >= SLOW {
                took = format!(" {:.1} s", line.elapsed().as_secs_f64());
            }
            line.finish_and_clear();
            self.all.remove(&line);
        }
        self.line(&text.dim(took));
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

impl Lines for Terminal {
    fn event(&self, event: &Event) {
        let named = |id: &Id| StyledText::new().exact(format!(" {id} "));
        match event {
            Event::Done { change: Change::Keep, .. } => {}
            Event::Started { id, change } => self.start(id, doing(change)),
            Event::Note { id, text } => self.note(id, text),
            Event::Progress { id, done, total } => {
                self.note(id, &format!("{} of {}", HumanBytes(*done), HumanBytes(*total)));
            }
            Event::Done { id, change } => {
                self.end(id, StyledText::new().green("✓").then(named(id)).plain(plain::done(change)));
            }
            // Why is said at the end, where it is not lost among other lines.
            Event::Failed { id, .. } => {
                self.end(id, StyledText::new().red("✗").then(named(id)).plain("failed"));
            }
            Event::Skipped { id, because } => {
                self.end(
                    id,
                    StyledText::new().yellow("-").then(named(id)).plain(format!("skipped: {because}")),
                );
            }
        }
    }

    fn line(&self, text: &StyledText) {
        // Nobody reads a terminal that is gone.
        _ = self.all.println(self.sink.for_stderr(text));
    }

    fn live(&self, id: &Id, doing: &str) {
        self.start(id, doing);
    }

    fn settle(&self) {
        for (_, line) in std::mem::take(&mut *self.lines.borrow_mut()) {
            line.finish_and_clear();
        }
    }
}
