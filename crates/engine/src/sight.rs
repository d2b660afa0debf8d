//! What is known of one thing in this run.

use super::{Found, Handle, Kind};
use anyhow::Result;
use std::{cell::RefCell, rc::Rc, time::Duration};
use tokio::time::Instant;

/// Older looks are made again before something is written because of them (a prompt, a long build).
const FRESH: Duration = Duration::from_mins(1);

pub(super) struct Sight<K: Kind> {
    found: RefCell<Option<Rc<Found<K>>>>,
    looked: RefCell<Option<Instant>>,
    pub output: Handle<K::Output>,
}

impl<K: Kind> Sight<K> {
    pub(super) fn new(output: Handle<K::Output>) -> Self {
        Self { found: RefCell::default(), looked: RefCell::default(), output }
    }

    pub(super) fn found(&self) -> Option<Rc<Found<K>>> {
        self.found.borrow().clone()
    }

    /// Takes in what a look has found.
    ///
    /// # Errors
    /// As the look.
    pub(super) async fn take(&self, look: impl Future<Output = Result<Option<Found<K>>>>) -> Result<()> {
        let found = look.await?;
        self.output.set(found.as_ref().map(|f| f.output.clone()));
        *self.found.borrow_mut() = found.map(Rc::new);
        *self.looked.borrow_mut() = Some(Instant::now());
        Ok(())
    }

    /// It was deleted.
    pub(super) fn clear(&self) {
        self.output.set(None);
        *self.found.borrow_mut() = None;
    }

    pub(super) fn is_known(&self) -> bool {
        self.looked.borrow().is_some()
    }

    pub(super) fn is_old(&self) -> bool {
        self.looked.borrow().is_none_or(|at| at.elapsed() > FRESH)
    }
}
