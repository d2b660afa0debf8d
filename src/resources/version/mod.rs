//! A published version: what a release is. It is tried out before anybody sees it; the alias then names it.
//!
//! It is recognised by what it holds, code and configuration, never by a description: so a run that died goes on where it was.

mod smoke;

pub(crate) use smoke::SmokeFailed;

use super::{
    alias::{AliasTarget, Failed, Live, delete_version, move_alias},
    chains,
    function::{self, FunctionOutput, FunctionWish, NotStarted, number, or_again, settled},
};
use crate::{
    aws::{Patience, StackAws, call},
    contract::SmokeCheck,
    engine::{Applied, Breaks, Found, Kind, Link, Need, Owner, Run, UNKNOWN, Wish, Words},
};
use anyhow::{Context as _, Error, Result, bail, ensure};
use aws_sdk_lambda::types::State;
use serde::Serialize;
use std::rc::Rc;

pub(crate) struct Version {
    pub aws: StackAws,
    pub key: String,
    pub function_name: String,
}

pub(crate) struct VersionWish {
    pub version: Version,
    pub wish: Rc<FunctionWish>,
    pub function: Need<FunctionOutput>,
    /// How it is tried out; empty: nothing of it can be asked, or the file says not to.
    pub smoke: Vec<SmokeCheck>,
    /// `--again`: also what was taken back is released.
    pub again: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// The number of what callers get.
    number: String,
    #[serde(skip)]
    live: Option<Rc<Live>>,
}

#[derive(Debug, Clone)]
pub(crate) struct VersionOutput {
    pub version: String,
}

impl Kind for Version {
    const NAME: &'static str = "version";
    const WORDS: &'static [Words] = &[Words::new(
        "number",
        "published, and tried before anybody gets it",
        "callers get another one than the stack file's",
    )];
    const LINKS: &'static [Link] = &[Link::of(chains::FUNCTION, Breaks::Always)];
    type Settings = Settings;
    type Output = VersionOutput;

    fn key(&self) -> &str {
        &self.key
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let Some(live) = Live::read(&self.aws, &self.function_name).await? else { return Ok(None) };
        let output = VersionOutput { version: live.version.clone() };
        let settings = Settings { number: live.version.clone(), live: Some(live) };
        Ok(Some(Found { settings, output, owner: Owner::Us }))
    }
}

impl Version {
    /// What the function is now, under the revision that this run saw. Publishing the same again gives the same version, also
    /// one that has failed: that one goes, so that AWS tries again.
    async fn publish(
        &self,
        code_sha256: &str,
        revision: &str,
        live: Option<&Live>,
        run: &Run,
    ) -> Result<u64> {
        let request = self.aws.cloud.lambda.publish_version().function_name(&self.function_name);
        let request = request.code_sha256(code_sha256).revision_id(revision);
        let published = call(run, "PublishVersion", || request.clone().send()).await?;
        let number = number_of(published.version())?;
        if published.state() != Some(&State::Failed) || live.is_some_and(|live| live.names(number)) {
            return Ok(number);
        }
        run.note(format!("version {number} failed before: it is deleted and published again"));
        delete_version(&self.aws, &self.function_name, number, run).await?;
        number_of(call(run, "PublishVersion", || request.clone().send()).await?.version())
    }

    async fn ready(&self, version: u64, patience: Patience, run: &Run) -> Result<()> {
        let version = Some(version.to_string());
        settled(&self.aws, &self.function_name, version.as_deref(), patience, run).await.map(drop)
    }

    /// A version of the same content, which AWS does not publish twice in a row: with another description in between.
    async fn publish_anew(&self, patience: Patience, run: &Run) -> Result<u64> {
        run.note("the live version can't run any more, and AWS publishes the same only once: it is published again after another");
        let (lambda, name) = (&self.aws.cloud.lambda, &self.function_name);
        let before = settled(&self.aws, name, None, Patience::AT_WORK, run).await?;
        let description = before.description.unwrap_or_default();
        for text in ["(being published again)", &description] {
            let request = lambda.update_function_configuration().function_name(name).description(text);
            call(run, "UpdateFunctionConfiguration", || request.clone().send()).await?;
            settled(&self.aws, name, None, Patience::AT_WORK, run).await?;
            let request = lambda.publish_version().function_name(name);
            let published = call(run, "PublishVersion", || request.clone().send()).await?;
            if text == description {
                let number = number_of(published.version())?;
                self.ready(number, patience, run).await?;
                self.aws.cloud.forget_functions();
                return Ok(number);
            }
        }
        bail!(
            "{name} can't be published again, because its description is that of the one in between: change `description`"
        )
    }

