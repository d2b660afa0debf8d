//! What happened to alarms, as data.

use super::alarm::seconds;
use jiff::Timestamp;
use serde_json::{Value, json};

/// How much is remembered of all alarms; what is older is forgotten first. AWS remembers 30 days.
const KEPT: usize = 10_000;

#[derive(Debug, Clone)]
pub(crate) struct HistoryItem {
    pub alarm: String,
    pub at: Timestamp,
    pub kind: HistoryKind,
    pub summary: String,
    /// A JSON document.
    pub data: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HistoryKind {
    ConfigurationUpdate,
    StateUpdate,
    Action,
}

impl HistoryItem {
    pub(crate) fn shown(&self) -> Value {
        json!({
            "AlarmName": self.alarm,
            "AlarmType": "MetricAlarm",
            "Timestamp": seconds(self.at),
            "HistoryItemType": self.kind.word(),
            "HistorySummary": self.summary,
            "HistoryData": self.data.to_string(),
        })
    }
}

impl HistoryKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::ConfigurationUpdate => "ConfigurationUpdate",
            Self::StateUpdate => "StateUpdate",
            Self::Action => "Action",
        }
    }
}

pub(crate) fn add(history: &mut Vec<HistoryItem>, item: HistoryItem) {
    if history.len() == KEPT {
        history.remove(0);
    }
    history.push(item);
}
