//! The log groups of one region with their streams and events, as data.

use super::errors::not_found;
use crate::error::AwsError;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// The log groups of one region, by name.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Logs {
    pub groups: BTreeMap<String, LogGroup>,
    #[serde(skip_serializing_if = "RetentionPolicies::is_empty")]
    pub retention_policies: RetentionPolicies,
    /// How many events ever came: tells apart what came in the same millisecond.
    #[serde(skip)]
    pub arrived: u64,
    /// Bytes of events that came since they were last counted, and what there was then.
    #[serde(skip)]
    pub at_most: usize,
}

/// Times are milliseconds since 1970, as everywhere in this service.
#[derive(Debug, Default, Clone, Serialize)]
pub(crate) struct LogGroup {
    pub created: i64,
    pub class: String,
    pub kms_key: Option<String>,
    /// Days; `None` is for ever.
    pub retention: Option<i64>,
    pub tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    pub streams: BTreeMap<String, LogStream>,
}

#[derive(Debug, Default, Clone, Serialize)]
pub(crate) struct LogStream {
    pub created: i64,
    /// By time, then by arrival.
    pub events: Vec<LogEvent>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct LogEvent {
    pub timestamp: i64,
    pub ingested: i64,
    pub message: String,
    #[serde(skip)]
    pub arrival: u64,
}

/// Bytes that AWS counts for an event beside its message.
pub(crate) const OVERHEAD: usize = 26;
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

impl Logs {
    /// Adds what a function wrote. The stream comes into being where it is missing, the group only where the function's
    /// role may create it. Answers whether the group was there before; without it and without that right the events are
    /// lost, as on AWS.
    pub(crate) fn append(
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

    /// The tags of the group that an ARN names.
    pub(crate) fn tags_of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        let group = arn.splitn(6, ':').nth(5)?.strip_prefix("log-group:")?;
        self.groups.get(group).map(|g| g.tags.clone())
    }

    pub(crate) fn group(&self, name: &str) -> Result<&LogGroup, AwsError> {
        self.groups.get(name).ok_or_else(|| not_found("log group"))
    }

    pub(crate) fn group_mut(&mut self, name: &str) -> Result<&mut LogGroup, AwsError> {
        self.groups.get_mut(name).ok_or_else(|| not_found("log group"))
    }
}

impl LogGroup {
    pub(crate) fn new(created: i64) -> Self {
        Self { created, class: "STANDARD".to_owned(), ..Self::default() }
    }

    /// Older events have expired.
    pub(crate) fn expires_before(&self, now: i64) -> i64 {
        self.retention.map_or(i64::MIN, |days| now - days * DAY)
    }

    pub(crate) fn stream(&self, name: &str) -> Result<&LogStream, AwsError> {
        self.streams.get(name).ok_or_else(|| not_found("log stream"))
    }

    pub(crate) fn stored_bytes(&self) -> usize {
        self.streams.values().flat_map(|s| &s.events).map(LogEvent::size).sum()
    }
}

impl LogStream {
    pub(crate) fn new(created: i64) -> Self {
        Self { created, events: Vec::new() }
    }

    pub(crate) fn add(&mut self, event: LogEvent) {
        let place = self.events.partition_point(|e| e.timestamp <= event.timestamp);
        self.events.insert(place, event);
    }
}

impl LogEvent {
    /// What AWS counts.
    pub(crate) fn size(&self) -> usize {
        self.message.len() + OVERHEAD
    }
}

/// Account policies of type RETENTION_POLICY, by name.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct RetentionPolicies(pub BTreeMap<String, RetentionPolicy>);

#[derive(Debug, Clone, Serialize)]
pub(crate) struct RetentionPolicy {
    /// `None` is for ever.
    pub days: Option<i64>,
    /// Groups that were made before are not meant.
    pub from: Option<i64>,
    pub document: String,
}

impl RetentionPolicies {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name and the days of the policy for a group that was made then.
    pub(crate) fn of(&self, created: i64) -> Option<(&str, Option<i64>)> {
        let found = self.0.iter().find(|(_, p)| p.from.is_none_or(|from| created >= from))?;
        Some((found.0, found.1.days))
    }
}
