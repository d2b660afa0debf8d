//! What came of a row.

use super::row::Row;
use serde::Serialize;

/// One row, asked.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub promise: String,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How the function answered, where it was called: `200 {"message":…}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The key of the function that was called and failed, or gave no HTTP answer: its log says why.
    #[serde(skip)]
    pub failed: Option<String>,
    /// API Gateway could not call a function: it may have been asleep.
    #[serde(skip)]
    pub lost: bool,
}

impl Finding {
    pub(super) fn new(row: &Row, verdict: Verdict) -> Self {
        Self { promise: row.promise.clone(), verdict, answer: None, failed: None, lost: false }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "verdict")]
pub enum Verdict {
    Holds,
    Broken {
        seen: Vec<String>,
        fix: String,
    },
    /// It could not be found out, and why.
    Unknown {
        why: String,
    },
}
