//! `verify`: the contract, asked of the live URL; also the last step of an `up`.

use super::{
    cause,
    logs::{self, Logs},
    session::{READING_STOPS, Session},
};
use crate::{
    Exit, cli,
    contract::{self, ContractRun, Finding, Grace, Load, Row, RowNeed, Verdict},
    engine::{Id, Interrupted, Run},
    net::Client,
    outputs::Outputs,
    outside::LiveStage,
    resources::LIVE,
    stack::{Auth, Stack, Values},
    ui::{self, Printer},
};
use anyhow::{Context as _, Result, bail};
use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

pub(super) async fn run(common: &cli::Common, args: &cli::VerifyArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(READING_STOPS, printer);
    let rows = contract::rows(&session.stack);
    if args.load && !agrees_to_load(&session, common, &rows, printer).await? {
        printer.say("nothing was checked");
        return Ok(Exit::Failed);
    }
    let outputs = super::output::read(&session, needs_key(&session.stack)).await?;
    if outputs.url.is_none() {
        bail!(session.not_deployed(common));
    }
    printer.hide(outputs.secrets());
    let age = age(&session, &outputs).await?;
    let asking = Asking { session: &session, outputs: &outputs, age, load: args.load };
    let (findings, _) = asking.all(&rows, printer).await?;
    printer.show(ui::Outcome::Contract(&findings));
    Ok(if holds(&findings) { Exit::Done } else { Exit::Broken })
}

/// What uses up a quota that clients need is not done unasked.
async fn agrees_to_load(
    session: &Session,
    common: &cli::Common,
    rows: &[Row],
    printer: &Printer,
) -> Result<bool> {
    let quota = rows.iter().find_map(|row| match row.need {
        RowNeed::Load(Load::Quota(most)) => Some(most - 1),
        _ => None,
    });
    let (Some(quota), Some(key)) = (quota, session.stack.api.keys.first()) else { return Ok(true) };
    printer.warn(format!(
        "this uses up the quota of the key {key} ({quota} requests): its clients are refused until the quota is renewed"
    ));
    printer.confirm("Go on?", &common.again("verify --load"), common.yes, &session.stop).await
}

/// How an `up` came to ask for the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Changes,
    /// It had nothing to do; how long ago something changed is read of AWS.
    Nothing,
}

/// Asks at the end of an `up`, prints the table, and gives what came out.
///
/// # Errors
/// What can't be read of AWS; interrupted.
pub(super) async fn after_up(
    session: &Session,
    outputs: &Outputs,
    after: After,
    printer: &Printer,
) -> Result<Vec<Finding>> {
    let mut outputs = outputs.clone();
    if needs_key(&session.stack) {
        outputs = super::output::with_values(session, outputs).await?;
    }
    printer.hide(outputs.secrets());
    let age = match after {
        After::Changes => Duration::ZERO,
        After::Nothing => age(session, &outputs).await?,
    };
    let asking = Asking { session, outputs: &outputs, age, load: false };
    let (findings, logs) = asking.all(&contract::rows(&session.stack), printer).await?;
    printer.show(ui::Outcome::Contract(&findings));
    let Some(logs) = logs else { return Ok(findings) };
    for function in failed(&findings) {
        let shown = logs.show_last(&function, None).await;
        remarked(shown, &format!("the last log lines of {function} can't be shown"), printer)?;
    }
    Ok(findings)
}

fn needs_key(stack: &Stack) -> bool {
    stack.api.routes.iter().any(|r| r.auth == Auth::ApiKey)
}

/// One asking of the live URL.
struct Asking<'a> {
    session: &'a Session,
    outputs: &'a Outputs,
    /// How long ago something changed.
    age: Duration,
    load: bool,
}

impl<'a> Asking<'a> {
    /// What came out, with the logs where a function failed that can be read.
    async fn all(&self, rows: &[Row], printer: &Printer) -> Result<(Vec<Finding>, Option<Logs<'a>>)> {
        let url = self.outputs.url.clone().context("the stack has no URL")?;
        let key = self.outputs.keys.iter().find_map(|k| k.value.clone());
        let stage = LiveStage { url, key, client: Client::new(self.session.cloud.network.clone()) };
        let id = Id::only("contract");
        printer.live(&id, "asking the URL");
        let run = Run::new(id, printer.events(), self.session.stop.clone());
        let check = ContractRun { carrier: &stage, run: &run, grace: self.grace().await, load: self.load };
        let since = logs::now();
        let shut_out =
            if self.has_web_acl().await? { contract::by_web_acl(&stage, rows).await } else { None };
        let findings = match shut_out {
            Some(findings) => Ok(findings),
            None => check.run_awake(rows, async || self.asleep(printer).await).await,
        };
        printer.settle();
        let mut findings = findings?;
        let logs = self.explain(&mut findings, since, printer).await?;
        Ok((findings, logs))
    }

