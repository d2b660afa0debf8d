//! A command, and what is there when it starts.

use crate::{
    by_hand::{ADOPT, make_it_zip, step_6},
    functions::by_greeting,
    old_stack::make_it_old,
    world::{REGION, World, lines, write},
};
use futures_util::{FutureExt, TryFutureExt, future::LocalBoxFuture};
use lambdeploy::testing::{
    engine::{Options, Report, Stop},
    stack_graph::Wishes,
};
use local_aws::Config;
use std::time::Duration;

/// One command on one starting state.
pub(crate) struct Scenario {
    pub name: &'static str,
    pub start: Start,
    /// The function's source is another by the time of the command.
    pub source_changed: bool,
    pub act: Act,
    pub ends: Ends,
    pub options: Options,
    pub config: Config,
}

/// What is there already.
pub(crate) enum Start {
    Nothing,
    Stack(String),
    /// Step 6 of the guide, done by hand.
    Guide,
    /// The same, adopted by a stack.
    Adopted(String),
    /// A stack whose function of this name is from a Zip file.
    Zip(String, &'static str),
    /// One release after the other; the last with this share of the calls.
    Released(Vec<String>, Option<u32>),
    /// A stack from before there were aliases.
    Old(String),
}

pub(crate) enum Act {
    Up(String),
    Destroy(String),
    /// A whole `up`: new versions are tried, get a share of the calls first, are watched, and what is old goes.
    Release(String, Option<u32>),
    Promote(String),
    Rollback(String),
}

impl Act {
    pub(crate) fn run<'a>(
        &'a self,
        world: &'a World,
        options: &'a Options,
        stop: &'a Stop,
    ) -> LocalBoxFuture<'a, anyhow::Result<Report>> {
        match self {
            Self::Up(text) => world.try_up(text, options, Wishes::default(), stop).boxed_local(),
            Self::Destroy(text) => world.try_destroy(text, options, stop).boxed_local(),
            Self::Release(text, canary) => {
                let wishes = Wishes { smoke: true, canary: *canary, at: NOW, ..Wishes::default() };
                world.release(text, wishes, stop).boxed_local()
            }
            Self::Promote(text) => world.promote(text, stop).map_ok(|_| Report::default()).boxed_local(),
            Self::Rollback(text) => {
                world.rollback(text, None, None, stop).map_ok(|_| Report::default()).boxed_local()
            }
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Up(text)
            | Self::Destroy(text)
            | Self::Release(text, _)
            | Self::Promote(text)
            | Self::Rollback(text) => text,
        }
    }
}

/// When the releases of the scenarios began, in seconds since 1970; those of the start are a second each.
const NOW: i64 = 100;

/// How a command without a fault ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    Well,
    /// The new version does not pass.
    Refused,
}

impl Scenario {
    pub(crate) fn up(name: &'static str, text: impl Into<String>) -> Self {
        Self::of(name, Act::Up(text.into()))
    }

    pub(crate) fn destroy(name: &'static str, text: &str) -> Self {
        Self::of(name, Act::Destroy(text.to_owned())).after(Start::Stack(text.to_owned()))
    }

    fn of(name: &'static str, act: Act) -> Self {
        let (options, config) = (Options::default(), Config::default());
        Self { name, start: Start::Nothing, source_changed: false, act, ends: Ends::Well, options, config }
    }

    /// A whole `up` after these releases.
    pub(crate) fn release(name: &'static str, canary: Option<u32>, text: &str, after: &str) -> Self {
        let start = Start::Released(vec![after.to_owned()], None);
        Self::of(name, Act::Release(text.to_owned(), canary)).after(start)
    }

    /// The last of these releases is taken back.
    pub(crate) fn rollback(name: &'static str, releases: &[&str]) -> Self {
        let texts: Vec<_> = releases.iter().map(|&text| text.to_owned()).collect();
        Self::of(name, Act::Rollback(texts.last().unwrap().clone())).after(Start::Released(texts, None))
    }

    /// The second of two releases has a share of the calls, and gets all of them.
    pub(crate) fn promote(name: &'static str, first: &str, second: &str) -> Self {
        let texts = vec![first.to_owned(), second.to_owned()];
        Self::of(name, Act::Promote(second.to_owned())).after(Start::Released(texts, Some(10)))
    }

    pub(crate) fn refused(self) -> Self {
        Self { ends: Ends::Refused, ..self }
    }

    pub(crate) fn after(self, start: Start) -> Self {
        Self { start, ..self }
    }

    /// A stack is there, and the source of its functions has changed since.
    pub(crate) fn changing(self, text: &str) -> Self {
        self.after(Start::Stack(text.to_owned())).with_new_source()
    }

    /// The source of its functions has changed since.
    pub(crate) fn with_new_source(self) -> Self {
        Self { source_changed: true, ..self }
    }

