//! What builds and pushes say while they run, and how long a push may move nothing.

use super::Progress;
use anyhow::{Result, bail};
use lambdeploy_engine::Run;
use std::{cell::Cell, time::Duration};
use tokio::time::Instant;

/// A push that moves no byte for so long has stalled. Engines and registries can be at work for minutes without moving one.
const STALLED: Duration = Duration::from_mins(10);

/// When a push last moved something: a byte more than before. Engines may repeat what they said ten times a second.
pub struct StallGuard<'a> {
    run: &'a Run,
    at: Cell<Instant>,
    /// Done and total, as last said.
    bytes: Cell<(u64, u64)>,
}

impl<'a> StallGuard<'a> {
    pub fn new(run: &'a Run) -> Self {
        Self { run, at: Cell::new(Instant::now()), bytes: Cell::default() }
    }

    pub fn said(&self, progress: Progress) {
        if let Progress::Bytes { done, total } = progress {
            let before = self.bytes.replace((done, total));
            if before == (done, total) {
                return;
            }
            if done > before.0 {
                self.at.set(Instant::now());
            }
        }
        pass_on(self.run, progress);
    }

    /// The push to its end, to an interruption, or until it has stalled.
    /// # Errors
    /// As the push; an interruption; that it has stalled.
    pub async fn unless_stalled<T>(&self, push: impl Future<Output = Result<T>>) -> Result<T> {
        let stalled = async {
            while self.at.get().elapsed() < STALLED {
                tokio::time::sleep_until(self.at.get() + STALLED).await;
            }
        };
        let watched = async {
            tokio::select! {
                pushed = push => pushed,
                () = stalled => {
                    bail!("the push has stalled: nothing moved for {} s; run the same command again", STALLED.as_secs())
                }
            }
        };
        self.run.stop.cancel(watched).await?
    }
}

/// Passes on what a build or a push says.
pub fn pass_on(run: &Run, progress: Progress) {
    match progress {
        Progress::Line(text) => run.note(text),
        Progress::Bytes { done, total } => run.progress(done, total),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use lambdeploy_engine::{Event, Id, Stop};
    use std::{cell::RefCell, rc::Rc};

    fn listening() -> (Run, Rc<RefCell<Vec<Event>>>) {
        let events = Rc::new(RefCell::new(Vec::new()));
        let sink = events.clone();
        let run =
            Run::new(Id::of("image", "app"), Rc::new(move |e| sink.borrow_mut().push(e)), Stop::default());
        (run, events)
    }

    /// What an engine says ten times a second of a registry that has stopped to read.
    async fn repeats(moved: &StallGuard<'_>) -> Result<()> {
        loop {
            moved.said(Progress::Bytes { done: 7, total: 9 });
            moved.said(Progress::Line("Waiting".into()));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_said_again_is_no_movement_and_is_not_passed_on() {
        let (run, events) = listening();
        let (moved, begun) = (StallGuard::new(&run), Instant::now());
        let error = moved.unless_stalled(repeats(&moved)).await.unwrap_err().to_string();
        assert!(error.contains("the push has stalled"), "{error}");
        assert!(begun.elapsed() < STALLED + Duration::from_secs(1), "{:?}", begun.elapsed());
        let bytes = events.borrow().iter().filter(|e| matches!(e, Event::Progress { .. })).count();
        assert_eq!(bytes, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_grow_are_waited_for_also_when_a_layer_begins_anew() {
        let (run, _) = listening();
        let moved = StallGuard::new(&run);
        let slow = async {
            for done in [1, 2, 3, 1, 2, 3, 4] {
                tokio::time::sleep(STALLED.saturating_sub(Duration::from_secs(1))).await;
                if done == 1 {
                    moved.said(Progress::Bytes { done: 0, total: 4 });
                }
                moved.said(Progress::Bytes { done, total: 4 });
            }
            Ok(())
        };
        moved.unless_stalled(slow).await.unwrap();
    }
}
