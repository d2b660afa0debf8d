//! Every call of a stage URL and why it was answered as it was: `GET /_local/gateway`, one JSON object a line.

use super::{exchange::Exchange, target::StageTarget};
use serde::Serialize;
use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

/// How many calls are kept.
const KEPT: usize = 10_000;
/// The longest text that is kept of a call, in bytes: the URL is as long as its client wants.
const LONGEST: usize = 1024;

/// One call.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoggedCall {
    pub request_id: String,
    pub time: String,
    pub api: String,
    pub stage: String,
    pub method: String,
    pub path: String,
    /// The resource that matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    pub status: u16,
    /// What was wrong; absent where the integration answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl LoggedCall {
    pub(crate) fn of(exchange: &Exchange, target: &StageTarget, status: u16, why: Option<String>) -> Self {
        Self {
            request_id: exchange.id.clone(),
            time: exchange.received.to_string(),
            api: cut(&target.api),
            stage: cut(&target.stage),
            method: cut(&exchange.request.method),
            path: cut(&exchange.request.path),
            resource: exchange.route.as_ref().map(|r| r.resource_path.clone()),
            key_id: exchange.identity.api_key.as_ref().map(|(id, _)| id.clone()),
            status,
            why: why.map(|why| cut(&why)),
        }
    }
}

impl fmt::Display for LoggedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, stage, path, status, why, .. } = self;
        write!(f, "{method} /{stage}{path} {status}")?;
        why.iter().try_for_each(|why| write!(f, " ({why})"))
    }
}

fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    text[..text.floor_char_boundary(LONGEST)].to_owned() + "…"
}

/// The latest calls in their order.
#[derive(Debug, Default)]
pub(crate) struct AccessLog(Mutex<VecDeque<LoggedCall>>);

impl AccessLog {
    pub(crate) fn add(&self, entry: LoggedCall) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub(crate) fn entries(&self) -> Vec<LoggedCall> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
