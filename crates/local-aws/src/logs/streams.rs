//! Log streams.

use super::{
    errors::{exists, invalid, not_found},
    events,
    input::{self, GROUP, STREAM, done, group_of, logs},
    state::LogStream,
};
use crate::{
    call::{Call, Reply},
    constraint::Members,
    error::AwsError,
    paging,
};
use serde_json::{Value, json};
use std::cmp::Reverse;

fn names_of(input: &Value) -> Result<(String, String), AwsError> {
    let mut members = Members::of(input);
    let group = members.text("logGroupName", GROUP).to_owned();
    let stream = members.text("logStreamName", STREAM).to_owned();
    done(members)?;
    Ok((group, stream))
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let (group, name) = names_of(&input)?;
    let now = call.now.as_millisecond();
    let streams = &mut logs(call).group_mut(&group)?.streams;
    if streams.contains_key(&name) {
        return Err(exists("log stream"));
    }
    streams.insert(name, LogStream::new(now));
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let (group, name) = names_of(&input)?;
    let gone = logs(call).group_mut(&group)?.streams.remove(&name);
    gone.map(|_| Reply::Empty { status: 200 }).ok_or_else(|| not_found("log stream"))
}

pub(crate) fn describe(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let group = group_of(&input)?;
    let mut members = Members::of(&input);
    let prefix = members.optional_text("logStreamNamePrefix", STREAM).unwrap_or_default();
    let by_time = members.one_of("orderBy", &["LogStreamName", "LastEventTime"]) == Some("LastEventTime");
    done(members)?;
    if by_time && !prefix.is_empty() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let (limit, after) = (input::limit(call, &input, 50)?, input::token(&input)?);
    let arn = call.arn("logs", &format!("log-group:{group}:log-stream:"));
    let streams = &logs(call).group(&group)?.streams;
    let mut found: Vec<_> = streams.iter().filter(|(name, _)| name.starts_with(prefix)).collect();
    if by_time {
        found.sort_by_key(|(_, s)| s.events.last().map_or(s.created, |e| e.timestamp));
    }
    if input["descending"] == true {
        found.reverse();
    }
    let start = after.map_or(0, |a| found.iter().position(|(n, _)| **n == a).map_or(found.len(), |p| p + 1));
    let page = &found[start..found.len().min(start + limit)];
    let shown: Vec<Value> = page.iter().map(|(name, stream)| shown(&arn, name, stream)).collect();
    let mut output = json!({ "logStreams": shown });
    if let (true, Some((last, _))) = (start + limit < found.len(), page.last()) {
        output["nextToken"] = json!(paging::token(last));
    }
    Ok(Reply::ok(output))
}

fn shown(arn: &str, name: &str, stream: &LogStream) -> Value {
    let mut shown = json!({
        "logStreamName": name,
        "creationTime": stream.created,
        "arn": format!("{arn}{name}"),
        "storedBytes": 0,
    });
    if let (Some(first), Some(last)) = (stream.events.first(), stream.events.last()) {
        shown["firstEventTimestamp"] = json!(first.timestamp);
        shown["lastEventTimestamp"] = json!(last.timestamp);
        let newest = stream.events.iter().min_by_key(|e| Reverse(e.ingested));
        shown["lastIngestionTime"] = json!(newest.map(|e| e.ingested));
        shown["uploadSequenceToken"] = json!(events::sequence_token(stream));
    }
    shown
}
