//! A command, and what is there when it starts.

use crate::{
    by_hand::{ADOPT, make_it_zip, step_6},
    world::{REGION, World, lines, write},
};
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
}

pub(crate) enum Act {
    Up(String),
    Destroy(String),
}

impl Act {
    pub(crate) async fn run(&self, world: &World, options: &Options, stop: &Stop) -> anyhow::Result<Report> {
        match self {
            Self::Up(text) => world.try_up(text, options, Wishes::default(), stop).await,
            Self::Destroy(text) => world.try_destroy(text, options, stop).await,
        }
    }
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
        Self { name, start: Start::Nothing, source_changed: false, act, options, config }
    }

    pub(crate) fn after(self, start: Start) -> Self {
        Self { start, ..self }
    }

    /// A stack is there, and the source of its functions has changed since.
    pub(crate) fn changing(self, text: &str) -> Self {
        Self { source_changed: true, ..self.after(Start::Stack(text.to_owned())) }
    }

    pub(crate) fn with(self, options: Options) -> Self {
        Self { options, ..self }
    }

    pub(crate) fn on(self, config: Config) -> Self {
        Self { config, ..self }
    }

    pub(crate) fn text(&self) -> &str {
        match &self.act {
            Act::Up(text) | Act::Destroy(text) => text,
        }
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
        let world = World::with(self.config.clone());
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
            Ok(report) if report.is_complete() => Ok(()),
            Ok(report) => Err(format!("the next run failed: {report:?}")),
            Err(error) => Err(format!("the next run failed: {error:#}")),
        }
    }

    /// There must be nothing left to do.
    pub(crate) async fn is_settled(&self, world: &World) -> Result<(), String> {
        let plan = match &self.act {
            Act::Up(text) => world.plan_with(text, &self.options).await,
            Act::Destroy(text) => world.plan_destroy(text, &self.options).await,
        };
        let left = lines(&plan);
        if left.is_empty() { Ok(()) } else { Err(format!("the plan is not empty: {left:#?}")) }
    }
}
