//! Events of one stream.

use super::{
    errors::{invalid, not_found},
    input::{self, GROUP, STREAM, TOKEN, done, group_of, logs},
    state::{DAY, LogEvent, LogStream, OVERHEAD},
};
use crate::{
    call::{Call, Reply},
    constraint::Members,
    error::AwsError,
};
use serde_json::{Value, json};
use std::ops::Range;

const BATCH_BYTES: usize = 1_048_576;
const BATCH_EVENTS: usize = 10_000;
const FUTURE: i64 = 2 * 60 * 60 * 1000;
const PAST: i64 = 14 * DAY;

/// Sequence tokens are ignored nowadays, but still answered.
pub(crate) fn sequence_token(stream: &LogStream) -> String {
    format!("{:056}", stream.events.len())
}

pub(crate) fn put(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let group = members.text("logGroupName", GROUP).to_owned();
    let stream = members.text("logStreamName", STREAM).to_owned();
    let batch = read_batch(&mut members);
    members.optional_text("sequenceToken", TOKEN);
    done(members)?;
    if !input["entity"].is_null() {
        return Err(AwsError::not_implemented("PutLogEvents with an entity"));
    }
    check_batch(&batch)?;
    let now = call.now.as_millisecond();
    let logs = logs(call);
    logs.make_room(batch.iter().map(|(_, message)| message.len() + OVERHEAD).sum());
    let group = logs.groups.get_mut(&group).ok_or_else(|| not_found("log group"))?;
    let oldest = group.expires_before(now);
    let stream = group.streams.get_mut(&stream).ok_or_else(|| not_found("log stream"))?;
    let rejected = rejected(&batch, now, oldest);
    for (timestamp, message) in batch {
        if timestamp <= now + FUTURE && timestamp >= (now - PAST).max(oldest) {
            logs.arrived += 1;
            stream.add(LogEvent { timestamp, ingested: now, message, arrival: logs.arrived });
        }
    }
    let mut output = json!({ "nextSequenceToken": sequence_token(stream) });
    if rejected.as_object().is_some_and(|r| !r.is_empty()) {
        output["rejectedLogEventsInfo"] = rejected;
    }
    Ok(Reply::ok(output))
}

fn read_batch(members: &mut Members<'_>) -> Vec<(i64, String)> {
    let list = members.list("logEvents");
    if list.is_empty() {
        members.fail("logEvents", "[]", "Member must have length greater than or equal to 1");
    }
    if list.len() > BATCH_EVENTS {
        members.fail(
            "logEvents",
            "[...]",
            format!("Member must have length less than or equal to {BATCH_EVENTS}"),
        );
    }
    for (n, event) in list.iter().enumerate() {
        if event["timestamp"].as_i64().is_none_or(|t| t < 0) {
            let place = format!("logEvents.{}.member.timestamp", n + 1);
            members.fail(&place, &event["timestamp"], "Member must have value greater than or equal to 0");
        }
        if event["message"].as_str().is_none_or(str::is_empty) {
            let place = format!("logEvents.{}.member.message", n + 1);
            members.fail(&place, "", "Member must have length greater than or equal to 1");
        }
    }
    let event = |e: &Value| Some((e["timestamp"].as_i64()?, e["message"].as_str()?.to_owned()));
    list.iter().filter_map(event).collect()
}

fn check_batch(batch: &[(i64, String)]) -> Result<(), AwsError> {
    let bytes: usize = batch.iter().map(|(_, m)| m.len() + OVERHEAD).sum();
    if bytes > BATCH_BYTES {
        return Err(invalid(format!("Upload too large: {bytes} bytes exceeds limit of {BATCH_BYTES}")));
    }
    if !batch.is_sorted_by_key(|(t, _)| *t) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    let span = batch.last().zip(batch.first()).map_or(0, |((last, _), (first, _))| last - first);
    if span > DAY {
        let text = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.";
        return Err(invalid(text));
    }
    Ok(())
}

/// Where the events that are kept begin and end.
fn rejected(batch: &[(i64, String)], now: i64, oldest: i64) -> Value {
    let mut rejected = json!({});
    let index = |limit: i64| batch.partition_point(|(t, _)| *t < limit);
    let (expired, old, new) = (index(oldest), index(now - PAST), index(now + FUTURE + 1));
    if new < batch.len() {
        rejected["tooNewLogEventStartIndex"] = json!(new);
    }
    if old > 0 {
        rejected["tooOldLogEventEndIndex"] = json!(old);
    }
    if expired > old {
        rejected["expiredLogEventEndIndex"] = json!(expired);
    }
    rejected
}

/// From the end backwards, unless `startFromHead`. The tokens go on in both directions; at an end they stay the same.
pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let group = group_of(&input)?;
    let mut members = Members::of(&input);
    let stream = members.text("logStreamName", STREAM).to_owned();
    let start = members.number("startTime", 0..=i64::MAX).unwrap_or(0);
    let end = members.number("endTime", 0..=i64::MAX).unwrap_or(i64::MAX);
    members.optional_text("nextToken", TOKEN);
    done(members)?;
    let limit = input::limit(call, &input, 10_000)?;
    let now = call.now.as_millisecond();
    let group = logs(call).group(&group)?;
    let start = start.max(group.expires_before(now));
    let events = &group.stream(&stream)?.events;
    let in_time: Vec<&LogEvent> = events.iter().filter(|e| (start..end).contains(&e.timestamp)).collect();
    let range = window(&input, in_time.len(), limit)?;
    let shown = |e: &&LogEvent| json!({ "timestamp": e.timestamp, "message": e.message, "ingestionTime": e.ingested });
    Ok(Reply::ok(json!({
        "events": in_time[range.clone()].iter().map(shown).collect::<Vec<_>>(),
        "nextForwardToken": format!("f/{:056}/s", range.end),
        "nextBackwardToken": format!("b/{:056}/s", range.start),
    })))
}

fn window(input: &Value, count: usize, limit: usize) -> Result<Range<usize>, AwsError> {
    let Some(token) = input["nextToken"].as_str() else {
        let from_head = input["startFromHead"] == true;
        return Ok(if from_head { 0..count.min(limit) } else { count.saturating_sub(limit)..count });
    };
    let mut parts = token.split('/');
    let (direction, place) = (parts.next(), parts.next().and_then(|n| n.parse::<usize>().ok()));
    match (direction, place.map(|p| p.min(count))) {
        (Some("f"), Some(place)) => Ok(place..count.min(place + limit)),
        (Some("b"), Some(place)) => Ok(place.saturating_sub(limit)..place),
        _ => Err(invalid("The specified nextToken is invalid.")),
    }
}
