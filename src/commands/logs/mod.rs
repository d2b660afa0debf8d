//! `logs`: the functions' log lines, request by request.

mod reading;
mod requests;

pub(super) use reading::Logs;

use super::session::{READING_STOPS, Session};
use crate::{
    Exit, cli,
    exit::Usage,
    stack::Values,
    ui::{LogLine, LogRequest, Outcome, Printer},
};
use anyhow::Result;
use requests::{LoggedRequest, Requests};
use std::{collections::BTreeSet, time::Duration};

/// Late lines arrive within about this long: following looks back that far and drops what it has seen.
const LATE_MS: i64 = 10_000;

/// Between two looks while following.
const POLL: Duration = Duration::from_secs(2);

pub(super) async fn run(common: &cli::Common, args: &cli::LogsArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(READING_STOPS, printer);
    let functions = reading::chosen(&session, &args.functions)?;
    let logs = Logs::open(&session, printer).await?;
    let mut since = now() - age(&args.since)?;
    let (mut seen, mut requests) = (BTreeSet::new(), Requests::default());
    let mut most = args.lines;
    loop {
        let mut found = Vec::new();
        for function in &functions {
            let mut events = logs.events(function, since, args.filter.as_deref()).await?;
            events.retain(|e| seen.insert(e.event_id.clone().unwrap_or_default()));
            found.extend(requests.of(&function.key, events));
        }
        let last = found.iter().flat_map(|request| &request.events).filter_map(|e| e.timestamp).max();
        let wanted = wanted(found, args);
        if !show(&wanted, most, functions.len() > 1, printer) {
            return Ok(Exit::Done);
        }
        if !args.follow {
            if wanted.is_empty() {
                printer.say(nothing(args, (!logs.can_be()).then(|| session.not_deployed(common))));
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
        Some(id) if args.errors => format!("no request {id} that failed"),
        Some(id) => format!("no log lines of the request {id}"),
        None if args.errors => "no request that failed".to_owned(),
        None => {
            args.filter.as_ref().map_or("no log lines".to_owned(), |it| format!("no log lines with {it}"))
        }
    };
    let of =
        if args.functions.is_empty() { String::new() } else { format!(" of {}", args.functions.join(", ")) };
    let nothing = format!("{what}{of} in the last {}", args.since);
    not_deployed
        .map_or_else(|| format!("{nothing}; --since looks further back"), |why| format!("{nothing}: {why}"))
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
