//! Which log lines belong to one request. A container answers one request at a time and writes one log stream: what stands
//! between a START and the next belongs together, also where a line does not name its request.

use crate::contract::failure;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use std::collections::BTreeMap;

/// What was logged of one request, or of a start that came to none.
pub(super) struct LoggedRequest {
    /// The function's key.
    pub function: String,
    /// `None`: no line says it.
    pub id: Option<String>,
    /// Why it failed, where the log says that it did.
    pub cause: Option<String>,
    /// The oldest first.
    pub events: Vec<FilteredLogEvent>,
    /// Its last line was seen.
    has_ended: bool,
}

/// Requests by streams, over several looks.
#[derive(Default)]
pub(super) struct Requests {
    /// By function and stream, the request whose lines were not all there at the last look.
    open: BTreeMap<(String, String), String>,
}

impl Requests {
    /// Groups the lines of one function that are new since the last look; the request that began first comes first.
    pub(super) fn of(&mut self, function: &str, events: Vec<FilteredLogEvent>) -> Vec<LoggedRequest> {
        let mut streams: BTreeMap<String, Vec<FilteredLogEvent>> = BTreeMap::new();
        for event in events {
            streams.entry(event.log_stream_name.clone().unwrap_or_default()).or_default().push(event);
        }
        let mut all: Vec<LoggedRequest> = Vec::new();
        for (stream, mut events) in streams {
            events.sort_by_key(|event| event.timestamp);
            let key = (function.to_owned(), stream);
            let requests = of_stream(function, self.open.remove(&key), events);
            if let Some(id) = requests.last().filter(|last| !last.has_ended).and_then(|last| last.id.clone())
            {
                self.open.insert(key, id);
            }
            all.extend(requests);
        }
        all.sort_by_key(|request| request.events.first().and_then(|event| event.timestamp));
        all
    }
}

/// `open`: whose lines come first.
fn of_stream(function: &str, open: Option<String>, events: Vec<FilteredLogEvent>) -> Vec<LoggedRequest> {
    let new = |id| LoggedRequest {
        function: function.to_owned(),
        id,
        cause: None,
        events: Vec::new(),
        has_ended: false,
    };
    let mut all: Vec<LoggedRequest> = open.map(|id| new(Some(id))).into_iter().collect();
    for event in events {
        let line = event.message().unwrap_or_default();
        let (id, ends) = (named(line), line.starts_with("REPORT "));
        let at = match &id {
            Some(id) => place(&all, id, line.starts_with("START ")),
            None => all.iter().rposition(|_| true).filter(|at| !all[*at].has_ended),
        };
        let at = at.unwrap_or_else(|| {
            all.push(new(None));
            all.len() - 1
        });
        let request = &mut all[at];
        request.id = request.id.take().or(id);
        request.has_ended |= ends;
        request.events.push(event);
    }
    all.retain(|request| !request.events.is_empty());
    for request in &mut all {
        let lines: Vec<&str> = request.events.iter().filter_map(|event| event.message()).collect();
        request.cause = failure(&lines);
    }
    all
}

/// Where a line that names its request belongs; what was logged before a START is the start of its container.
fn place(all: &[LoggedRequest], id: &str, starts: bool) -> Option<usize> {
    let known = all.iter().rposition(|request| request.id.as_deref() == Some(id)).filter(|_| !starts);
    known.or_else(|| all.iter().rposition(|_| true).filter(|at| all[*at].id.is_none()))
}

/// The request that a line of Lambda's own names: `START RequestId: 1 Version: …`, `RequestId: 1 Error: …`,
/// `2026-… 1 Task timed out after 3.00 seconds`.
fn named(line: &str) -> Option<String> {
    let own = ["START ", "END ", "REPORT ", ""].iter().find_map(|start| {
        let rest = line.strip_prefix(start)?.strip_prefix("RequestId: ")?;
        rest.split_whitespace().next()
    });
    let timed_out = || line.split_once(" Task timed out after ")?.0.split_whitespace().nth(1);
    own.or_else(timed_out).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(stream: &str, lines: &[(i64, &str)]) -> Vec<FilteredLogEvent> {
        let event = |(time, line): &(i64, &str)| {
            let event = FilteredLogEvent::builder().log_stream_name(stream).timestamp(*time);
            event.message(*line).build()
        };
        lines.iter().map(event).collect()
    }

    fn told(requests: &[LoggedRequest]) -> Vec<(Option<&str>, usize, bool)> {
        requests.iter().map(|r| (r.id.as_deref(), r.events.len(), r.cause.is_some())).collect()
    }

    #[test]
    fn lines_of_two_containers_are_not_mixed() {
        let mut both = events(
            "a",
            &[
                (1, "INIT_START Runtime Version: python:3.13"),
                (2, "START RequestId: one Version: $LATEST"),
                (4, "hello"),
                (6, "2026-11-29T10:00:00.000Z one Task timed out after 3.00 seconds"),
                (7, "END RequestId: one"),
                (8, "REPORT RequestId: one\tDuration: 3000 ms\tStatus: timeout"),
                (9, "START RequestId: three Version: $LATEST"),
                (10, "REPORT RequestId: three\tDuration: 3 ms"),
            ],
        );
        both.extend(events(
            "b",
            &[
                (3, "START RequestId: two Version: $LATEST"),
                (5, "hello"),
                (11, "REPORT RequestId: two\tDuration: 3 ms"),
            ],
        ));
        let requests = Requests::default().of("f", both);
        assert_eq!(
            told(&requests),
            [(Some("one"), 6, true), (Some("two"), 3, false), (Some("three"), 2, false)]
        );
    }

    #[test]
    fn what_comes_later_belongs_to_what_is_open() {
        let mut requests = Requests::default();
        let first = requests.of("f", events("a", &[(1, "START RequestId: one Version: 1"), (2, "hello")]));
        assert_eq!(told(&first), [(Some("one"), 2, false)]);
        let rest = events(
            "a",
            &[
                (3, "[ERROR] KeyError: 'a'\rTraceback"),
                (4, "REPORT RequestId: one\tStatus: error"),
                (5, "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'"),
            ],
        );
        assert_eq!(told(&requests.of("f", rest)), [(Some("one"), 2, true), (None, 1, true)]);
    }

    /// Lambda says why a process ended once its request is over.
    #[test]
    fn a_line_after_the_end_that_names_its_request() {
        let lines = [
            (1, "START RequestId: one Version: 1"),
            (2, "END RequestId: one"),
            (3, "REPORT RequestId: one\tDuration: 3 ms"),
            (4, "RequestId: one Error: Runtime exited with error: exit status 1"),
        ];
        assert_eq!(told(&Requests::default().of("f", events("a", &lines))), [(Some("one"), 4, true)]);
    }
}
