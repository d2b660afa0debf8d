//! A new version has a share of the calls: its errors are held against those of the version that has the rest.

use super::StackGraph;
use crate::{
    engine::{Event, Handle, Id, Run, Stop},
    resources::{
        AliasOutput, ErrorRates, Failed, Live, VersionChange, Why, back, ensure_shares, move_as, promoted,
    },
};
use anyhow::{Context as _, Result};
use std::{rc::Rc, time::Duration};
use tokio::time::Instant;

/// Between two looks; CloudWatch has Lambda's figures by the minute.
const LOOK: Duration = Duration::from_secs(30);

/// How long a share is watched where nothing says it, in seconds.
const USUAL: u32 = 600;

/// Fewer calls say nothing.
const FEW: f64 = 10.0;

/// How a canary came out.
#[derive(Debug)]
pub enum Came {
    /// All calls go to the new versions.
    Live(Vec<VersionChange>),
    /// What was live before has all calls again: a function, and why.
    Back(String, String),
}

impl StackGraph<'_> {
    /// Whether a version has a share of the calls.
    pub fn has_canaries(&self) -> bool {
        !self.canaries().is_empty()
    }

    fn canaries(&self) -> Vec<AliasOutput> {
        let all = self.aliases.iter().filter_map(Handle::get);
        all.filter(|alias| alias.canary.is_some()).collect()
    }

    /// Watches all that have a share for as many seconds (else the file's, else ten minutes), then moves them on; or all of them
    /// back, where one is worse. `tell` gets a line for each look.
    ///
    /// # Errors
    /// Somebody has moved an alias meanwhile; as the calls; interrupted, which leaves the shares as they are.
    pub async fn watch(
        &self,
        seconds: Option<u32>,
        tell: impl Fn(String),
        events: Rc<dyn Fn(Event)>,
        stop: &Stop,
    ) -> Result<Came> {
        let canaries = self.canaries();
        let worse = self.watched(&canaries, seconds, tell, stop).await?;
        // All or none, so what is begun is ended after Ctrl-C too.
        let run = |key: &str| Run::new(Id::of("alias", key), events.clone(), Stop::default());
        match worse {
            None => self.move_on(&canaries, run).await.map(Came::Live),
            Some((function, why)) => {
                self.take_back(&canaries, &format!("canary of {function}: {why}"), run).await?;
                Ok(Came::Back(function, why))
            }
        }
    }

    /// The first that is worse than what it is to replace, and how; `None` once the time is over.
    async fn watched(
        &self,
        canaries: &[AliasOutput],
        seconds: Option<u32>,
        tell: impl Fn(String),
        stop: &Stop,
    ) -> Result<Option<(String, String)>> {
        let in_file = canaries.iter().filter_map(|it| self.stack.functions.get(&it.key)?.release.canary);
        let in_file = in_file.map(|canary| canary.seconds).max();
        let seconds = seconds.or(in_file).unwrap_or(USUAL);
        let (began, since) = (jiff::Timestamp::now(), Instant::now());
        let whole = Duration::from_secs(seconds.into());
        loop {
            stop.sleep(LOOK.min(whole.saturating_sub(since.elapsed()))).await?;
            let so_far = since.elapsed();
            for it in canaries {
                let rates = self.errors_of(it, began, so_far).await?;
                if let Some(why) = rates.worse() {
                    return Ok(Some((it.key.clone(), why)));
                }
                let few = if rates.new.calls < FEW { "; too few calls to say" } else { "" };
                tell(format!("{}: {rates}, {} s of {seconds} s{few}", it.key, so_far.as_secs()));
            }
            if so_far >= whole {
                return Ok(None);
            }
        }
    }

    async fn errors_of(
        &self,
        it: &AliasOutput,
        began: jiff::Timestamp,
        so_far: Duration,
    ) -> Result<ErrorRates> {
        let run = self.aws.cloud.looking_at(&Id::of("alias", &it.key));
        let (live, rates) = tokio::join!(
            Live::alone(&self.aws, &it.function),
            ErrorRates::read(&self.aws.cloud, it, began, so_far, &run)
        );
        let live = live?.with_context(|| format!("{} has no alias any more", it.function))?;
        ensure_shares(&it.function, &live, it.canary.as_deref().unwrap_or_default())?;
        rates
    }

    /// What was moved stays so where another can't be, and the next `up` goes on with that.
    async fn move_on(
        &self,
        canaries: &[AliasOutput],
        run: impl Fn(&str) -> Run,
    ) -> Result<Vec<VersionChange>> {
        let mut moved = Vec::new();
        for it in canaries {
            let function = self.stack.functions.get(&it.key);
            let keep = function.map_or(1, |function| function.release.keep as usize);
            let version = it.canary.as_deref().unwrap_or_default();
            let target = |live: &Live| promoted(&it.function, live, version, keep);
            let to = move_as(&self.aws, &it.function, &run(&it.key), target).await?.version;
            moved.push(VersionChange { function: it.key.clone(), from: it.version.clone(), to });
        }
        Ok(moved)
    }

    async fn take_back(&self, canaries: &[AliasOutput], why: &str, run: impl Fn(&str) -> Run) -> Result<()> {
        for it in canaries {
            let Some(version) = it.canary.as_ref().and_then(|text| text.parse().ok()) else { continue };
            let failed = Failed { version, why: why.to_owned() };
            let target = |live: &Live| back(&it.function, live, &it.version, Why::Failed(failed));
            move_as(&self.aws, &it.function, &run(&it.key), target).await?;
        }
        Ok(())
    }
}
