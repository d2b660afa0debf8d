//! What happens at one call, and what the command makes of it.

use crate::{scenario::Scenario, world::World};
use futures_util::{FutureExt, future::BoxFuture};
use lambdeploy::engine::{Report, Stop};
use local_aws::{Action, Fault as AwsFault, FaultPlan, Moment, Point};
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

type Hook = Arc<dyn Fn(Point) -> BoxFuture<'static, ()> + Send + Sync>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process dies before the call has an effect.
    DeathBefore,
    /// The process dies when the call has had its effect.
    DeathAfter,
    /// The effect takes place, and the connection is cut instead of a reply.
    ReplyLost,
    /// The connection is cut before the effect.
    RequestLost,
    /// 500 once.
    Error,
    /// 429 three times.
    Throttle,
    CtrlC,
}

/// One call of a command, in words that hold whatever runs beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub service: &'static str,
    pub operation: &'static str,
    /// Its number among the calls of its operation, from 1.
    pub nth: u64,
}

impl Call {
    fn is(&self, point: &Point) -> bool {
        (self.service, self.operation, self.nth) == (point.service, point.operation, point.nth)
    }

    /// All calls of a run from now on, in their order.
    pub fn noted(world: &World) -> Arc<Mutex<Vec<Self>>> {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let noted = calls.clone();
        let hook = move |p: Point| {
            if p.moment == Moment::Before {
                noted.lock().unwrap().push(Self { service: p.service, operation: p.operation, nth: p.nth });
            }
            std::future::ready(()).boxed()
        };
        world.aws.set_faults(FaultPlan { faults: Vec::new(), hook: Some(Arc::new(hook)) });
        calls
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.service, self.operation, self.nth)
    }
}

/// Longer than every patience together: a command that still runs hangs.
const HANGS: Duration = Duration::from_secs(3600);

impl Fault {
    pub fn name(self) -> &'static str {
        match self {
            Self::DeathBefore => "death before the effect",
            Self::DeathAfter => "death after the effect",
            Self::ReplyLost => "reply lost",
            Self::RequestLost => "request lost",
            Self::Error => "500 once",
            Self::Throttle => "429 three times",
            Self::CtrlC => "Ctrl-C",
        }
    }

    /// Whether the run that it strikes gets through all the same.
    fn is_healed(self) -> bool {
        matches!(self, Self::ReplyLost | Self::RequestLost | Self::Error | Self::Throttle)
    }

    /// Runs the command with this fault at `call`; whether the call was struck.
    ///
    /// # Errors
    /// What went otherwise than it should.
    pub async fn strike(self, scenario: &Scenario, world: &World, call: &Call) -> Result<bool, String> {
        let reached = Reached::default();
        let ended = tokio::time::timeout(HANGS, self.struck(scenario, world, call, &reached)).await;
        world.aws.set_faults(FaultPlan::default());
        match ended {
            Err(_) => Err("the command hangs".to_owned()),
            Ok(Some(Err(error))) => Err(format!("the command failed: {error:#}")),
            Ok(Some(Ok(report))) if self.is_healed() && !report.is_complete() => {
                Err(format!("the run should have healed itself: {:?}", report.failed))
            }
            Ok(Some(Ok(report))) if !report.failed.is_empty() => {
                Err(format!("the command failed: {:?}", report.failed))
            }
            Ok(_) => Ok(reached.was.load(Ordering::Relaxed)),
        }
    }

    /// `None`: it died.
    async fn struck(
        self,
        scenario: &Scenario,
        world: &World,
        call: &Call,
        reached: &Reached,
    ) -> Option<anyhow::Result<Report>> {
        let stop = Stop::default();
        let run = scenario.run(world, &stop);
        match self {
            Self::DeathBefore | Self::DeathAfter => {
                let moment = if self == Self::DeathBefore { Moment::Before } else { Moment::After };
                world.aws.set_faults(reached.holding(call, moment));
                tokio::select! {
                    ended = run => Some(ended),
                    () = reached.there.notified() => None,
                }
            }
            Self::CtrlC => {
                world.aws.set_faults(reached.holding(call, Moment::Before));
                let press = async {
                    reached.there.notified().await;
                    stop.now();
                    reached.go_on.notify_one();
                    std::future::pending().await
                };
                tokio::select! {
                    ended = run => Some(ended),
                    () = press => None,
                }
            }
            _ => {
                let hook = reached.noting(call);
                world.aws.set_faults(FaultPlan { hook, ..FaultPlan::of(self.on(call)) });
                Some(run.await)
            }
        }
    }

    fn on(self, call: &Call) -> Vec<AwsFault> {
        let on = |nth: u64, action: Action| {
            AwsFault::on_nth(&format!("{}:{}", call.service, call.operation), nth, action)
        };
        let refuse = |status| Action::Refuse { status, code: None, retry_after: None };
        match self {
            Self::ReplyLost => vec![on(call.nth, Action::DropReply)],
            Self::RequestLost => vec![on(call.nth, Action::DropRequest)],
            Self::Error => vec![on(call.nth, refuse(500))],
            _ => (call.nth..call.nth + 3).map(|nth| on(nth, refuse(429))).collect(),
        }
    }
}

/// Whether the call that is to be struck came, and the switch that holds it.
#[derive(Clone, Default)]
struct Reached {
    was: Arc<AtomicBool>,
    there: Arc<Notify>,
    go_on: Arc<Notify>,
}

impl Reached {
    /// Holds the call at a moment until it may go on.
    fn holding(&self, call: &Call, moment: Moment) -> FaultPlan {
        let (me, call) = (self.clone(), call.clone());
        let hook = move |point: Point| {
            if point.moment != moment || !call.is(&point) {
                return std::future::ready(()).boxed();
            }
            me.was.store(true, Ordering::Relaxed);
            me.there.notify_one();
            let go_on = me.go_on.clone();
            async move { go_on.notified().await }.boxed()
        };
        FaultPlan { faults: Vec::new(), hook: Some(Arc::new(hook)) }
    }

    fn noting(&self, call: &Call) -> Option<Hook> {
        let (me, call) = (self.clone(), call.clone());
        Some(Arc::new(move |point: Point| {
            if call.is(&point) {
                me.was.store(true, Ordering::Relaxed);
            }
            std::future::ready(()).boxed()
        }))
    }
}
