//! A line of a function's log, and the request that it is of.

use super::{object::Object, text::StyledText};
use jiff::Timestamp;
use serde_json::json;

/// What the lines below it are of.
pub(crate) struct LogRequest<'a> {
    /// Its key in the stack file.
    pub function: &'a str,
    /// Lines of several functions are shown.
    pub several: bool,
    /// `None`: a start that came to no request.
    pub id: &'a Option<String>,
    /// Why it failed, if it did.
    pub cause: &'a Option<String>,
}

impl LogRequest<'_> {
    pub(super) fn json(&self) -> Object {
        let request = Object::event("request").any("function", self.function).any("request", json!(self.id));
        request.any("cause", json!(self.cause))
    }

    pub(super) fn text(&self) -> StyledText {
        let name = if self.several { format!("{} ", self.function) } else { String::new() };
        let what = self.id.as_ref().map_or_else(|| "start".to_owned(), |id| format!("request {id}"));
        let text = StyledText::new().exact(name).dim(what);
        match self.cause {
            Some(cause) => text.red(" failed").plain(format!(": {cause}")),
            None => text,
        }
    }
}

/// One event of a log.
pub(crate) struct LogLine<'a> {
    /// Its key in the stack file.
    pub function: &'a str,
    /// The id of the request that it is of, where it is known.
    pub request: &'a Option<String>,
    /// Lines of several functions are shown.
    pub several: bool,
    /// Milliseconds since 1970, in UTC.
    pub time: i64,
    pub message: &'a str,
}

impl LogLine<'_> {
    pub(super) fn json(&self) -> Object {
        let line = Object::event("log").any("function", self.function).any("time", json!(self.timestamp()));
        let line = line.any("request", json!(self.request));
        line.any("message", self.message.trim_end())
    }

    /// What belongs to one event, a traceback for instance, is one block: its first line has the time.
    pub(super) fn text(&self) -> StyledText {
        let name = if self.several { format!("{} ", self.function) } else { String::new() };
        let time = self.timestamp().strftime("%Y-%m-%dT%H:%M:%S%.3fZ ").to_string();
        StyledText::new().dim(time).exact(name).plain(block(self.message))
    }

    fn timestamp(&self) -> Timestamp {
        Timestamp::from_millisecond(self.time).unwrap_or_default()
    }
}

/// A message whose further lines are indented. Lambda's runtimes write a line end within an event as `\r`.
fn block(message: &str) -> String {
    let lines = message.split(['\n', '\r']).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn a_traceback_is_a_block() {
        let message =
            "[ERROR] KeyError: 'a'\rTraceback (most recent call last):\r\u{a0}\u{a0}File \"a.py\"\n";
        assert_eq!(
            block(message),
            "[ERROR] KeyError: 'a'\n  Traceback (most recent call last):\n  \u{a0}\u{a0}File \"a.py\""
        );
    }
}
