//! What the commands share that move what is live.

use super::session::Session;
use crate::{
    aws::{FoundExt, StackAws, call, ordered},
    engine::{Id, Owner, Run},
    exit::Usage,
    resources::{LIVE, Live, Record},
    stack::{Function, ImageSource},
    ui::Printer,
};
use anyhow::{Context as _, Result, bail};
use aws_sdk_ecr::types::ImageIdentifier;
use futures_util::future::try_join_all;
use std::rc::Rc;

/// A function of the stack, and what is live of it.
pub(super) struct LiveFunction<'a> {
    pub function: &'a Function,
    pub live: Rc<Live>,
    pub record: Record,
}

pub(super) fn aws_of(session: &Session) -> StackAws {
    StackAws::of(&session.stack, &session.cloud, Default::default())
}

/// Those of the stack's functions that have an alias of ours, or the one of this key: one level of calls.
///
/// # Errors
/// No such function; one that is not deployed, or not the stack's; as the calls.
pub(super) async fn standing<'a>(
    session: &'a Session,
    aws: &StackAws,
    key: Option<&str>,
) -> Result<Vec<LiveFunction<'a>>> {
    let functions = &session.stack.functions;
    if let Some(unknown) = key.filter(|key| !functions.contains_key(*key)) {
        let known: Vec<_> = functions.keys().cloned().collect();
        return Err(
            Usage(format!("the stack file has no function {unknown}; it has {}", known.join(", "))).into()
        );
    }
    let chosen = functions.values().filter(|f| key.is_none_or(|key| key == f.key));
    let all = try_join_all(chosen.map(|function| read(aws, function)));
    let (caller, all) = tokio::join!(session.ensure_account(), all);
    caller?;
    Ok(all?.into_iter().flatten().collect())
}

async fn read<'a>(aws: &StackAws, function: &'a Function) -> Result<Option<LiveFunction<'a>>> {
    let name = &function.name;
    let (there, live) = tokio::join!(aws.cloud.function(name, None), Live::of_alias(aws, name));
    let (there, Some(live)) = (there?, live?) else { return Ok(None) };
    let Some(there) = there.as_ref() else { return Ok(None) };
    let owner = aws.ownership.owner(&ordered(there.tags()), || format!("the function {name}"));
    if let Owner::Other(what) | Owner::Barred { what, .. } = owner {
        bail!("{what} is not this stack's");
    }
    let Some(record) = live.record.clone() else {
        bail!("the alias {LIVE} of {name} is not this stack's; `up --adopt` takes it over");
    };
    Ok(Some(LiveFunction { function, live: Rc::new(live), record }))
}

/// Says of what is done to `key`.
pub(super) fn run_of(session: &Session, key: &str, printer: &Printer) -> Run {
    Run::new(Id::of("alias", key), printer.events(), session.stop.clone())
}

/// Who does it, as a word: the end of the caller's ARN.
pub(super) fn who(session: &Session) -> Result<String> {
    let arn = &session.cloud.identity()?.arn;
    Ok(arn.rsplit(['/', ':']).next().unwrap_or(arn).chars().take(40).collect())
}

/// Refuses a version that could not run: it is gone, or its image is.
///
/// # Errors
/// Why it can't be live; as the calls.
pub(super) async fn ensure_runs(
    session: &Session,
    function: &Function,
    version: u64,
    run: &Run,
) -> Result<()> {
    let (name, text) = (&function.name, version.to_string());
    let found = session.cloud.function(name, Some(&text)).await?;
    let there = found.as_ref().as_ref().and_then(|it| it.configuration());
    let there = there
        .with_context(|| format!("{name} has no version {version}; `releases` lists those that it has"))?;
    let hash = there.code_sha256().unwrap_or_default();
    let request = session.cloud.ecr.describe_images().repository_name(&function.image.repository);
    let request =
        request.image_ids(ImageIdentifier::builder().image_digest(format!("sha256:{hash}")).build());
    // Of an image in another account's registry nothing can be said here.
    if matches!(function.image.source, ImageSource::Uri(_)) {
        return Ok(());
    }
    if call(run, "DescribeImages", || request.clone().send()).await.found()?.is_none() {
        bail!(
            "the image of version {version} of {name} (sha256:{hash}) is gone from the repository {}: Lambda may not be able to \
             start it, so nothing was changed",
            function.image.repository
        );
    }
    Ok(())
}
