//! `logs`: the functions' log lines, request by request.

mod requests;

use super::session::{READING_STOPS, Session};
use crate::{
    Exit,
    aws::{FoundExt, call, pages},
    cli,
    engine::Id,
    exit::Usage,
    resources::log_group_name,
    stack::{Function, Values},
    ui::{LogLine, LogRequest, Outcome, Printer},
};
use anyhow::Result;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use aws_sdk_lambda::types::EnvironmentResponse;
use futures_util::future::try_join_all;
use requests::{LoggedRequest, Requests};
use std::{collections::BTreeSet, time::Duration};

/// Late lines arrive within about this long: following looks back that far and drops what it has seen.
const LATE_MS: i64 = 10_000;

/// Between two looks while following.
const POLL: Duration = Duration::from_secs(2);

pub(super) async fn run(common: &cli::Common, args: &cli::LogsArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(READING_STOPS, printer);
    let groups = groups(&session, &args.functions)?;
    let deployed = hide_what_functions_know(&session, printer).await?;
    let mut since = now() - age(&args.since)?;
    let (mut seen, mut requests) = (BTreeSet::new(), Requests::default());
    let mut most = args.lines;
    loop {
        let mut found = Vec::new();
        for (key, group) in &groups {
            let mut events = events(&session, group, since, args.filter.as_deref()).await?;
            events.retain(|e| seen.insert(e.event_id.clone().unwrap_or_default()));
            found.extend(requests.of(key, events));
        }
        let last = found.iter().flat_map(|request| &request.events).filter_map(|e| e.timestamp).max();
        let wanted = wanted(found, args);
        if !show(&wanted, most, groups.len() > 1, printer) {
            return Ok(Exit::Done);
        }
        if !args.follow {
            if wanted.is_empty() {
                printer.say(nothing(args, (!deployed).then(|| session.not_deployed(common))));
            }
            return Ok(Exit::Done);
        }
        most = usize::MAX;
        since = last.map_or(since, |t| t - LATE_MS);
        if session.stop.sleep(POLL).await.is_err() {
            return Ok(Exit::Interrupted);
        }
    }
}

/// What was asked for, in the order in which the requests began.
fn wanted(mut found: Vec<LoggedRequest>, args: &cli::LogsArgs) -> Vec<LoggedRequest> {
    let is_it =
        |request: &LoggedRequest, id: &String| request.id.as_ref().is_some_and(|of| of.starts_with(id));
    found.retain(|request| args.request.as_ref().is_none_or(|id| is_it(request, id)));
    found.retain(|request| !args.errors || request.cause.is_some());
    found.sort_by_key(|request| request.events.first().and_then(|e| e.timestamp));
    found
}

/// Shows the last `most` lines, below the request that they are of; whether anybody reads on.
fn show(requests: &[LoggedRequest], most: usize, several: bool, printer: &Printer) -> bool {
    let lines: usize = requests.iter().map(|request| request.events.len()).sum();
    let mut skip = lines.saturating_sub(most);
    for LoggedRequest { function, id, cause, events, .. } in requests {
        let (skipped, shown) = events.split_at(skip.min(events.len()));
        skip -= skipped.len();
        if shown.is_empty() {
            continue;
        }
        if id.is_some() || cause.is_some() {
            printer.show(Outcome::LogRequest(LogRequest { function, several, id, cause }));
        }
        for event in shown {
            let (time, message) = (event.timestamp.unwrap_or_default(), event.message().unwrap_or_default());
            printer.show(Outcome::LogLine(LogLine { function, request: id, several, time, message }));
            if !printer.is_read() {
                return false;
            }
        }
    }
    true
}

/// `not_deployed`: why there can be none.
fn nothing(args: &cli::LogsArgs, not_deployed: Option<String>) -> String {
    let what = match &args.request {
        Some(id) => format!("no log lines of the request {id}"),
        None if args.errors => "no request that failed".to_owned(),
        None => "no log lines".to_owned(),
    };
    let nothing = format!("{what} in the last {}", args.since);
    not_deployed
        .map_or_else(|| format!("{nothing}; --since looks further back"), |why| format!("{nothing}: {why}"))
}

/// The last log lines of a function, or of one of its versions, for a failure: what is live writes all the while.
pub(super) async fn last_lines(
    session: &Session,
    key: &str,
    version: Option<u64>,
    printer: &Printer,
) -> Result<()> {
    let groups = groups(session, &[key.to_owned()])?;
    let of = version.map(|version| format!(", version {version}")).unwrap_or_default();
    for (_, group) in groups {
        let events = of_version(events(session, &group, now() - 300_000, None).await?, version);
        printer.say(format!("the last log lines of {key}{of}:"));
        let skip = events.len().saturating_sub(20);
        for event in events.iter().skip(skip) {
            printer.say(format!("  {}", event.message().unwrap_or_default().trim_end()));
        }
    }
    Ok(())
}

