//! The functions' log lines: who reads one has hidden what functions know, because it may be in any of them.

use crate::{
    aws::{FoundExt, call, pages},
    commands::{output, session::Session},
    engine::Id,
    resources::log_group_name,
    stack::Function,
    ui::Printer,
};
use anyhow::Result;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use aws_sdk_lambda::types::EnvironmentResponse;
use futures_util::future::{try_join, try_join_all};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

/// How far back the last lines of a failure are looked for.
const RECENT_MS: i64 = 300_000;
/// Lines of a failure that are shown.
const LINES: usize = 20;

/// The logs of a stack.
pub(in crate::commands) struct Logs<'a> {
    session: &'a Session,
    printer: Printer,
    /// Log streams' functions and versions whose variables are hidden.
    hidden: RefCell<BTreeSet<(String, String)>>,
    /// A function is there, or a log group that was read.
    is_there: Cell<bool>,
}

impl<'a> Logs<'a> {
    /// Hides what functions may have written: their variables, as AWS has them, and the keys of their callers.
    ///
    /// # Errors
    /// As the calls: what is not known can't be hidden.
    pub(in crate::commands) async fn open(session: &'a Session, printer: &Printer) -> Result<Self> {
        let keys = async {
            let none = session.stack.api.keys.is_empty();
            if none { Ok(Vec::new()) } else { output::key_values(session).await }
        };
        let functions = session.stack.functions.values();
        let (keys, variables) =
            try_join(keys, try_join_all(functions.map(|function| secrets(session, function, None)))).await?;
        let is_there = Cell::new(variables.iter().any(Option::is_some));
        printer.hide(variables.into_iter().flatten().flatten().chain(keys));
        Ok(Self { session, printer: printer.clone(), hidden: RefCell::default(), is_there })
    }

    /// Whether there can be lines, as far as it was seen: the log of a function that is gone may be there still.
    pub(super) fn can_be(&self) -> bool {
        self.is_there.get()
    }

    /// The last log lines of a function, or of one of its versions, for a failure: what is live writes all the while.
    ///
    /// # Errors
    /// As the call.
    pub(in crate::commands) async fn show_last(&self, key: &str, version: Option<u64>) -> Result<()> {
        let of = version.map(|version| format!(", version {version}")).unwrap_or_default();
        let function = self.session.function(key)?;
        let since = jiff::Timestamp::now().as_millisecond() - RECENT_MS;
        let events = of_version(self.events(function, since, None).await?, version);
        self.printer.say(format!("the last log lines of {key}{of}:"));
        for event in events.iter().skip(events.len().saturating_sub(LINES)) {
            self.printer.say(format!("  {}", event.message().unwrap_or_default().trim_end()));
        }
        Ok(())
    }

    /// The lines of a function, or of one of its versions, since a time (milliseconds), of the log stream that was written to
    /// last: there is one for each of its containers.
    ///
    /// # Errors
    /// As the call.
    pub(in crate::commands) async fn of_last_call(
        &self,
        key: &str,
        version: Option<u64>,
        since: i64,
    ) -> Result<Vec<String>> {
        let events = of_version(self.events(self.session.function(key)?, since, None).await?, version);
        let last = events.last().and_then(|e| e.log_stream_name.clone());
        let lines = events.into_iter().filter(|e| e.log_stream_name == last);
        Ok(lines.filter_map(|e| e.message).collect())
    }

    /// The lines of a function since a time.
    ///
    /// # Errors
    /// As the call.
    pub(super) async fn events(
        &self,
        function: &Function,
        since: i64,
        filter: Option<&str>,
    ) -> Result<Vec<FilteredLogEvent>> {
        let run = self.session.cloud.looking_at(&Id::only("logs"));
        let request =
            self.session.cloud.logs.filter_log_events().log_group_name(log_group_name(&function.name));
        let request = request.start_time(since).set_filter_pattern(filter.map(str::to_owned));
        let events = pages(async |next| {
            let request = request.clone().set_next_token(next);
            // A group that is not there has no lines: the function was never called.
            let page = call(&run, "FilterLogEvents", || request.clone().send()).await.found()?;
            self.is_there.set(self.is_there.get() || page.is_some());
            Ok(page.map_or((Vec::new(), None), |page| (page.events.unwrap_or_default(), page.next_token)))
        })
        .await?;
        self.hide_what_versions_know(function, &events).await?;
        Ok(events)
    }

    /// A version that is live no more had other variables, and its lines are still there.
    async fn hide_what_versions_know(&self, function: &Function, events: &[FilteredLogEvent]) -> Result<()> {
        let all: BTreeSet<&str> =
            events.iter().filter_map(|event| version_of(event.log_stream_name()?)).collect();
        let pair = |version: &str| (function.key.clone(), version.to_owned());
        let new: Vec<_> = all.into_iter().filter(|v| !self.hidden.borrow().contains(&pair(v))).collect();
        let reads = new.iter().map(|version| secrets(self.session, function, Some(version)));
        let known = try_join_all(reads).await?;
        self.printer.hide(known.into_iter().flatten().flatten());
        // Only now: what could not be read is not hidden, and its lines are not to be shown at the next try either.
        self.hidden.borrow_mut().extend(new.into_iter().map(pair));
        Ok(())
    }
}

/// `7` of `2026/11/30/[7]0123456789abcdef`; `None`: what is no version wrote it.
fn version_of(stream: &str) -> Option<&str> {
    let (version, _) = stream.split_once('[')?.1.split_once(']')?;
    version.parse::<u64>().is_ok().then_some(version)
}

/// The functions of these keys; of none: all.
///
/// # Errors
/// A key that the stack file does not have.
pub(super) fn chosen<'a>(session: &'a Session, keys: &[String]) -> Result<Vec<&'a Function>> {
    if keys.is_empty() {
        return Ok(session.stack.functions.values().collect());
    }
    keys.iter().map(|key| session.function(key)).collect()
}

/// Those of a version, or all of them, in the order in which they were written.
fn of_version(mut events: Vec<FilteredLogEvent>, version: Option<u64>) -> Vec<FilteredLogEvent> {
    if let Some(version) = version.map(|version| version.to_string()) {
        events.retain(|event| event.log_stream_name().and_then(version_of) == Some(&version));
    }
    events.sort_by_key(|event| event.timestamp);
    events
}

/// The values of the variables of a function, or of one of its versions, in AWS, but for those that the file itself shows;
/// `None`: it is not there.
async fn secrets(
    session: &Session,
    function: &Function,
    version: Option<&str>,
) -> Result<Option<Vec<String>>> {
    let run = session.cloud.looking_at(&Id::only("logs"));
    let request = session.cloud.lambda.get_function_configuration().function_name(&function.name);
    let request = request.set_qualifier(version.map(str::to_owned));
    let found = call(&run, "GetFunctionConfiguration", || request.clone().send()).await.found()?;
    let variables = |environment: &EnvironmentResponse| environment.variables().cloned().unwrap_or_default();
    let shown = |key: &str| function.environment.get(key).is_some_and(|text| !text.secret);
    Ok(found.map(|it| {
        let variables = it.environment().map(variables).unwrap_or_default();
        variables.into_iter().filter(|(key, _)| !shown(key)).map(|(_, value)| value).collect()
    }))
}
