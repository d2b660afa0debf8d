//! How an `up` ended.

use super::{channel::Channel, object::Object, text::StyledText};
use crate::outputs::Outputs;
use serde_json::json;

pub(crate) struct Finished {
    pub outputs: Outputs,
    /// What to open: a URL at which the stack answers.
    pub url: Option<String>,
    /// A line to try: it can be pasted as it is.
    pub curl: Option<String>,
    /// The command that shows the key alone.
    pub show_key: String,
    /// The command that deletes all of it.
    pub destroy: String,
    /// Resources that were made, changed or deleted.
    pub changed: usize,
    pub seconds: f64,
}

impl Finished {
    pub(super) fn text(&self) -> Vec<(Channel, StyledText)> {
        let url = self.url.as_ref().map(|url| StyledText::new().exact(url)).unwrap_or_default();
        vec![(Channel::Progress, self.changes()), (Channel::Result, url), (Channel::Progress, self.next())]
    }

    pub(super) fn json(&self) -> Object {
        let outputs = Object::new().exact("outputs", json!(self.outputs));
        outputs.any("changed", self.changed).any("seconds", self.seconds)
    }

    fn changes(&self) -> StyledText {
        let one = if self.changed == 1 { "resource" } else { "resources" };
        match self.changed {
            0 => StyledText::new(),
            n => format!("{n} {one} changed in {:.1} s", self.seconds).into(),
        }
    }

    /// What to do next, after something has changed.
    fn next(&self) -> StyledText {
        let tried = self.curl.as_ref().map(|curl| format!("to try it:\n  {curl}"));
        let key = (!self.outputs.keys.is_empty()).then(|| format!("to see the key:\n  {}", self.show_key));
        let destroy = Some(format!("to delete all of it:\n  {}", self.destroy));
        let all: Vec<String> =
            tried.into_iter().chain(key).chain(destroy).filter(|_| self.changed > 0).collect();
        StyledText::new().exact(all.join("\n"))
    }
}
