//! What `init` wrote.

use super::{channel::Channel, object::Object, text::StyledText};

pub(crate) struct Begun {
    /// The stack's name.
    pub stack: String,
    /// Paths as the person would type them.
    pub written: Vec<String>,
    /// The command that makes what was written, as a person types it.
    pub next: String,
}

impl Begun {
    pub(super) fn text(&self) -> Vec<(Channel, StyledText)> {
        let lines: Vec<String> = self.written.iter().map(|path| format!("wrote {path}")).collect();
        let next = format!("next, on this machine and without an AWS account:\n  {}", self.next);
        vec![
            (Channel::Result, StyledText::new().exact(lines.join("\n"))),
            (Channel::Progress, StyledText::new().exact(next)),
        ]
    }

    pub(super) fn json(&self) -> Object {
        let all = Object::new().exact("stack", self.stack.as_str());
        all.exact("written", serde_json::json!(self.written)).exact("next", self.next.as_str())
    }
}