    /// Writes down why a version does not become live, where `releases` finds it.
    async fn mark_failed(&self, version: u64, why: &str, run: &Run) -> Result<()> {
        let Some(live) = Live::alone(&self.aws, &self.function_name).await? else { return Ok(()) };
        let Some(mut record) = live.record.clone() else { return Ok(()) };
        record.failed = Some(Failed { version, why: why.to_owned() });
        let canary = live.weights.iter().next().map(|(v, w)| (v.clone(), *w));
        let target = AliasTarget { version: live.version.clone(), canary, record };
        move_alias(&self.aws, &self.function_name, &target, &live.revision, run).await
    }
}

fn number_of(version: Option<&str>) -> Result<u64> {
    number(version).context("PublishVersion answered without a number")
}

impl VersionWish {
    /// A version of what is wished, and not the live one: that one is not what it should be, or this would not be asked.
    async fn published(&self, function: &FunctionOutput, live: Option<&Live>, run: &Run) -> Result<u64> {
        let version = &self.version;
        let published = version.publish(&function.code_sha256, &function.revision, live, run).await;
        let published = or_again(published, async || {
            // A new statement of its policy is a new revision too.
            version.aws.cloud.forget_functions();
            let now = version.aws.cloud.function(&version.function_name, None).await?;
            let now = now.as_ref().as_ref().context("the function is gone: run the same command again")?;
            ensure!(
                function::Settings::read(now, Default::default())?.content() == self.wish.content(),
                "somebody else has changed {} meanwhile: run the same command again",
                version.function_name
            );
            let of = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let now = now.configuration().context("GetFunction answered without a configuration")?;
            version.publish(&of(now.code_sha256()), &of(now.revision_id()), live, run).await
        });
        let number = published.await?;
        if live.is_some_and(|live| live.version == number.to_string()) {
            return version.publish_anew(self.wish.patience(), run).await;
        }
        if let Err(failed) = version.ready(number, self.wish.patience(), run).await {
            return Err(self.marked(number, failed, run).await);
        }
        Ok(number)
    }

    /// A failure that `releases` tells from then on, where it is the version's own.
    async fn marked(&self, number: u64, failed: Error, run: &Run) -> Error {
        let smoke = failed.downcast_ref::<SmokeFailed>().map(|failed| &failed.why);
        let Some(why) = smoke.or(failed.downcast_ref::<NotStarted>().map(|failed| &failed.why)) else {
            return failed;
        };
        if let Err(unwritten) = self.version.mark_failed(number, why, run).await {
            run.note(format!("`releases` will not say why version {number} failed: {unwritten:#}"));
        }
        failed
    }

    async fn release(&self, live: Option<&Live>, run: &Run) -> Result<VersionOutput> {
        let function = self.function.ready()?;
        let number = match function.published {
            Some(number) => number,
            None => self.published(&function, live, run).await?,
        };
        if let Err(failed) = self.try_out(number, run).await {
            return Err(self.marked(number, failed, run).await);
        }
        Ok(VersionOutput { version: number.to_string() })
    }
}

impl Wish for VersionWish {
    type Kind = Version;

    fn kind(&self) -> &Version {
        &self.version
    }

    /// Where the function changes, its own lines say so, and the version that comes of it follows.
    fn settings(&self, found: Option<&Found<Version>>) -> Result<Settings> {
        let settings = |version| Ok(Settings { number: version, live: None });
        let function = self.function.get();
        let published = function.as_ref().and_then(|f| f.published).map(|n| n.to_string());
        let Some(live) = found.and_then(|f| f.settings.live.as_ref()) else {
            return settings(published.unwrap_or_else(|| UNKNOWN.to_owned()));
        };
        let wished = self.wish.content();
        let is = |there: &Option<_>| there.is_some() && *there == wished;
        let changes = function
            .is_none_or(|f| f.content.is_none() || f.content != wished || self.wish.lost_its_grant(f.saved));
        let works =
            number(Some(&live.version)).is_some() && !live.is_failed && !self.wish.lost_its_grant(live.saved);
        if changes || works && is(&live.content) || is(&live.candidate) && !live.weights.is_empty() {
            return settings(live.version.clone());
        }
        settings(published.unwrap_or_else(|| UNKNOWN.to_owned()))
    }

    /// What was taken back does not come back by itself: the next CI run has the same commit.
    fn refuses(&self, found: Option<&Found<Version>>, _: &Settings) -> Option<String> {
        let live = found?.settings.live.as_ref()?;
        let held = live.record.as_ref()?.held.as_ref()?;
        let is_held = live.held.is_some() && live.held == self.wish.content() && live.content != live.held;
        (is_held && !self.again).then(|| {
            format!(
                "this is version {} of {}, which {} took back at {}; `up --again` releases it again",
                held.version, self.version.function_name, held.who, held.when
            )
        })
    }

    async fn create(&self, _: &Settings, run: &Run) -> Result<VersionOutput> {
        self.release(None, run).await
    }

    async fn update(
        &self,
        found: &Found<Version>,
        _: &Settings,
        run: &Run,
    ) -> Result<Applied<VersionOutput>> {
        Ok(Applied::in_place(self.release(found.settings.live.as_deref(), run).await?))
    }
}
