//! What was asked since the start: `GET /_local/requests` answers it as JSON lines, for people, tests and the bench.

use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One AWS request. Times are seconds since the local AWS started.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    pub service: &'static str,
    pub operation: &'static str,
    pub start: f64,
    pub end: f64,
    pub status: u16,
    /// The error code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The requests in the order in which they ended.
#[derive(Debug, Default)]
pub struct RequestLog(Mutex<Vec<Entry>>);

impl RequestLog {
    pub fn add(&self, entry: Entry) {
        self.lock().push(entry);
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
