//! Stacks as a list, and the question that is answered with a stack's name.

use super::{Printer, Text, prompt};
use crate::{engine::Stop, exit::Usage, outputs::Listed};
use anyhow::Result;
use serde_json::json;
use std::io::{self, IsTerminal};

impl Printer {
    /// All stacks of a region.
    pub fn stacks(&self, stacks: &[Listed], region: &str) {
        if self.0.json {
            self.put_exact("stacks", json!(stacks));
        } else if stacks.is_empty() {
            self.out(format!("no stacks in {region}"));
        } else {
            self.out(Text::new().exact(render(stacks)));
        }
    }

    /// Asks for the stack's name before something that is rarely meant; `why`: for whoever can't be asked.
    ///
    /// # Errors
    /// Where there is nobody to ask, also because of `yes`, which agrees to what is usual; Ctrl-C.
    pub async fn confirm_by_name(
        &self,
        what: &str,
        name: &str,
        why: &str,
        yes: bool,
        stop: &Stop,
    ) -> Result<bool> {
        if yes || self.0.json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Usage(format!("nothing was changed: {why}")).into());
        }
        Ok(prompt::line(&self.0.sink, &format!("{what} Type the stack's name to go on:"), stop).await?
            == name)
    }
}

/// A line each, in columns.
fn render(stacks: &[Listed]) -> String {
    let width = |of: fn(&Listed) -> usize| stacks.iter().map(of).max().unwrap_or_default();
    let (name, id) = (width(|s| s.stack.len()), width(|s| s.api_id.len()));
    let line = |s: &Listed| {
        let made = s.created.as_deref().and_then(|c| c.split('T').next()).unwrap_or("-");
        let functions =
            if s.functions.is_empty() { "(no functions)".to_owned() } else { s.functions.join(", ") };
        format!("{:name$}  {:id$}  {made:10}  {functions}", s.stack, s.api_id)
    };
    stacks.iter().map(line).collect::<Vec<_>>().join("\n")
}
