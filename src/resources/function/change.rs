//! Which changes of a function come in which order.

use super::{
    Function, FunctionOutput, FunctionWish, Settings,
    outdated::{is_outdated, or_again},
    readiness::is_stuck,
};
use crate::{
    aws::{Class, is_class},
    engine::{Found, Kind as _, NeedsReplacement, Run, revealed},
};
use anyhow::{Context as _, Error, Result};
use aws_sdk_lambda::types::FunctionConfiguration;
use serde_json::Value;
use std::collections::BTreeMap;

/// Variables by name.
pub(super) type Variables = BTreeMap<String, String>;

/// The function as it is after a change, and the version that was published with it.
type Changed = (Option<FunctionConfiguration>, Option<u64>);

fn with_version((settled, published): (FunctionConfiguration, Option<u64>)) -> Changed {
    (Some(settled), published)
}

impl FunctionWish {
    /// Makes it as it is wished. Where somebody else has changed it since it was looked at, it is looked at again.
    ///
    /// # Errors
    /// As the calls; somebody else changes it all the time.
    pub(super) async fn change(
        &self,
        found: &Found<Function>,
        want: &Settings,
        run: &Run,
    ) -> Result<FunctionOutput> {
        // New tags are a new revision too.
        let same_tags = found.settings.tags == want.tags;
        let under = same_tags.then(|| found.output.revision.clone());
        let changed = self.step(&found.settings, want, under, run).await;
        let changed = or_again(changed, async || {
            run.note("somebody else has changed the function meanwhile: looking again");
            let settled = self.function.settled(None, run).await?;
            let again =
                self.function.find().await?.context("the function is gone: run the same command again")?;
            self.step(&again.settings, want, settled.revision_id, run).await
        });
        let (settled, published) = changed.await?;
        match settled {
            Some(settled) => Function::output(&settled, self.content(), published),
            None => Ok(FunctionOutput { content: self.content(), ..found.output.clone() }),
        }
    }

    /// Settings, then code: new code finds what it needs. A function that failed takes nothing but code.
    async fn step(&self, h: &Settings, want: &Settings, under: Option<String>, run: &Run) -> Result<Changed> {
        let failed = h.state != want.state;
        let code = h.image != want.image || h.architecture != want.architecture || failed;
        match (h.configuration() != want.configuration(), code) {
            (false, false) => Ok((None, None)),
            (true, false) => {
                let settled = self.configure(h, want, Variables::new(), under, run).await?;
                Ok((Some(settled), None))
            }
            // The same image again would be the same version, which failed with it.
            (false, true) => Ok(with_version(self.set_code(want, under, !failed, run).await?)),
            (true, true) if failed => self.code_first(h, want, run).await,
            (true, true) => self.settings_first(h, want, under, run).await,
        }
    }

    async fn code_first(&self, h: &Settings, want: &Settings, run: &Run) -> Result<Changed> {
        let (settled, _) = self.set_code(want, None, false, run).await?;
        let settled = self.configure(h, want, Variables::new(), settled.revision_id, run).await?;
        Ok((Some(settled), None))
    }

    /// Whoever calls the function itself, past its alias, finds the variables of the old code until the new code is there:
    /// those that go, go last.
    async fn settings_first(
        &self,
        h: &Settings,
        want: &Settings,
        under: Option<String>,
        run: &Run,
    ) -> Result<Changed> {
        let leaving = leaving(h, want);
        let last = !leaving.is_empty();
        let configured = match self.configure(h, want, leaving, under, run).await {
            // Where the image is gone, AWS refuses every other change until there is one again; and both kinds of
            // variables together may be too large.
            Err(e) if is_refused(&e) => return self.code_first(h, want, run).await,
            configured => configured?,
        };
        let (settled, published) = self.set_code(want, configured.revision_id, !last, run).await?;
        if last {
            let settled = self.configure(want, want, Variables::new(), settled.revision_id, run).await?;
            return Ok((Some(settled), None));
        }
        Ok((Some(settled), published))
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
        let others = i32::try_from(self.taken_by_others).ok()?;
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
    is_class(error, Class::Fatal) && !is_stuck(error) && !is_outdated(error)
}
