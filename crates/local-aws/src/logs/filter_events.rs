//! FilterLogEvents: all streams of a group, in the order of time.

use super::{
    errors::invalid,
    filter_pattern::FilterPattern,
    input::{self, STREAM, done, group_of, logs},
    state::LogEvent,
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    paging,
};
use serde_json::{Value, json};

const PATTERN: Shape = Shape { length: (0, 1024), pattern: None };
const PAGE_EVENTS: i64 = 10_000;
const PAGE_BYTES: usize = 1_048_576;

/// A page ends after so many events that were looked at, so that pages can be empty and yet not the last, as on AWS.
pub(crate) fn filter(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let group = group_of(&input)?;
    let mut members = Members::of(&input);
    let start = members.number("startTime", 0..=i64::MAX).unwrap_or(0);
    let end = members.number("endTime", 0..=i64::MAX).unwrap_or(i64::MAX);
    let pattern = members.optional_text("filterPattern", PATTERN).unwrap_or_default();
    let wanted = Streams::read(&mut members)?;
    done(members)?;
    let pattern = FilterPattern::read(pattern)?;
    let (limit, after) = (input::limit(call, &input, PAGE_EVENTS)?, position(&input)?);
    let now = call.now.as_millisecond();
    let name = group;
    let group = logs(call).group(&name)?;
    if group.class != "STANDARD" {
        let text = format!(
            "The log group {name} is of log-group-class {}. FilterLogEvents is not supported for this log class.",
            group.class
        );
        return Err(AwsError::new(400, "InvalidOperationException", text));
    }
    let start = start.max(group.expires_before(now));
    let streams = group.streams.iter().filter(|(name, _)| wanted.contains(name));
    let mut events: Vec<(&String, &LogEvent)> = streams
        .flat_map(|(name, s)| s.events.iter().map(move |e| (name, e)))
        .filter(|(_, e)| (start..=end).contains(&e.timestamp) && (e.timestamp, e.arrival) > after)
        .collect();
    events.sort_by_key(|(_, e)| (e.timestamp, e.arrival));
    let mut bytes = 0;
    let fits = |(_, e): &&(&String, &LogEvent)| {
        bytes += e.size();
        bytes <= PAGE_BYTES
    };
    let page: Vec<_> = events.iter().take(limit).take_while(fits).collect();
    let matching = page.iter().filter(|(_, e)| pattern.matches(&e.message));
    let shown: Vec<Value> = matching.map(|(stream, event)| shown(stream, event)).collect();
    let mut output = json!({ "events": shown, "searchedLogStreams": [] });
    if let (true, Some((_, last))) = (page.len() < events.len(), page.last()) {
        output["nextToken"] = json!(paging::token(&format!("{}/{}", last.timestamp, last.arrival)));
    }
    Ok(Reply::ok(output))
}

fn shown(stream: &str, event: &LogEvent) -> Value {
    json!({
        "logStreamName": stream,
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingested,
        "eventId": format!("{:020}{:036}", event.timestamp, event.arrival),
    })
}

/// Time and arrival of the last event that was looked at.
fn position(input: &Value) -> Result<(i64, u64), AwsError> {
    let Some(token) = input::token(input)? else { return Ok((i64::MIN, 0)) };
    let (time, arrival) = token.split_once('/').unwrap_or_default();
    match (time.parse(), arrival.parse()) {
        (Ok(time), Ok(arrival)) => Ok((time, arrival)),
        _ => Err(invalid("The specified nextToken is invalid.")),
    }
}

/// The streams that are searched.
enum Streams {
    All,
    Named(Vec<String>),
    Prefixed(String),
}

impl Streams {
    fn read(members: &mut Members<'_>) -> Result<Self, AwsError> {
        let names = members.texts("logStreamNames", 1..=100, STREAM);
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        match (names.is_empty(), members.optional_text("logStreamNamePrefix", STREAM)) {
            (true, None) => Ok(Self::All),
            (false, None) => Ok(Self::Named(names)),
            (true, Some(prefix)) => Ok(Self::Prefixed(prefix.to_owned())),
            (false, Some(_)) => {
                Err(invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters."))
            }
        }
    }

    fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|n| n == name),
            Self::Prefixed(prefix) => name.starts_with(prefix),
        }
    }
}
