//! What the stack file wishes of the alias: that it names the version that was tried, or gives it a share of the calls.

use super::{
    Alias, Settings,
    back::{Why, back, move_as},
    live::{Live, share},
    moves::{AliasTarget, move_alias},
    record::{Failed, LIVE, Record, Release},
};
use crate::{
    aws::{StackAws, call, finish_existing},
    engine::{Applied, Found, Kind as _, Need, Run, UNKNOWN, Wish},
    resources::{
        function::{Content, FunctionWish, number, or_again},
        provisioned_concurrency::ProvisionedConcurrency,
        version::VersionOutput,
    },
};
use anyhow::{Context as _, Result};
use std::rc::Rc;

pub(crate) struct AliasWish {
    pub alias: Alias,
    pub function: Rc<FunctionWish>,
    pub version: Need<VersionOutput>,
    pub release: ReleaseWish,
}

/// How a version becomes what callers get.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReleaseWish {
    /// Versions that stay to go back to, with the live one.
    pub keep: usize,
    /// Percent of the calls that a new version gets first; `None`: all of them at once.
    pub canary: Option<u32>,
    /// When this `up` began, in seconds since 1970.
    pub at: i64,
    /// Of git, where it is known.
    pub commit: Option<String>,
}

/// What is live of a function.
#[derive(Debug, Clone)]
pub struct AliasOutput {
    /// In the stack file.
    pub(crate) key: String,
    /// In AWS.
    pub(crate) function: String,
    pub(crate) version: String,
    /// What that version holds, where it was read.
    pub(in crate::resources) content: Option<Content>,
    /// The version that gets a share of the calls.
    pub(crate) canary: Option<String>,
    /// Where it stood before this run moved it; `None`: this run did not.
    pub(super) before: Option<AliasTarget>,
    /// Where this run moved it.
    pub(super) after: Option<AliasTarget>,
}

impl AliasOutput {
    pub(super) fn as_found(alias: &Alias, live: &Live) -> Self {
        Self {
            key: alias.key.clone(),
            function: alias.function_name.clone(),
            version: live.version.clone(),
            content: live.content.clone(),
            canary: live.weights.keys().next().cloned(),
            before: None,
            after: None,
        }
    }

    /// Whether this run gave callers another version.
    pub(crate) fn went_on(&self) -> bool {
        let (before, after) = (self.before.as_ref(), self.after.as_ref());
        before.is_some() && before.map(AliasTarget::versions) != after.map(AliasTarget::versions)
    }

    /// Gives callers what they had before this run, and says why.
    ///
    /// # Errors
    /// Somebody has moved the alias since; as the calls.
    pub(crate) async fn take_back(&self, aws: &StackAws, why: &str, run: &Run) -> Result<()> {
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return Ok(()) };
        let new = after.canary.as_ref().map_or(&after.version, |(version, _)| version);
        let version = number(Some(new)).context("the version has no number")?;
        let failed = Failed { version, why: why.to_owned() };
        let target = |live: &Live| back(&self.function, live, &before.version, Why::Failed(failed));
        move_as(aws, &self.function, run, target).await.map(drop)
    }

    /// Moves it again where this run had moved it.
    ///
    /// # Errors
    /// As the calls.
    pub(crate) async fn move_on(&self, aws: &StackAws, run: &Run) -> Result<()> {
        let Some(after) = self.after.clone() else { return Ok(()) };
        move_as(aws, &self.function, run, |_| Ok(after)).await.map(drop)
    }
}

impl AliasWish {
    fn release(&self, version: &str) -> Option<Release> {
        let ReleaseWish { at, commit, .. } = &self.release;
        Some(Release { version: number(Some(version))?, at: *at, commit: commit.clone() })
    }

    /// Whether what gets a share of the calls is what is wished: then it goes on.
    fn is_on_its_way(&self, live: &Live) -> bool {
        live.weights.len() == 1
            && live.record.is_some()
            && live.candidate.is_some()
            && live.candidate == self.function.content()
    }

    /// Where the alias goes from where it is.
    fn target(&self, live: &Live, adopts: bool) -> Result<AliasTarget> {
        let version = self.version.ready()?.version;
        let before = live.record.clone().unwrap_or(Record { adopted: adopts, ..Record::default() });
        let release = self.release(&version).context("Lambda gave no number of the version")?;
        let share = self.release.canary.filter(|_| live.version != version && live.version != "$LATEST");
        Ok(match share {
            Some(percent) => AliasTarget {
                version: live.version.clone(),
                canary: Some((version, f64::from(percent) / 100.0)),
                // Why another one failed is news until something is live.
                record: Record {
                    failed: before.failed.filter(|failed| failed.version != release.version),
                    canary: Some(release),
                    held: None,
                    ..before
                },
            },
            // It was live before, and only its share or its description is mended.
            None if live.version == version && before.release(release.version).is_some() => {
                AliasTarget { version, canary: None, record: Record { canary: None, ..before } }
            }
            None => AliasTarget { version, canary: None, record: before.with(release, self.release.keep) },
        })
    }

