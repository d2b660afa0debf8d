//! Ctrl-C: what is in flight at AWS finishes, waits end, nothing new starts.

use std::{fmt, rc::Rc, time::Duration};
use tokio::sync::watch;

/// Shared by everything in a run. A clone is the same switch.
#[derive(Clone)]
pub struct Stop(Rc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Rc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Before anything new is started.
    ///
    /// # Errors
    /// [`Interrupted`] after [`Stop::now`].
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.is_set() { Err(Interrupted) } else { Ok(()) }
    }

    /// Waits, unless interrupted.
    ///
    /// # Errors
    /// [`Interrupted`], as soon as [`Stop::now`] is called.
    pub async fn sleep(&self, time: Duration) -> Result<(), Interrupted> {
        self.cancel(tokio::time::sleep(time)).await
    }

    /// Runs what may be dropped half way: a wait, a build, a push. Never a single AWS call.
    ///
    /// # Errors
    /// [`Interrupted`], as soon as [`Stop::now`] is called; `work` is dropped then.
    pub async fn cancel<T>(&self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        self.check()?;
        let mut watch = self.0.subscribe();
        tokio::select! {
            done = work => Ok(done),
            _ = watch.wait_for(|stop| *stop) => Err(Interrupted),
        }
    }
}

/// The person pressed Ctrl-C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}
