//! A line of a function's log.

use super::{object::Object, text::StyledText};
use jiff::Timestamp;
use serde_json::json;

/// One event of a log.
pub(crate) struct LogLine<'a> {
    /// Its key in the stack file.
    pub function: &'a str,
    /// Lines of several functions are shown.
    pub several: bool,
    /// Milliseconds since 1970, in UTC.
    pub time: i64,
    pub message: &'a str,
}

impl LogLine<'_> {
    pub(super) fn json(&self) -> Object {
        let line = Object::event("log").any("function", self.function).any("time", json!(self.timestamp()));
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
