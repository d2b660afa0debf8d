//! Questions before something changes.

use super::{Printer, prompt};
use crate::{engine::Stop, exit::Usage};
use anyhow::{Error, Result};

impl Printer {
    /// Asks before anything changes. `again`: the command that was called, as a person types it.
    ///
    /// # Errors
    /// Where there is nobody to ask; Ctrl-C.
    pub(crate) async fn confirm(&self, question: &str, again: &str, yes: bool, stop: &Stop) -> Result<bool> {
        if yes {
            return Ok(true);
        }
        if !self.view.can_ask() {
            return Err(refused(&format!(
                "there is no terminal to ask on; `{again} --yes` does what is shown above"
            )));
        }
        self.settle();
        prompt::ask(&self.sink, question, stop).await
    }

    /// Asks for the stack's name before something that is rarely meant; `why`: for whoever can't be asked.
    ///
    /// # Errors
    /// Where there is nobody to ask, also because of `yes`, which agrees to what is usual; Ctrl-C.
    pub(crate) async fn confirm_by_name(
        &self,
        what: &str,
        name: &str,
        why: &str,
        yes: bool,
        stop: &Stop,
    ) -> Result<bool> {
        if yes || !self.view.can_ask() {
            return Err(refused(why));
        }
        let question = format!("{what} Type the stack's name to go on:");
        Ok(prompt::line(&self.sink, &question, stop).await? == name)
    }
}

fn refused(why: &str) -> Error {
    Usage(format!("nothing was changed: {why}")).into()
}
