//! A line of a function's log.

use super::text::Text;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) fn json(function: &str, at: i64, message: &str) -> Value {
    json!({ "event": "log", "function": function, "time": time(at), "message": message.trim_end() })
}

/// What belongs to one event, a traceback for instance, is one block: its first line has the time.
pub(super) fn text(function: Option<&str>, at: i64, message: &str) -> Text {
    let name = function.map(|f| format!("{f} ")).unwrap_or_default();
    let time = time(at).strftime("%Y-%m-%dT%H:%M:%S%.3fZ ").to_string();
    Text::new().dim(time).exact(name).plain(block(message))
}

/// A message whose further lines are indented. Lambda's runtimes write a line end within an event as `\r`.
pub(super) fn block(message: &str) -> String {
    let lines = message.split(['\n', '\r']).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n  ")
}

fn time(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or_default()
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
