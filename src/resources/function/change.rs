//! Which changes of a function come in which order.

use super::{Function, FunctionWish, Settings, readiness::is_stuck};
use crate::{
    aws::{Class, is_class},
    engine::{Found, NeedsReplacement, Run, revealed},
};
use anyhow::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// Variables by name.
pub(super) type Variables = BTreeMap<String, String>;

impl FunctionWish {
    /// Settings, then code: new code finds what it needs. A function that failed takes nothing but code.
    pub(super) async fn change(&self, h: &Settings, want: &Settings, run: &Run) -> Result<()> {
        let failed = h.state != want.state;
        let code = h.image != want.image || h.architecture != want.architecture || failed;
        match (h.configuration() != want.configuration(), code) {
            (false, false) => Ok(()),
            (true, false) => self.configure(h, want, Variables::new(), run).await,
            (false, true) => self.set_code(want, run).await,
            (true, true) if failed => self.code_first(h, want, run).await,
            (true, true) => self.settings_first(h, want, run).await,
        }
    }

    async fn code_first(&self, h: &Settings, want: &Settings, run: &Run) -> Result<()> {
        self.set_code(want, run).await?;
        self.configure(h, want, Variables::new(), run).await
    }

    /// Old code finds its variables until the new code is there: those that go, go last.
    async fn settings_first(&self, h: &Settings, want: &Settings, run: &Run) -> Result<()> {
        let leaving = leaving(h, want);
        let last = !leaving.is_empty();
        match self.configure(h, want, leaving, run).await {
            // Where the image is gone, AWS refuses every other change until there is one again; and both kinds of
            // variables together may be too large.
            Err(e) if is_refused(&e) => return self.code_first(h, want, run).await,
            configured => configured?,
        }
        self.set_code(want, run).await?;
        if last { self.configure(want, want, Variables::new(), run).await } else { Ok(()) }
    }

    /// What is left to say of a function that once worked and takes no change any more.
    pub(super) fn only_anew(&self, h: &Settings, error: &Error) -> NeedsReplacement {
        let name = &self.function.name;
        if let Some(why) = h.lost.refusal(name) {
            return NeedsReplacement(why);
        }
        let lost = h.lost.warning().map(|l| format!("; {l}")).unwrap_or_default();
        NeedsReplacement(format!(
            "{name} is {}, and AWS accepts no change to it ({error:#}): it can only be deleted and recreated, and is unavailable for \
             some seconds{lost}",
            h.state
        ))
    }

    /// The variables can't be compared where the caller may not decrypt them.
    pub(super) fn unreadable(&self, found: &Found<Function>) -> Option<String> {
        let error = found.settings.unreadable.as_ref()?;
        Some(format!(
            "the variables of {} can't be read ({error}), so nobody can say whether they are as written: the caller's policy \
             has to allow kms:Decrypt on the function's key",
            self.function.name
        ))
    }

    /// Why the executions that the file reserves can't be had.
    pub(super) fn overbooked(&self, found: Option<&Found<Function>>) -> Option<String> {
        let wanted = i32::try_from(self.concurrency_now()?).ok()?;
        let own = found.and_then(|f| f.settings.reserved_concurrency);
        let others = i32::try_from(self.reserved_for_others).ok()?;
        let account = self.concurrency.as_ref()?.get()??;
        account.refusal(wanted, own.unwrap_or_default(), others).filter(|_| own != Some(wanted))
    }
}

/// What the function has now and is not to have.
fn leaving(h: &Settings, want: &Settings) -> Variables {
    let text = |v: &Value| revealed(v).as_str().unwrap_or_default().to_owned();
    let goes = |(name, _): &(&String, &Value)| !want.environment.contains_key(*name);
    h.environment.iter().filter(goes).map(|(name, value)| (name.clone(), text(value))).collect()
}

fn is_refused(error: &Error) -> bool {
    is_class(error, Class::Fatal) && !is_stuck(error)
}
