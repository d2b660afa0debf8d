//! `verify`: the contract, asked of the live URL; also the last step of an `up` that changed something.

use super::{local::background::agrees_at_once, session::Session};
use crate::{
    Exit, cli,
    contract::{self, Check, Outcome, Patience, Verdict},
    engine::{Id, Reporter},
    net::Client,
    outputs::Outputs,
    outside::Stage,
    stack::{Auth, Stack, Values},
    ui::Printer,
};
use anyhow::{Context as _, Result};
use std::time::{Duration, SystemTime};

pub async fn run(common: &cli::Common, args: &cli::Verify, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(printer);
    let outputs = super::output::read(&session, needs_key(&session.stack)).await?;
    let age = age(&session, &outputs).await?;
    let outcomes = ask(&session, outputs, age, args.load, printer).await?;
    printer.contract(&outcomes);
    Ok(if holds(&outcomes) { Exit::Done } else { Exit::Broken })
}

/// Asks right after a change, prints the table, and says whether the contract holds.
///
/// # Errors
/// What can't be read of AWS; interrupted.
pub(super) async fn after_up(session: &Session, outputs: &Outputs, printer: &Printer) -> Result<bool> {
    let mut outputs = outputs.clone();
    if needs_key(&session.stack) {
        outputs = super::output::with_values(session, outputs).await?;
    }
    let outcomes = ask(session, outputs, Duration::ZERO, false, printer).await?;
    printer.contract(&outcomes);
    for function in session.stack.functions.keys().filter(|key| failed(&session.stack, key, &outcomes)) {
        super::logs::last_lines(session, function, printer).await?;
    }
    Ok(holds(&outcomes))
}

fn needs_key(stack: &Stack) -> bool {
    stack.api.routes.iter().any(|r| r.auth == Auth::ApiKey)
}

/// Asks what something that changed `age` ago promises.
async fn ask(
    session: &Session,
    outputs: Outputs,
    age: Duration,
    load: bool,
    printer: &Printer,
) -> Result<Vec<Outcome>> {
    let url = outputs.url.context("the stack is not up; run `lambdeploy up` first")?.callable;
    let key = outputs.keys.into_iter().find_map(|k| k.value);
    let stage = Stage { url, key, client: Client::new(session.cloud.network.clone()) };
    let to = Reporter::new(Id::only("contract"), printer.sink(), session.stop.clone());
    let check = Check { carrier: &stage, to: &to, patience: patience(session, age).await, load };
    let rows = contract::rows(&session.stack);
    let shut_out = match outputs.api_id {
        Some(api) if has_web_acl(session, &api).await? => contract::by_web_acl(&stage, &rows).await,
        _ => None,
    };
    let outcomes = match shut_out {
        Some(outcomes) => Ok(outcomes),
        None => check.run(&rows).await,
    };
    printer.settle();
    Ok(outcomes?)
}

async fn has_web_acl(session: &Session, api: &str) -> Result<bool> {
    let stages = session.cloud.stages(api).await?;
    let own = stages.iter().find(|s| s.stage_name() == Some(&session.stack.api.stage));
    Ok(own.is_some_and(|stage| stage.web_acl_arn().is_some_and(|arn| !arn.is_empty())))
}

async fn patience(session: &Session, age: Duration) -> Patience {
    match &session.cloud.endpoint {
        Some(local) if agrees_at_once(local).await => Patience::NONE,
        _ => Patience::since(age),
    }
}

fn holds(outcomes: &[Outcome]) -> bool {
    !outcomes.iter().any(|o| matches!(o.verdict, Verdict::Broken { .. }))
}

/// Whether a function did not answer, or answered that it failed.
fn failed(stack: &Stack, function: &str, outcomes: &[Outcome]) -> bool {
    let promises = contract::answers_of(stack, function);
    outcomes.iter().filter(|o| promises.contains(&o.promise)).any(|o| match &o.answer {
        Some(answer) => answer.starts_with('5'),
        None => matches!(o.verdict, Verdict::Broken { .. }),
    })
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
