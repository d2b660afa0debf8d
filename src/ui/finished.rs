//! How an `up` ended.

use super::text::Text;
use crate::outputs::Outputs;

pub struct Finished {
    pub outputs: Outputs,
    /// What to open: a URL at which the stack answers.
    pub url: Option<String>,
    /// A line to try: it can be pasted as it is.
    pub curl: Option<String>,
    /// The command that shows the key alone.
    pub show_key: String,
    /// Resources that were made, changed or deleted.
    pub changed: usize,
    pub seconds: f64,
}

impl Finished {
    pub(super) fn changes(&self) -> Option<Text> {
        let one = if self.changed == 1 { "resource" } else { "resources" };
        (self.changed > 0).then(|| format!("{} {one} changed in {:.1} s", self.changed, self.seconds).into())
    }

    /// What to do next, after something has changed.
    pub(super) fn next(&self) -> Option<Text> {
        let tried = self.curl.as_ref().map(|curl| format!("try it:\n  {curl}"));
        let key = (!self.outputs.keys.is_empty()).then(|| format!("the key:\n  {}", self.show_key));
        let both: Vec<String> = tried.into_iter().chain(key).collect();
        (self.changed > 0 && !both.is_empty()).then(|| Text::new().exact(both.join("\n")))
    }
}
