//! What builds and pushes say while they run, and how long a push may say nothing.

use crate::{docker::Progress, engine::Reporter};
use anyhow::{Result, bail};
use std::{cell::Cell, time::Duration};
use tokio::time::Instant;

/// A push that says nothing for so long has stalled. Engines and registries move gigabytes without a word for minutes.
const STALLED: Duration = Duration::from_secs(600);

/// When a push last said something.
pub struct Moved<'a> {
    to: &'a Reporter,
    at: Cell<Instant>,
}

impl<'a> Moved<'a> {
    pub fn new(to: &'a Reporter) -> Self {
        Self { to, at: Cell::new(Instant::now()) }
    }

    pub fn said(&self, progress: Progress) {
        self.at.set(Instant::now());
        said(self.to, progress);
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
        self.to.stop.cancel(watched).await?
    }
}

/// Passes on what a build or a push says.
pub fn said(to: &Reporter, progress: Progress) {
    match progress {
        Progress::Line(text) => to.note(text),
        Progress::Bytes { done, total } => to.progress(done, total),
    }
}
