//! What happened to every call of the stage URLs of a region, of which CloudWatch's metrics of API Gateway are made.

use jiff::Timestamp;
use std::{collections::VecDeque, time::Duration};

/// How many calls are remembered; older ones are forgotten first.
const MOST: usize = 100_000;

/// One call that was answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CallRecord {
    /// When it came in.
    pub at: Timestamp,
    /// The API's name, by which its metrics go: two APIs of one name share them.
    pub api_name: String,
    pub stage: String,
    /// Method and resource path, where the stage has detailed metrics for them.
    pub detailed: Option<(String, String)>,
    pub status: u16,
    pub latency: Duration,
    /// How long the integration took of it, where one was asked.
    pub integration_latency: Option<Duration>,
}

/// The calls of one account in one region, oldest first by when they were answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallLog(VecDeque<CallRecord>);

impl CallLog {
    pub(crate) fn add(&mut self, record: CallRecord) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(record);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CallRecord> {
        self.0.iter()
    }
}