    /// Lambda moves no alias with provisioned concurrency to a version that starts from a snapshot: what the file wishes no more
    /// goes first.
    async fn let_go(&self, live: &Live, run: &Run) -> Result<()> {
        let snapstart = self.function.content().is_some_and(|content| content.snapstart);
        if !snapstart || live.content.as_ref().is_some_and(|content| content.snapstart) {
            return Ok(());
        }
        let Alias { aws, key, function_name } = &self.alias;
        let (aws, key, function_name) = (aws.clone(), key.clone(), function_name.clone());
        let provisioned = ProvisionedConcurrency { aws, key, function_name };
        if provisioned.is_listed().await? { provisioned.remove(run).await } else { Ok(()) }
    }

    async fn moved(&self, live: &Live, adopts: bool, run: &Run) -> Result<AliasOutput> {
        let Alias { aws, function_name, .. } = &self.alias;
        let target = self.target(live, adopts)?;
        if !target.is(live) {
            self.let_go(live, run).await?;
            move_alias(aws, function_name, &target, &live.revision, run).await?;
        }
        let version = target.version.clone();
        Ok(AliasOutput {
            canary: target.canary.as_ref().map(|(version, _)| version.clone()),
            before: Some(AliasTarget::as_it_was(live, &live.record.clone().unwrap_or_default())),
            after: Some(target),
            version,
            ..AliasOutput::as_found(&self.alias, live)
        })
    }
}

impl Wish for AliasWish {
    type Kind = Alias;

    fn kind(&self) -> &Alias {
        &self.alias
    }

    /// The version is a number only once it is there: until then what is live stays, and the function's own lines say what
    /// changes.
    fn settings(&self, found: Option<&Found<Alias>>) -> Result<Settings> {
        let live = found.and_then(|f| f.settings.live.as_ref());
        let wished = self.version.get().map_or_else(|| UNKNOWN.to_owned(), |v| v.version);
        let settings = |version, canary| Settings { version, canary, managed: true, live: None };
        Ok(match live {
            Some(live) if self.is_on_its_way(live) => settings(live.version.clone(), live.canary()),
            Some(live) if live.version != wished && live.version != "$LATEST" => match self.release.canary {
                Some(percent) => {
                    settings(live.version.clone(), Some(share(&wished, f64::from(percent) / 100.0)))
                }
                None => settings(wished, None),
            },
            _ => settings(wished, None),
        })
    }

    fn refuses(&self, found: Option<&Found<Alias>>, _: &Settings) -> Option<String> {
        let live = found?.settings.live.as_ref()?;
        let wished = self.function.content()?;
        let role = &live.content.as_ref().filter(|_| self.release.canary.is_some())?.role;
        (*role != wished.role && live.candidate.as_ref() != Some(&wished)).then(|| {
            format!(
                "{} gets another role, and Lambda shares calls only between versions of one role: release it without a \
                 canary (--canary 100%), or change the role in an `up` of its own",
                self.alias.function_name
            )
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<AliasOutput> {
        let Alias { aws, function_name, key } = &self.alias;
        let version = self.version.ready()?.version;
        let releases = self.release(&version).into_iter().collect();
        let record = Record { releases, ..Record::default() };
        let request = aws.cloud.lambda.create_alias().function_name(function_name).name(LIVE);
        let request = request.function_version(&version).description(record.text());
        let made = call(run, "CreateAlias", || request.clone().send()).await;
        aws.cloud.forget_functions();
        if let Err(e) = made {
            return finish_existing(&aws.cloud, self, e, want, run).await;
        }
        Ok(AliasOutput {
            key: key.clone(),
            function: function_name.clone(),
            version,
            content: self.function.content(),
            canary: None,
            before: None,
            after: None,
        })
    }

    async fn update(&self, found: &Found<Alias>, _: &Settings, run: &Run) -> Result<Applied<AliasOutput>> {
        let live = found.settings.live.as_ref().context("the alias was not read")?;
        let adopts = live.record.is_none();
        let moved = self.moved(live, adopts, run).await;
        let moved = or_again(moved, async || {
            run.note("somebody else has moved the alias meanwhile: looking again");
            self.alias.aws.cloud.forget_functions();
            let again = self.alias.find().await?.context("the alias is gone: run the same command again")?;
            let again = again.settings.live.context("the alias was not read")?;
            self.moved(&again, adopts, run).await
        });
        Ok(Applied::in_place(moved.await?))
    }

    async fn tidy(&self, run: &Run) -> Result<()> {
        // Nothing is older than the first.
        if self.version.ready()?.version == "1" {
            return Ok(());
        }
        let pruned = self.alias.prune(self.release.keep, run).await;
        pruned.with_context(|| format!("old versions of {} stay", self.alias.function_name))
    }
}
