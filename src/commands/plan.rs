//! `plan`: what `up` would do.

use super::session::Session;
use crate::{
    Exit, cli,
    docker::{LARGEST_SECRET, SecretValue},
    engine::{Options, Plan},
    files,
    resources::CHOSEN_BY_ID,
    stack::{DotEnv, ImageSource, SecretSource, Values},
    stack_graph::{StackGraph, Wishes},
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;

pub(super) async fn run(common: &cli::Common, args: &cli::PlanArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::Needed, printer).await?;
    let (graph, plan) = planned(&session, &args.consent, &Releasing::default(), printer).await?;
    for remark in graph.remarks() {
        printer.warn(remark);
    }
    show(&session, &plan, printer)?;
    if !plan.has_changes() {
        printer.answer(format!("nothing to do in {}", session.destination()?));
    }
    Ok(if plan.has_changes() && args.exit_code { Exit::Pending } else { Exit::Done })
}

fn show(session: &Session, plan: &Plan, printer: &Printer) -> Result<()> {
    printer.show(Outcome::Plan(plan, &session.destination()?));
    if plan.has_changes() {
        printer.show(Outcome::CostOfPlan(&session.cost()?));
    }
    Ok(())
}

/// How an `up` makes new versions live.
#[derive(Debug, Default)]
pub(super) struct Releasing {
    pub smoke: bool,
    /// Percent of the calls, from the command line.
    pub canary: Option<u32>,
    pub commit: Option<String>,
}

/// Observes everything and plans; refuses what can't be done without a further word.
///
/// # Errors
/// What can't be read, the wrong account, refusals.
pub(super) async fn planned<'a>(
    session: &'a Session,
    consent: &cli::Consent,
    releasing: &Releasing,
    printer: &Printer,
) -> Result<(StackGraph<'a>, Plan)> {
    let graph = observed(session, consent, releasing, printer).await?;
    let plan = graph.plan(&options(consent))?;
    let refusals: Vec<String> = plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect();
    if !refusals.is_empty() {
        show(session, &plan, printer)?;
        bail!("nothing was changed, because\n  {}", refusals.join("\n  "));
    }
    Ok((graph, plan))
}

/// Everything that is wished and everything that is no longer in the stack file, observed.
///
/// # Errors
/// What can't be read, the wrong account.
pub(super) async fn observed<'a>(
    session: &'a Session,
    consent: &cli::Consent,
    releasing: &Releasing,
    printer: &Printer,
) -> Result<StackGraph<'a>> {
    let wishes = Wishes {
        rebuild: consent.rebuild,
        redeploy: consent.redeploy,
        adopt: chosen(consent)?,
        smoke: releasing.smoke,
        canary: releasing.canary,
        again: consent.again,
        at: jiff::Timestamp::now().as_second(),
        commit: releasing.commit.clone(),
        secrets: secrets(session)?,
    };
    let graph = StackGraph::observed(&session.stack, &session.cloud, session.docker(), wishes).await?;
    session.warn_of_root(printer)?;
    for earlier in &graph.earlier {
        printer.warn(earlier);
    }
    Ok(graph)
}

pub(super) fn options(consent: &cli::Consent) -> Options {
    Options { adopt: !consent.adopt.is_empty(), replace: consent.replace, include_adopted: false }
}

/// `--adopt api=ID` as word and id; a bare `--adopt` chooses nothing.
fn chosen(consent: &cli::Consent) -> Result<BTreeMap<String, String>> {
    let pairs = consent.adopt.iter().filter(|a| !a.is_empty()).map(|a| match a.split_once('=') {
        Some((word, id)) if CHOSEN_BY_ID.contains(&word) && !id.is_empty() => {
            Ok((word.to_owned(), id.to_owned()))
        }
        _ => Err(crate::exit::Usage(format!(
            "--adopt {a} names nothing that is adopted by its id: write --adopt alone, or {}",
            CHOSEN_BY_ID.map(|word| format!("--adopt {word}=ID")).join(" or ")
        ))
        .into()),
    });
    pairs.collect()
}

/// The values of the build secrets, read where they are.
fn secrets(session: &Session) -> Result<BTreeMap<String, BTreeMap<String, SecretValue>>> {
    let dotenv = DotEnv::in_folder(&session.stack.folder).0;
    let mut all = BTreeMap::new();
    for (key, function) in &session.stack.functions {
        let ImageSource::Context(build) = &function.image.source else { continue };
        let values = build.secrets.iter().map(|(id, source)| {
            let value = secret(source, &dotenv).with_context(|| format!("build secret {id} of {key}"))?;
            Ok((id.clone(), SecretValue(value)))
        });
        all.insert(key.clone(), values.collect::<Result<_>>()?);
    }
    Ok(all)
}

fn secret(source: &SecretSource, dotenv: &DotEnv) -> Result<Vec<u8>> {
    match source {
        SecretSource::Env(name) => {
            let value = dotenv.get(name, &|name| std::env::var(name).ok());
            Ok(value
                .with_context(|| format!("${name} is not set: export it, or put it into .env"))?
                .into_bytes())
        }
        SecretSource::File(file) => files::read(file, LARGEST_SECRET as u64)
            .with_context(|| format!("cannot read {}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_variable_or_a_regular_file() {
        let dotenv = DotEnv::default();
        let error = |source| {
            secret(&source, &dotenv).map_or_else(|error| format!("{error:#}"), |_| "none".to_owned())
        };
        for (source, want) in [
            (SecretSource::Env("LAMBDEPLOY_NEVER_SET".into()), "$LAMBDEPLOY_NEVER_SET is not set"),
            (SecretSource::File("/dev/zero".into()), "cannot read /dev/zero: it is not a regular file"),
            (SecretSource::File("/nowhere".into()), "cannot read /nowhere: "),
        ] {
            let told = error(source);
            assert!(told.starts_with(want), "{told}");
        }
    }
}