/// Those of a version, or all of them, in the order in which they were written.
fn of_version(mut events: Vec<FilteredLogEvent>, version: Option<u64>) -> Vec<FilteredLogEvent> {
    // A stream is `2026/11/30/[7]0123456789abcdef`.
    if let Some(stream) = version.map(|version| format!("[{version}]")) {
        events.retain(|event| event.log_stream_name().is_some_and(|name| name.contains(&stream)));
    }
    events.sort_by_key(|event| event.timestamp);
    events
}

/// The lines of a function, or of one of its versions, since a time (milliseconds), of the log stream that was written to last: there is one for each
/// of its containers.
///
/// # Errors
/// As the call.
pub(super) async fn of_last_call(
    session: &Session,
    key: &str,
    version: Option<u64>,
    since: i64,
) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (_, group) in groups(session, &[key.to_owned()])? {
        let events = of_version(events(session, &group, since, None).await?, version);
        let last = events.last().and_then(|e| e.log_stream_name.clone());
        lines.extend(events.into_iter().filter(|e| e.log_stream_name == last).filter_map(|e| e.message));
    }
    Ok(lines)
}

/// Before a line is read: functions may have printed their variables, as AWS has them, and the keys of their callers.
/// Gives whether there is any function.
pub(super) async fn hide_what_functions_know(session: &Session, printer: &Printer) -> Result<bool> {
    let run = session.cloud.looking_at(&Id::only("logs"));
    let keys = async {
        let none = session.stack.api.keys.is_empty();
        if none { Ok(Vec::new()) } else { super::output::key_values(session).await }
    };
    let variables = try_join_all(session.stack.functions.values().map(|function| async {
        let request = session.cloud.lambda.get_function_configuration().function_name(&function.name);
        let found = call(&run, "GetFunctionConfiguration", || request.clone().send()).await.found()?;
        anyhow::Ok(found.map(|c| secrets(function, c.environment())))
    }));
    let (keys, variables) = tokio::try_join!(keys, variables)?;
    let deployed = variables.iter().any(Option::is_some);
    printer.hide(variables.into_iter().flatten().flatten().chain(keys));
    Ok(deployed)
}

/// The values of a function's variables in AWS, but for those that the file itself shows.
fn secrets(function: &Function, environment: Option<&EnvironmentResponse>) -> Vec<String> {
    let shown = |key: &str| function.environment.get(key).is_some_and(|text| !text.secret);
    let variables = environment.and_then(EnvironmentResponse::variables).into_iter().flatten();
    variables.filter(|(key, _)| !shown(key)).map(|(_, value)| value.clone()).collect()
}

/// Function keys with their log groups.
fn groups(session: &Session, keys: &[String]) -> Result<Vec<(String, String)>> {
    let functions = &session.stack.functions;
    if let Some(unknown) = keys.iter().find(|k| !functions.contains_key(*k)) {
        let known: Vec<_> = functions.keys().cloned().collect();
        return Err(
            Usage(format!("the stack file has no function {unknown}; it has {}", known.join(", "))).into()
        );
    }
    let chosen = functions.values().filter(|f| keys.is_empty() || keys.contains(&f.key));
    Ok(chosen.map(|f| (f.key.clone(), log_group_name(&f.name))).collect())
}

async fn events(
    session: &Session,
    group: &str,
    since: i64,
    filter: Option<&str>,
) -> Result<Vec<FilteredLogEvent>> {
    let run = session.cloud.looking_at(&Id::only("logs"));
    pages(async |next| {
        let request = session.cloud.logs.filter_log_events().log_group_name(group).start_time(since);
        let request = request.set_filter_pattern(filter.map(str::to_owned)).set_next_token(next);
        // A group that is not there has no lines: the function was never called.
        let page = call(&run, "FilterLogEvents", || request.clone().send()).await.found()?;
        Ok(page.map_or((Vec::new(), None), |page| (page.events.unwrap_or_default(), page.next_token)))
    })
    .await
}

/// In milliseconds, as log events have it.
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// `30s`, `10m`, `2h`, `1d` in milliseconds.
pub(super) fn age(text: &str) -> Result<i64> {
    let wrong = || Usage(format!("--since {text} is not a time: write 30s, 10m, 2h or 1d"));
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong().into()),
    };
    number.checked_mul(seconds * 1_000).ok_or_else(|| wrong().into())
}
