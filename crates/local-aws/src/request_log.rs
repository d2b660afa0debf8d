//! What was asked since the start: `GET /_local/requests` answers it as JSON lines, for people, tests and the bench.

use serde::Serialize;
use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One AWS request. Times are seconds since the local AWS started.
#[derive(Debug, Clone, Serialize)]
pub struct LoggedRequest {
    pub service: &'static str,
    pub operation: &'static str,
    pub start: f64,
    pub end: f64,
    pub status: u16,
    /// The error code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl fmt::Display for LoggedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, operation, start, end, status, error } = self;
        write!(f, "{service} {operation} {status}")?;
        error.iter().try_for_each(|error| write!(f, " ({error})"))?;
        write!(f, " {:.0} ms", (end - start) * 1000.0)
    }
}

/// How many are kept.
const KEPT: usize = 100_000;

/// The latest requests in the order in which they ended.
#[derive(Debug, Default)]
pub struct RequestLog(Mutex<VecDeque<LoggedRequest>>);

impl RequestLog {
    pub(crate) fn add(&self, entry: LoggedRequest) {
        let mut entries = self.lock();
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub fn entries(&self) -> Vec<LoggedRequest> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<LoggedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