    async fn has_web_acl(&self) -> Result<bool> {
        let Some(api) = &self.outputs.api_id else { return Ok(false) };
        let stages = self.session.cloud.stages(api).await?;
        let ours = stages.iter().find(|s| s.stage_name() == Some(&self.session.stack.api.stage));
        Ok(ours.is_some_and(|stage| stage.web_acl_arn().is_some_and(|arn| !arn.is_empty())))
    }

    /// Who may call the stage need not be allowed to read its functions.
    async fn asleep(&self, printer: &Printer) -> Result<Vec<String>> {
        let functions = self.session.stack.functions.values().map(|f| f.name.as_str());
        let asleep = self.session.cloud.asleep(functions, LIVE).await;
        remarked(asleep, "whether Lambda put a function to sleep is not known", printer)
    }

    async fn grace(&self) -> Grace {
        if cause::is_at_once(self.session).await { Grace::NONE } else { Grace::since(self.age) }
    }

    /// Says of each function that failed why it did, from its own log since `since`.
    async fn explain(
        &self,
        findings: &mut [Finding],
        since: i64,
        printer: &Printer,
    ) -> Result<Option<Logs<'a>>> {
        let failed = failed(findings);
        if failed.is_empty() {
            return Ok(None);
        }
        let unread = "the functions' logs, which would say why they failed, can't be shown";
        let opened = Logs::open(self.session, printer).await;
        let Some(logs) = remarked(opened.map(Some), unread, printer)? else { return Ok(None) };
        for function in failed {
            let cause = cause::of_last_call(self.session, &logs, &function, None, since).await;
            let unread = format!("the log of {function}, which would say why it failed, can't be read");
            let read = remarked(cause.map(Some), &unread, printer)?;
            let failed = findings.iter_mut().filter(|o| o.failed.as_ref() == Some(&function));
            match read {
                // Its last lines can't be shown either.
                None => failed.for_each(|finding| finding.failed = None),
                Some(None) => {}
                Some(Some(cause)) => failed.for_each(|finding| blame(finding, &function, &cause)),
            }
        }
        Ok(Some(logs))
    }
}

/// The functions that failed.
fn failed(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().filter_map(|finding| finding.failed.clone()).collect()
}

fn blame(finding: &mut Finding, function: &str, cause: &str) {
    if let Verdict::Broken { fix, .. } = &mut finding.verdict {
        *fix = format!("{function}: {cause}. `lambdeploy logs {function}` shows its log");
    }
}

/// What can't be read takes nothing away from what was found out by asking: it is said, and left out.
fn remarked<T: Default>(read: Result<T>, unread: &str, printer: &Printer) -> Result<T> {
    match read {
        Err(error) if !error.is::<Interrupted>() => {
            printer.warn(format!("{unread}: {error:#}"));
            Ok(T::default())
        }
        read => read,
    }
}

/// Nothing that could be asked is broken.
pub(super) fn holds(findings: &[Finding]) -> bool {
    !findings.iter().any(|o| matches!(o.verdict, Verdict::Broken { .. }))
}

/// How long ago the stage or a key changed: AWS may not have taken it in everywhere.
async fn age(session: &Session, outputs: &Outputs) -> Result<Duration> {
    let Some(api) = &outputs.api_id else { return Ok(Duration::MAX) };
    let (stages, keys) = (session.cloud.stages(api).await?, session.cloud.api_keys().await?);
    let ours = keys.iter().filter(|k| outputs.keys.iter().any(|o| k.id() == Some(&o.id)));
    let changes =
        stages.iter().filter_map(|s| s.last_updated_date()).chain(ours.filter_map(|k| k.last_updated_date()));
    let Some(last) = changes.filter_map(|d| SystemTime::try_from(*d).ok()).max() else {
        return Ok(Duration::MAX);
    };
    // A clock that is behind AWS's: just now.
    Ok(SystemTime::now().duration_since(last).unwrap_or_default())
}
