//! One run with one fault at one call.

use crate::{
    call::{Call, DOCKER},
    fault::{Fate, Fault, RETRY_AFTER},
    scenario::Scenario,
    watch::Watch,
    world::World,
};
use futures_util::{FutureExt, future::BoxFuture};
use lambdeploy::testing::engine::{Interrupted, Report, Stop};
use local_aws::{FaultPlan, Moment, Point};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// Longer than every patience together: a command that still runs hangs.
const HANGS: Duration = Duration::from_hours(1);

/// Until every late effect has taken place.
pub(crate) const LATEST: Duration = Duration::from_secs(100);

/// What a run came to; `None`: it died.
type Ended = Option<anyhow::Result<Report>>;

/// One fault at one call of one run.
pub(crate) struct Strike<'a> {
    fault: Fault,
    scenario: &'a Scenario,
    world: &'a World,
    call: &'a Call,
    point: Held,
}

impl<'a> Strike<'a> {
    pub(crate) fn new(fault: Fault, scenario: &'a Scenario, world: &'a World, call: &'a Call) -> Self {
        Self { fault, scenario, world, call, point: Held::default() }
    }

    /// Runs the command, and sees to it that the run meets its fate.
    ///
    /// # Errors
    /// What went otherwise than it should.
    pub(crate) async fn run(&self, watch: &Watch) -> Result<(), String> {
        let since = Instant::now();
        self.plan(watch);
        let ended = tokio::time::timeout(HANGS, self.ended()).await;
        if self.fault == Fault::Late {
            tokio::time::sleep(LATEST).await;
        }
        self.world.aws.set_faults(FaultPlan::default());
        let ended = ended.map_err(|_| "the command hangs".to_owned())?;
        if !self.was_struck() {
            return Err(format!("the call did not come: {ended:?}"));
        }
        if self.fault == Fault::ThrottleWithTime && since.elapsed() < Duration::from_secs(RETRY_AFTER.into())
        {
            return Err(format!("it waited for {:?} only", since.elapsed()));
        }
        self.as_fated(ended)
    }

    fn plan(&self, watch: &Watch) {
        if let (DOCKER, Some(fault)) = (self.call.service, self.fault.in_docker()) {
            self.world.docker.plan_nth(u32::try_from(self.call.nth).unwrap(), fault);
        }
        let moment = if self.fault == Fault::DeathAfter { Moment::After } else { Moment::Before };
        let holds = matches!(self.fault.fate(), Fate::Dies | Fate::Stops);
        let hook = watch.then(&self.world.aws, self.point.hook(self.call, moment, holds));
        self.world.aws.set_faults(FaultPlan { faults: self.fault.on(self.call), hook: Some(hook) });
    }

    async fn ended(&self) -> Ended {
        let stop = Stop::default();
        let run = self.scenario.run(self.world, &stop);
        match self.fault.fate() {
            Fate::Dies => tokio::select! {
                ended = run => Some(ended),
                () = self.there() => None,
            },
            Fate::Stops => tokio::select! {
                ended = run => Some(ended),
                () = self.press(&stop) => None,
            },
            Fate::Heals | Fate::Fails(_) => Some(run.await),
        }
    }

    /// Returns where the run is to die.
    async fn there(&self) {
        match self.call.service {
            DOCKER => self.world.docker.stalled().await,
            _ => self.point.there.notified().await,
        }
    }

    /// Ctrl-C; a call in flight then goes on.
    async fn press(&self, stop: &Stop) {
        self.there().await;
        stop.now();
        self.point.go_on.notify_one();
        std::future::pending::<()>().await;
    }

    fn was_struck(&self) -> bool {
        match self.call.service {
            DOCKER => Call::of_docker(self.world).contains(self.call),
            _ => self.point.was.load(Ordering::Relaxed),
        }
    }

    fn as_fated(&self, ended: Ended) -> Result<(), String> {
        let fate = self.fault.fate();
        let report = match ended {
            None => return if fate == Fate::Dies { Ok(()) } else { Err("the run died".to_owned()) },
            Some(Ok(report)) => report,
            Some(Err(error)) if fate == Fate::Stops && error.is::<Interrupted>() => return Ok(()),
            Some(Err(error)) => return says(fate, &format!("{error:#}")),
        };
        match fate {
            Fate::Dies => Err("the run was to die".to_owned()),
            Fate::Heals if self.scenario.ended(&report) => Ok(()),
            Fate::Stops if report.failed.is_empty() || self.scenario.ended(&report) => Ok(()),
            _ => says(fate, &format!("{report:?}")),
        }
    }
}

fn says(fate: Fate, text: &str) -> Result<(), String> {
    match fate {
        Fate::Fails(words) if text.contains(words) => Ok(()),
        _ => Err(format!("the run should have met this: {fate:?}; it ended with {text}")),
    }
}

/// Whether the call that is to be struck came, and the switch that holds it.
#[derive(Clone, Default)]
pub(crate) struct Held {
    was: Arc<AtomicBool>,
    pub(crate) there: Arc<Notify>,
    go_on: Arc<Notify>,
}

impl Held {
    /// Notes that the call came to a moment, and if it `holds`, waits there until it may go on.
    pub(crate) fn hook(
        &self,
        call: &Call,
        moment: Moment,
        holds: bool,
    ) -> impl Fn(Point) -> BoxFuture<'static, ()> + Send + Sync + 'static {
        let (me, call) = (self.clone(), call.clone());
        move |point| {
            if point.moment != moment || !call.is(&point) {
                return std::future::ready(()).boxed();
            }
            me.was.store(true, Ordering::Relaxed);
            me.there.notify_one();
            let go_on = me.go_on.clone();
            if holds { async move { go_on.notified().await }.boxed() } else { std::future::ready(()).boxed() }
        }
    }
}
