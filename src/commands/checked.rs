//! Whether the contract is known to have held since the last change: a tag on the stage says for which state it did.
//!
//! A run that ends before its check, or whose check fails, leaves no such tag. So the next `up` that has nothing to do
//! asks again, and what was red stays red.

use super::session::Session;
use crate::{
    contract::{self, Finding, RowNeed, Verdict},
    engine::Handle,
    resources::{Live, checked_mark, mark_checked},
    stack_graph::StackGraph,
    ui::Printer,
};
use anyhow::Result;
use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};

/// What a check was of: the deployment that the stage serves, the version that is live of each function, and the promises.
pub(super) struct State {
    api: String,
    deployment: String,
    /// AWS's name of each function, and its live version, with that which has a share of the calls.
    functions: Vec<(String, String)>,
}

impl State {
    /// As observed; `None`: not all of it is there.
    pub(super) fn observed(graph: &StackGraph<'_>) -> Option<Self> {
        let stage = graph.stage.as_ref().and_then(Handle::get)?;
        let functions =
            graph.aliases.iter().map(|it| it.get().map(|it| (it.function, live(it.version, it.canary))));
        Some(Self {
            api: stage.api,
            deployment: stage.deployment,
            functions: functions.collect::<Option<_>>()?,
        })
    }

    /// The same, with functions as they are now: this run may have changed them since it observed them.
    async fn read_again(mut self, session: &Session) -> Result<Self> {
        let aws = session.aws();
        session.cloud.forget_functions();
        let reads = self.functions.into_iter().map(|(name, _)| async {
            let now = Live::of_alias(&aws, &name).await?;
            let version = now.map(|it| live(it.version, it.weights.into_keys().next()));
            anyhow::Ok((name, version.unwrap_or_default()))
        });
        self.functions = try_join_all(reads).await?;
        Ok(self)
    }

    /// No secret is in it: whoever may read tags could guess one that is.
    fn mark(&self, session: &Session) -> String {
        let rows = contract::rows(&session.stack);
        let asked: Vec<_> = rows.iter().map(|r| (&r.promise, &r.ask.method, &r.ask.path, r.need)).collect();
        let state = (&self.api, &self.deployment, &self.functions, asked, &session.stack.checks);
        let hash = Sha256::digest(format!("{state:?}"));
        hex::encode(&hash[..16])
    }

    /// Whether the last check of this very state held.
    ///
    /// # Errors
    /// As the call.
    pub(super) async fn held(&self, session: &Session) -> Result<bool> {
        Ok(self.kept(session).await? == Some(self.mark(session)))
    }

    async fn kept(&self, session: &Session) -> Result<Option<String>> {
        let stages = session.cloud.stages(&self.api).await?;
        let stage = stages.iter().find(|s| s.stage_name() == Some(&session.stack.api.stage));
        Ok(stage.and_then(checked_mark))
    }

    /// Keeps how the check came out. That it can't be kept is no failure of the run: the next one asks again.
    pub(super) async fn keep(self, session: &Session, findings: &[Finding], printer: &Printer) {
        if let Err(error) = self.try_keep(session, known_to_hold(session, findings)).await {
            printer.warn(format!("the next `up` will check the contract again: {error:#}"));
        }
    }

    async fn try_keep(self, session: &Session, held: bool) -> Result<()> {
        let state = self.read_again(session).await?;
        let (kept, mark) = (state.kept(session).await?, state.mark(session));
        if held == (kept.as_ref() == Some(&mark)) {
            return Ok(());
        }
        mark_checked(&session.aws(), &state.api, &session.stack.api.stage, held.then_some(mark.as_str()))
            .await
    }
}

fn live(version: String, canary: Option<String>) -> String {
    canary.into_iter().fold(version, |all, canary| all + " " + &canary)
}

/// A check whose variable is not set can't be asked at any time; anything else that is unknown may be by the next run.
fn known_to_hold(session: &Session, findings: &[Finding]) -> bool {
    let unset = contract::rows(&session.stack).iter().filter(|r| r.need == RowNeed::Variable).count();
    let held = |o: &&Finding| o.verdict == Verdict::Holds;
    findings.iter().filter(held).count() + unset == findings.len()
}
