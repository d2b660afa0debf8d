//! What happened to every invocation of a region, of which CloudWatch's metrics of Lambda are made.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};

/// How many invocations are remembered; older ones are forgotten first.
const MOST: usize = 100_000;

/// One invocation, once it is over; or one that was refused for concurrency.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InvocationRecord {
    /// When it began. CloudWatch counts it in this minute.
    pub at: Timestamp,
    pub function: String,
    /// As it was called: `None` without a qualifier, else a version's number, `$LATEST` or an alias's name. The metrics'
    /// dimension `Resource` is `function` or `function:qualifier`.
    pub qualifier: Option<String>,
    /// `$LATEST`, or the number of the version that ran, also where no alias was called.
    pub executed_version: String,
    /// Of the handler, without `init`.
    pub duration: Duration,
    /// How long the runtime took to get ready, where the invocation started a container (or had one restored).
    pub init: Option<Duration>,
    /// MB that the function has.
    pub memory_size: u32,
    pub result: InvocationResult,
    /// Executions of the function that were under way when it began, with itself.
    pub concurrent: u32,
    /// It ran in a container that provisioned concurrency keeps ready.
    pub provisioned: bool,
}

impl InvocationRecord {
    /// For `/_local/invocations`. Durations are in seconds.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "at": self.at,
            "function": self.function,
            "qualifier": self.qualifier,
            "executed_version": self.executed_version,
            "duration": self.duration.as_secs_f64(),
            "init": self.init.map(|init| init.as_secs_f64()),
            "memory_size": self.memory_size,
            "result": self.result,
            "concurrent": self.concurrent,
            "provisioned": self.provisioned,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum InvocationResult {
    Succeeded,
    /// The function failed, timed out or crashed: metric `Errors`, besides `Invocations`.
    Failed,
    /// It was refused with 429: metric `Throttles`, and no invocation.
    Throttled,
}

/// The invocations of one account in one region, oldest first by when they ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct InvocationLog(VecDeque<InvocationRecord>);

impl InvocationLog {
    pub(crate) fn add(&mut self, record: InvocationRecord) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(record);
    }

    /// In the order in which they ended.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &InvocationRecord> {
        self.0.iter()
    }
}
