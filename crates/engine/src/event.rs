//! What the domain says while it works. Only `ui` prints.

use super::{Change, Id, Stop, walk::There};
use serde::Serialize;
use std::{cell::Cell, fmt, rc::Rc};

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase", tag = "event")]
pub enum Event {
    Started {
        id: Id,
        change: Change,
    },
    /// What is being waited for, a build step, a remark.
    Note {
        id: Id,
        text: String,
    },
    /// Bytes or items; `total` 0 is "not known yet".
    Progress {
        id: Id,
        done: u64,
        total: u64,
    },
    Done {
        id: Id,
        change: Change,
    },
    Failed {
        id: Id,
        error: String,
    },
    /// It was not started, because of what it waits for or because the run was interrupted.
    Skipped {
        id: Id,
        because: String,
    },
}

/// One resource's way to say something, and to learn that it should stop.
#[derive(Clone)]
pub struct Run {
    id: Id,
    sink: Rc<dyn Fn(Event)>,
    pub stop: Stop,
    there: Rc<Cell<Option<There>>>,
}

impl Run {
    pub fn new(id: Id, sink: Rc<dyn Fn(Event)>, stop: Stop) -> Self {
        Self { id, sink, stop, there: Rc::default() }
    }

    /// One whose [`Run::there`] is waited for.
    pub(super) fn with(self, there: There) -> Self {
        self.there.set(Some(there));
        self
    }

    /// What is made is there: what only follows it may begin, while it is completed.
    pub fn there(&self) {
        // Nobody may be waiting.
        _ = self.there.take().map(|waiting| waiting.send(()));
    }

    /// Says nothing and is never stopped: for reads outside a run.
    pub fn silent(id: Id) -> Self {
        Self::new(id, Rc::new(|_| {}), Stop::default())
    }

    pub(super) fn started(&self, change: &Change) {
        self.emit(Event::Started { id: self.id.clone(), change: change.clone() });
    }

    pub fn note(&self, text: impl fmt::Display) {
        self.emit(Event::Note { id: self.id.clone(), text: text.to_string() });
    }

    pub fn progress(&self, done: u64, total: u64) {
        self.emit(Event::Progress { id: self.id.clone(), done, total });
    }

    pub fn emit(&self, event: Event) {
        (self.sink)(event);
    }
}