    pub(crate) fn with(self, options: Options) -> Self {
        Self { options, ..self }
    }

    pub(crate) fn on(self, config: Config) -> Self {
        Self { config, ..self }
    }

    pub(crate) fn text(&self) -> &str {
        self.act.text()
    }

    /// Whether a run came to the end that it has without a fault.
    pub(crate) fn ended(&self, report: &Report) -> bool {
        match self.ends {
            Ends::Well => report.is_complete(),
            Ends::Refused => {
                let [(id, why)] = &report.failed[..] else { return false };
                id.to_string().starts_with("version/") && format!("{why:#}").contains("did not pass")
            }
        }
    }

    /// What was taken back can't be taken back once more: the struck run did it.
    fn is_done_already(&self, error: &anyhow::Error) -> bool {
        matches!(self.act, Act::Rollback(_)) && format!("{error:#}").contains("nothing to go back to")
    }

    pub(crate) fn is_destroy(&self) -> bool {
        matches!(self.act, Act::Destroy(_))
    }

    /// A Zip function is away while it becomes an Image function: measured, and not held against the run.
    pub(crate) fn may_be_away(&self) -> bool {
        matches!(self.start, Start::Zip(..))
    }

    /// Whether a destroy has things to leave.
    pub(crate) fn adopts(&self) -> bool {
        matches!(self.start, Start::Guide | Start::Adopted(_))
    }

    /// A new world in the starting state.
    pub(crate) async fn world(&self) -> World {
        let world = match self.act {
            Act::Up(_) | Act::Destroy(_) => World::with(self.config.clone()),
            _ => World::running(self.config.clone(), by_greeting()),
        };
        match &self.start {
            Start::Nothing => {}
            Start::Stack(text) => _ = world.settles(text).await,
            Start::Guide => self.by_hand(&world).await,
            Start::Adopted(text) => {
                self.by_hand(&world).await;
                let report = world.up_with(text, &ADOPT, Wishes::default()).await;
                assert!(report.is_complete(), "{report:?}");
            }
            Start::Zip(text, function) => {
                world.settles(text).await;
                make_it_zip(&*world.cloud_in(REGION).await, function, true).await;
                // Lambda does not show at once what was just made.
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
            Start::Released(texts, canary) => released(&world, texts, *canary).await,
            Start::Old(text) => {
                world.settles(text).await;
                make_it_old(&*world.cloud_in(REGION).await, "hello-hello", "hello", "default").await;
            }
        }
        if self.source_changed {
            write(world.folder.path(), "app.py", "print('hello again')\n");
        }
        world
    }

    async fn by_hand(&self, world: &World) {
        let aws = world.cloud().await;
        step_6(world, &aws).await;
    }

    pub(crate) async fn run(&self, world: &World, stop: &Stop) -> anyhow::Result<Report> {
        // The waits before a throttled call is sent again are the same in every run.
        fastrand::seed(7);
        self.act.run(world, &self.options, stop).await
    }

    /// The command without a fault, which must succeed. A person needs seconds to type it again.
    pub(crate) async fn finish(&self, world: &World) -> Result<(), String> {
        tokio::time::sleep(Duration::from_secs(5)).await;
        match self.run(world, &Stop::default()).await {
            Ok(report) if self.ended(&report) => Ok(()),
            Ok(report) => Err(format!("the next run failed: {report:?}")),
            Err(error) if self.is_done_already(&error) => Ok(()),
            Err(error) => Err(format!("the next run failed: {error:#}")),
        }
    }

    /// What is left to do: nothing, but for what was refused or taken back.
    pub(crate) async fn left_to_do(&self, world: &World) -> Vec<String> {
        let plan = match &self.act {
            Act::Destroy(text) => world.plan_destroy(text, &self.options).await,
            act => world.plan_with(act.text(), &self.options).await,
        };
        lines(&plan)
    }

    /// Whether nothing is left to do once it has come to its end.
    pub(crate) fn settles(&self) -> bool {
        self.ends == Ends::Well && !matches!(self.act, Act::Rollback(_))
    }

    /// There must be nothing left to do.
    pub(crate) async fn is_settled(&self, world: &World) -> Result<(), String> {
        let left = self.left_to_do(world).await;
        if left.is_empty() { Ok(()) } else { Err(format!("the plan is not empty: {left:#?}")) }
    }
}

/// Releases one after the other, each a second later.
async fn released(world: &World, texts: &[String], canary: Option<u32>) {
    for (n, text) in texts.iter().enumerate() {
        let (is_last, at) = (n + 1 == texts.len(), i64::try_from(n).unwrap());
        let wishes = Wishes { at, canary: canary.filter(|_| is_last), ..Wishes::default() };
        let report = world.up_with(text, &Options::default(), wishes).await;
        assert!(report.is_complete(), "{report:?}");
    }
}
