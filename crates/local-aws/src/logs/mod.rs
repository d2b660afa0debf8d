//! CloudWatch Logs: groups, streams, events.

mod budget;
mod events;
mod filter_events;
mod filter_pattern;
mod groups;
mod input;
mod json_filter;
mod retention_policy;
mod streams;
mod tags;

#[cfg(test)]
mod tests;

use crate::{
    error::AwsError,
    operation::{Call, Operation},
};
pub use input::name_in;
use jiff::Timestamp;
use retention_policy::RetentionPolicies;
use serde::Serialize;
use std::collections::BTreeMap;

pub const OPERATIONS: &[Operation] = &[
    Operation::named("CreateLogGroup", groups::create),
    Operation::named("DeleteLogGroup", groups::delete),
    Operation::named("DescribeLogGroups", groups::describe),
    Operation::named("PutLogGroupDeletionProtection", groups::put_deletion_protection),
    Operation::named("PutAccountPolicy", retention_policy::put),
    Operation::named("DeleteAccountPolicy", retention_policy::delete),
    Operation::named("PutRetentionPolicy", groups::put_retention),
    Operation::named("DeleteRetentionPolicy", groups::delete_retention),
    Operation::named("TagResource", tags::tag),
    Operation::named("UntagResource", tags::untag),
    Operation::named("ListTagsForResource", tags::list),
    Operation::named("CreateLogStream", streams::create),
    Operation::named("DeleteLogStream", streams::delete),
    Operation::named("DescribeLogStreams", streams::describe),
    Operation::named("PutLogEvents", events::put),
    Operation::named("GetLogEvents", events::get),
    Operation::named("FilterLogEvents", filter_events::filter),
];

/// The log groups of one region, by name.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Logs {
    groups: BTreeMap<String, LogGroup>,
    #[serde(skip_serializing_if = "RetentionPolicies::is_empty")]
    retention_policies: RetentionPolicies,
    /// How many events ever came: tells apart what came in the same millisecond.
    #[serde(skip)]
    arrived: u64,
    /// Bytes of events that came since they were last counted, and what there was then.
    #[serde(skip)]
    at_most: usize,
}

/// Times are milliseconds since 1970, as everywhere in this service.
#[derive(Debug, Default, Clone, Serialize)]
struct LogGroup {
    created: i64,
    class: String,
    kms_key: Option<String>,
    /// Days; `None` is for ever.
    retention: Option<i64>,
    tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    protected: bool,
    streams: BTreeMap<String, LogStream>,
}

#[derive(Debug, Default, Clone, Serialize)]
struct LogStream {
    created: i64,
    /// By time, then by arrival.
    events: Vec<LogEvent>,
}

#[derive(Debug, Clone, Serialize)]
struct LogEvent {
    timestamp: i64,
    ingested: i64,
    message: String,
    #[serde(skip)]
    arrival: u64,
}

/// Bytes that AWS counts for an event beside its message.
const OVERHEAD: usize = 26;
const DAY: i64 = 24 * 60 * 60 * 1000;

impl Logs {
    /// Adds what a function wrote. The stream comes into being where it is missing, the group only where the function's
    /// role may create it. Answers whether the group was there before; without it and without that right the events are
    /// lost, as on AWS.
    pub fn append(
        &mut self,
        group: &str,
        stream: &str,
        events: &[(Timestamp, String)],
        may_create_group: bool,
    ) -> bool {
        let existed = self.groups.contains_key(group);
        let now = events.last().map_or(0, |(time, _)| time.as_millisecond());
        if !existed && !may_create_group {
            return false;
        }
        self.make_room(events.iter().map(|(_, message)| message.len() + OVERHEAD).sum());
        let group = self.groups.entry(group.to_owned()).or_insert_with(|| LogGroup::new(now));
        let stream = group.streams.entry(stream.to_owned()).or_insert_with(|| LogStream::new(now));
        for (time, message) in events {
            self.arrived += 1;
            stream.add(LogEvent {
                timestamp: time.as_millisecond(),
                ingested: now,
                message: message.clone(),
                arrival: self.arrived,
            });
        }
        existed
    }

    /// The tags of a group.
    pub fn tags_of(&self, group: &str) -> Option<&BTreeMap<String, String>> {
        self.groups.get(group).map(|g| &g.tags)
    }

    fn group(&self, name: &str) -> Result<&LogGroup, AwsError> {
        self.groups.get(name).ok_or_else(|| not_found("log group"))
    }

    fn group_mut(&mut self, name: &str) -> Result<&mut LogGroup, AwsError> {
        self.groups.get_mut(name).ok_or_else(|| not_found("log group"))
    }
}

impl LogGroup {
    fn new(created: i64) -> Self {
        Self { created, class: "STANDARD".to_owned(), ..Self::default() }
    }

    /// Older events have expired.
    fn expires_before(&self, now: i64) -> i64 {
        self.retention.map_or(i64::MIN, |days| now - days * DAY)
    }

    fn stream(&self, name: &str) -> Result<&LogStream, AwsError> {
        self.streams.get(name).ok_or_else(|| not_found("log stream"))
    }

    fn stored_bytes(&self) -> usize {
        self.streams.values().flat_map(|s| &s.events).map(LogEvent::size).sum()
    }
}

impl LogStream {
    fn new(created: i64) -> Self {
        Self { created, events: Vec::new() }
    }

    fn add(&mut self, event: LogEvent) {
        let place = self.events.partition_point(|e| e.timestamp <= event.timestamp);
        self.events.insert(place, event);
    }
}

impl LogEvent {
    /// What AWS counts.
    fn size(&self) -> usize {
        self.message.len() + OVERHEAD
    }
}

fn logs<'a>(call: &'a mut Call<'_>) -> &'a mut Logs {
    &mut call.region_mut().logs
}

fn not_found(what: &str) -> AwsError {
    AwsError::new(400, "ResourceNotFoundException", format!("The specified {what} does not exist."))
}

fn exists(what: &str) -> AwsError {
    AwsError::new(400, "ResourceAlreadyExistsException", format!("The specified {what} already exists"))
}

fn invalid(text: impl std::fmt::Display) -> AwsError {
    AwsError::new(400, "InvalidParameterException", text)
}
