//! A run that did not end well.

use super::{failure, object::Object, plan::kept, text::StyledText};
use crate::engine::{Id, Plan, Report};
use serde_json::{Value, json};

pub(super) struct Incomplete<'a> {
    report: &'a Report,
    done: Vec<String>,
    left: Vec<String>,
}

impl<'a> Incomplete<'a> {
    pub(super) fn of(plan: &Plan, report: &'a Report) -> Self {
        // What would have stayed as it is anyway is not left to do.
        let kept = kept(plan);
        let mut done: Vec<_> =
            report.done.iter().filter(|(_, c)| !c.is_keep()).map(|(id, _)| id.to_string()).collect();
        let failed = report.failed.iter().map(|(id, _)| id);
        let mut left: Vec<_> =
            failed.chain(report.skipped.iter().filter(|id| !kept.contains(id))).map(Id::to_string).collect();
        // What ran at once ended in any order.
        done.sort();
        left.sort();
        Self { report, done, left }
    }

    pub(super) fn json(&self) -> Object {
        let failed = self.report.failed.iter();
        let failed: Value = failed.map(|(id, e)| json!({ "id": id, "error": failure::object(e) })).collect();
        let done = Object::new().any("done", json!(self.done));
        done.any("failed", failed).any("left", json!(self.left))
    }

    /// `again`: the command that goes on, as a person types it.
    pub(super) fn text(&self, again: &str) -> StyledText {
        let list = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        let mut text = StyledText::new();
        for (id, error) in &self.report.failed {
            text = text.red("error").exact(format!(": {id}: ")).plain(format!("{error:#}\n"));
        }
        if self.report.interrupted {
            text = text.yellow("interrupted").plain("\n");
        }
        let (done, left) = (list(&self.done), list(&self.left));
        text.exact(format!("done: {done}\nleft: {left}\nrun `{again}` to continue"))
    }
}
