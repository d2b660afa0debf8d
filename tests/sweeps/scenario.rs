//! A command, and what is there when it starts.

use crate::world::{World, lines, write};
use lambdeploy::{
    engine::{Options, Report, Stop},
    stack_graph::Wishes,
};
use local_aws::Config;

/// One command on one starting state.
pub struct Scenario {
    pub name: &'static str,
    /// The stack that is there already.
    pub start: Option<&'static str>,
    /// What changes beside the stack file before the command.
    pub source: Option<&'static str>,
    pub act: Act,
    pub options: Options,
    pub config: Config,
}

pub enum Act {
    Up(String),
    Destroy(String),
}

impl Scenario {
    pub fn up(name: &'static str, text: impl Into<String>) -> Self {
        Self::of(name, Act::Up(text.into()))
    }

    pub fn destroy(name: &'static str, text: &'static str) -> Self {
        Self { start: Some(text), ..Self::of(name, Act::Destroy(text.to_owned())) }
    }

    fn of(name: &'static str, act: Act) -> Self {
        Self { name, start: None, source: None, act, options: Options::default(), config: Config::default() }
    }

    pub fn after(self, text: &'static str) -> Self {
        Self { start: Some(text), source: Some("print('hello again')\n"), ..self }
    }

    pub fn text(&self) -> &str {
        match &self.act {
            Act::Up(text) | Act::Destroy(text) => text,
        }
    }

    pub fn is_destroy(&self) -> bool {
        matches!(self.act, Act::Destroy(_))
    }

    /// A new world in the starting state.
    pub async fn world(&self) -> World {
        let world = World::with(self.config.clone());
        if let Some(text) = self.start {
            world.settles(text).await;
        }
        if let Some(source) = self.source {
            write(world.folder.path(), "app.py", source);
        }
        world
    }

    pub async fn run(&self, world: &World, stop: &Stop) -> anyhow::Result<Report> {
        match &self.act {
            Act::Up(text) => world.try_up(text, &self.options, Wishes::default(), stop).await,
            Act::Destroy(text) => world.try_destroy(text, &self.options, stop).await,
        }
    }

    /// The command without a fault, which must succeed and leave nothing to do.
    pub async fn finish(&self, world: &World) -> Result<(), String> {
        match self.run(world, &Stop::default()).await {
            Ok(report) if report.is_complete() => {}
            Ok(report) => return Err(format!("the next run failed: {report:?}")),
            Err(error) => return Err(format!("the next run failed: {error:#}")),
        }
        if self.is_destroy() {
            return Ok(());
        }
        let plan = world.plan_with(self.text(), &self.options).await;
        if plan.has_changes() {
            return Err(format!("the plan is not empty: {:#?}", lines(&plan)));
        }
        Ok(())
    }
}
