//! `rollback`: what was live before is live again, in one call for each function; of all functions or of none.

use super::{LiveFunction, LiveStack};
use crate::{
    aws::{FoundExt, call},
    engine::{Id, Run, Stop},
    resources::{AliasTarget, Held, Live, Release, VersionChange, Why, back, move_alias},
    stack::ImageSource,
};
use anyhow::{Context as _, Result, bail};
use aws_sdk_ecr::types::ImageIdentifier;

const UNCHANGED: &str = "nothing was changed";

/// One function that goes back.
struct WayBack<'a> {
    it: &'a LiveFunction<'a>,
    /// What is taken back.
    gone: u64,
    target: AliasTarget,
}

impl LiveStack<'_> {
    /// Takes back what the last `up` released, or of the one function that was named; `to`: that version is live again. Nothing:
    /// it is live already.
    ///
    /// # Errors
    /// There is nothing to go back to; `to` never was live, or could not run; as the calls. Nothing is changed then.
    pub async fn rollback(&self, to: Option<u64>) -> Result<Vec<VersionChange>> {
        let steps = self.steps(to).context(UNCHANGED)?;
        if let (Some(to), [step]) = (to, &steps[..]) {
            self.ensure_runs(step.it, to).await.context(UNCHANGED)?;
        }
        self.move_all(&steps).await
    }

    fn steps(&self, to: Option<u64>) -> Result<Vec<WayBack<'_>>> {
        let last = self.functions.iter().filter_map(released_at).max();
        let chosen = self.functions.iter().filter(|it| self.is_one || released_at(it) == last);
        chosen.filter_map(|it| self.step(it, to).transpose()).collect()
    }

    /// `None`: it is there already.
    fn step<'a>(&self, it: &'a LiveFunction<'a>, to: Option<u64>) -> Result<Option<WayBack<'a>>> {
        let name = &it.function.name;
        let Ok(live) = it.live.version.parse() else {
            bail!("{name} serves {}, which is no published version: `up` fixes that", it.live.version);
        };
        let share = it.live.weights.keys().next().and_then(|version| version.parse::<u64>().ok());
        let target = match to {
            Some(to) if to == live && share.is_none() => return Ok(None),
            Some(to) if to != live => known(it, to)?,
            None if share.is_none() => before(it, live)?,
            // What has a share goes, and what has the rest stays.
            _ => live,
        };
        let gone = share.filter(|_| target == live).unwrap_or(live);
        let when = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%MZ").to_string();
        let held = Held { version: gone, when, who: self.who()? };
        let target = back(name, &it.live, &target.to_string(), Why::Held(held))?;
        Ok(Some(WayBack { it, gone, target }))
    }

    /// Who does it, as a word: the end of the caller's ARN.
    fn who(&self) -> Result<String> {
        let arn = &self.aws.cloud.identity()?.arn;
        Ok(arn.rsplit(['/', ':']).next().unwrap_or(arn).chars().take(40).collect())
    }

    /// Refuses a version that could not run: it is gone, or its image is.
    async fn ensure_runs(&self, it: &LiveFunction<'_>, version: u64) -> Result<()> {
        let (function, name) = (it.function, &it.function.name);
        let found = self.aws.cloud.function(name, Some(&version.to_string())).await?;
        let there = found.as_ref().as_ref().and_then(|it| it.configuration());
        let there = there.with_context(|| {
            format!("{name} has no version {version}; `releases` lists those that it has")
        })?;
        // Of an image in another account's registry nothing can be said here.
        if matches!(function.image.source, ImageSource::Uri(_)) {
            return Ok(());
        }
        let hash = there.code_sha256().unwrap_or_default();
        let (repository, run) = (&function.image.repository, self.run(function));
        let image = ImageIdentifier::builder().image_digest(format!("sha256:{hash}")).build();
        let request = self.aws.cloud.ecr.describe_images().repository_name(repository).image_ids(image);
        if call(&run, "DescribeImages", || request.clone().send()).await.found()?.is_some() {
            return Ok(());
        }
        bail!(
            "the image of version {version} of {name} (sha256:{hash}) is gone from the repository {repository}, so Lambda may not be \
             able to start it; `releases` lists the other versions"
        )
    }

    async fn move_all(&self, steps: &[WayBack<'_>]) -> Result<Vec<VersionChange>> {
        let mut moved: Vec<VersionChange> = Vec::new();
        for (n, WayBack { it, gone, target }) in steps.iter().enumerate() {
            let (name, run) = (&it.function.name, self.run(it.function));
            if let Err(error) = move_alias(&self.aws, name, target, &it.live.revision, &run).await {
                if let Err(stuck) = self.undo(&steps[..n]).await {
                    return Err(stuck.context(format!("{name} could not go back: {error:#}. What went back before it could not be moved on again")));
                }
                return Err(error.context(format!("{name} could not go back, so nothing did")));
            }
            let (function, from) = (it.function.key.clone(), gone.to_string());
            moved.push(VersionChange { function, from, to: target.version.clone() });
        }
        Ok(moved)
    }

    /// Also after Ctrl-C: of all functions or of none.
    async fn undo(&self, steps: &[WayBack<'_>]) -> Result<()> {
        let mut first = Ok(());
        for WayBack { it, .. } in steps {
            let id = Id::of("alias", &it.function.key);
            let run = Run::new(id, self.events.clone(), Stop::default());
            first = first.and(self.restore(it, &run).await);
        }
        first
    }

    async fn restore(&self, it: &LiveFunction<'_>, run: &Run) -> Result<()> {
        let name = &it.function.name;
        let now =
            Live::alone(&self.aws, name).await?.with_context(|| format!("the alias of {name} is gone"))?;
        move_alias(&self.aws, name, &AliasTarget::as_it_was(&it.live, &it.record), &now.revision, run).await
    }
}

/// When the `up` began that made live what is live now, or that gave something a share.
fn released_at(it: &LiveFunction<'_>) -> Option<i64> {
    let newest = || it.record.releases.iter().find(|release| release.version.to_string() == it.live.version);
    let canary = it.record.canary.as_ref().filter(|_| !it.live.weights.is_empty());
    canary.or_else(newest).map(|release| release.at)
}

fn before(it: &LiveFunction<'_>, live: u64) -> Result<u64> {
    let (name, key) = (&it.function.name, &it.function.key);
    let before: Option<&Release> = it.record.before(live);
    before.map(|release| release.version).with_context(|| {
        format!("{name} has nothing to go back to: no release before version {live} is known; `releases` lists all of {key}")
    })
}

/// Only what was live once is made live: nothing else is known to work.
fn known(it: &LiveFunction<'_>, to: u64) -> Result<u64> {
    let name = &it.function.name;
    if it.record.releases.iter().any(|release| release.version == to) {
        return Ok(to);
    }
    let record = &it.record;
    if let Some(failed) = record.failed.as_ref().filter(|failed| failed.version == to) {
        bail!("version {to} of {name} did not pass: {}", failed.why);
    }
    if let Some(held) = record.held.as_ref().filter(|held| held.version == to) {
        bail!(
            "version {to} of {name} was taken back by {} at {}; `up --again` releases it again",
            held.who,
            held.when
        );
    }
    bail!("version {to} of {name} is not known to have been live; `releases` lists what was")
}
