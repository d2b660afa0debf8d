//! One warm container.

use super::{fault::FunctionFault, initialization::Startup, journal::JournalEntry, runtime_api::RuntimeApi};
use crate::lambda::sandbox::Sandbox;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, mpsc};

/// A container whose runtime is ready, or was.
pub(crate) struct Instance {
    pub sandbox: Arc<Sandbox>,
    pub api: RuntimeApi,
    /// The engine's name for the container.
    pub container: String,
    journal: mpsc::UnboundedSender<JournalEntry>,
    /// It is kept ready by provisioned concurrency.
    pub provisioned: bool,
    /// Until the first invocation: what the runtime took to get ready.
    startup: Mutex<Option<Startup>>,
    retired: Notify,
}

impl Instance {
    pub(crate) fn new(
        sandbox: Arc<Sandbox>,
        api: RuntimeApi,
        container: String,
        journal: mpsc::UnboundedSender<JournalEntry>,
        provisioned: bool,
    ) -> Self {
        let (startup, retired) = (Mutex::default(), Notify::new());
        Self { sandbox, api, container, journal, provisioned, startup, retired }
    }

    /// The runtime has got ready.
    pub(crate) fn initialised(&self, startup: Startup) {
        *self.startup.lock().unwrap_or_else(PoisonError::into_inner) = Some(startup);
    }

    /// For the first invocation only.
    pub(crate) fn take_startup(&self) -> Option<Startup> {
        self.startup.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Writes into the function's log, in order with the container's own output.
    pub(crate) fn record(&self, entry: JournalEntry) {
        // The journal ends with the local AWS; then nobody can read it anyway.
        let _unread = self.journal.send(entry);
    }

    /// Lets the container's supervisor kill it.
    pub(crate) fn retire(&self) {
        self.retired.notify_one();
    }

    /// Waits until somebody retires it.
    pub(crate) async fn until_retired(&self) {
        self.retired.notified().await;
    }
}

/// A launch that failed by the function's fault. The instance is over; it lives on so that the log can be written.
pub(crate) struct FailedLaunch {
    pub fault: FunctionFault,
    pub instance: Arc<Instance>,
    pub init: Duration,
}
