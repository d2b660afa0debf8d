//! `logs`: the functions' log lines.

use super::session::Session;
use crate::{
    Exit,
    aws::{FoundExt, call},
    cli,
    engine::Id,
    exit::Usage,
    stack::Values,
    ui::Printer,
};
use anyhow::Result;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use std::{collections::BTreeSet, time::Duration};

/// Late lines arrive within about this long: following looks back that far and drops what it has seen.
const LATE_MS: i64 = 10_000;

/// Between two looks while following.
const POLL: Duration = Duration::from_secs(2);

pub async fn run(common: &cli::Common, args: &cli::Logs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(printer);
    let groups = groups(&session, &args.functions)?;
    let mut from = now() - age(&args.since)?;
    let mut seen = BTreeSet::new();
    let mut first = true;
    loop {
        let mut lines = Vec::new();
        for (key, group) in &groups {
            let events = events(&session, group, from, args.filter.as_deref()).await?;
            lines.extend(events.into_iter().map(|e| (key.clone(), e)));
        }
        lines.retain(|(_, e)| seen.insert(e.event_id.clone().unwrap_or_default()));
        lines.sort_by_key(|(_, e)| e.timestamp);
        let skip = if first { lines.len().saturating_sub(args.lines) } else { 0 };
        for (key, event) in lines.iter().skip(skip) {
            let printed = printer.log_line(
                (groups.len() > 1).then_some(key.as_str()),
                event.timestamp.unwrap_or_default(),
                event.message().unwrap_or_default(),
            );
            if printed.is_err() {
                return Ok(Exit::Done);
            }
        }
        if !args.follow {
            if lines.is_empty() {
                printer.say(&format!("no log lines in the last {}; --since looks further back", args.since));
            }
            return Ok(Exit::Done);
        }
        first = false;
        from = lines.last().and_then(|(_, e)| e.timestamp).map_or(from, |t| t - LATE_MS);
        if session.stop.sleep(POLL).await.is_err() {
            return Ok(Exit::Interrupted);
        }
    }
}

/// The last log lines of a function, for a failure.
pub(super) async fn last_lines(session: &Session, key: &str, printer: &Printer) -> Result<()> {
    let groups = groups(session, &[key.to_owned()])?;
    for (_, group) in groups {
        let mut events = events(session, &group, now() - 300_000, None).await?;
        events.sort_by_key(|e| e.timestamp);
        printer.say(&format!("the last log lines of {key}:"));
        let skip = events.len().saturating_sub(20);
        for event in events.iter().skip(skip) {
            printer.quote(&format!("  {}", event.message().unwrap_or_default().trim_end()));
        }
    }
    Ok(())
}

/// Function keys with their log groups.
fn groups(session: &Session, keys: &[String]) -> Result<Vec<(String, String)>> {
    let functions = &session.stack.functions;
    if let Some(unknown) = keys.iter().find(|k| !functions.contains_key(*k)) {
        let known: Vec<_> = functions.keys().cloned().collect();
        return Err(Usage(format!("the stack has no function {unknown}; it has {}", known.join(", "))).into());
    }
    let chosen = functions.values().filter(|f| keys.is_empty() || keys.contains(&f.key));
    Ok(chosen.map(|f| (f.key.clone(), format!("/aws/lambda/{}", f.name))).collect())
}

async fn events(
    session: &Session,
    group: &str,
    from: i64,
    filter: Option<&str>,
) -> Result<Vec<FilteredLogEvent>> {
    let to = session.cloud.reporter(&Id::only("logs"));
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let request = session.cloud.logs.filter_log_events().log_group_name(group).start_time(from);
        let request = request.set_filter_pattern(filter.map(str::to_owned)).set_next_token(next);
        // A group that is not there has no lines: the function was never called.
        let Some(page) = call(&to, "FilterLogEvents", || request.clone().send()).await.found()? else {
            return Ok(all);
        };
        all.extend(page.events.unwrap_or_default());
        // Pages may be empty and go on all the same.
        next = page.next_token;
        if next.is_none() {
            return Ok(all);
        }
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// `30s`, `10m`, `2h`, `1d` in milliseconds.
fn age(text: &str) -> Result<i64> {
    let wrong = || Usage(format!("--since {text}: write 30s, 10m, 2h or 1d"));
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
