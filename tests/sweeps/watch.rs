//! Whoever could call before can call all through, and gets nothing that was tried and did not pass: looked at after every write of
//! a run that they could notice.

use crate::{
    seen::{unreachable, urls},
    served::wrongly_served,
    world::World,
};
use futures_util::{FutureExt, future::BoxFuture};
use local_aws::{FaultPlan, Hook, LocalAws, Moment, Point};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::Instant;

/// What those who could call before the command see of it.
#[derive(Clone)]
pub(crate) struct Watch {
    before: Arc<Value>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// The first thing that was wrong, and after which call.
    wrong: Option<String>,
    away_since: Option<Instant>,
    longest: Duration,
}

impl Watch {
    pub(crate) fn new(before: &Value) -> Self {
        Self { before: Arc::new(before.clone()), seen: Arc::default() }
    }

    /// Looks after such writes to `aws`, and then does `other`.
    pub(crate) fn then(
        &self,
        aws: &LocalAws,
        other: impl Fn(Point) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Hook {
        let (me, aws) = (self.clone(), aws.clone());
        let anybody = !urls(&self.before).is_empty();
        Arc::new(move |point| {
            if anybody && point.moment == Moment::After && is_seen(&point) {
                me.look(&aws, &point);
            }
            other(point)
        })
    }

    /// Looks at all that happens in a world until its faults are set again.
    pub(crate) fn over(&self, world: &World) {
        let hook = self.then(&world.aws, |_| std::future::ready(()).boxed());
        world.aws.set_faults(FaultPlan { faults: Vec::new(), hook: Some(hook) });
    }

    fn look(&self, aws: &LocalAws, point: &Point) {
        let now = aws.dump();
        let wrong = unreachable(&self.before, &now).or_else(|| wrongly_served(&now));
        let mut seen = self.seen.lock().unwrap();
        let Some(wrong) = wrong else {
            let away = seen.away_since.take().map(|since| since.elapsed()).unwrap_or_default();
            seen.longest = seen.longest.max(away);
            return;
        };
        seen.away_since.get_or_insert_with(Instant::now);
        let Point { service, operation, nth, .. } = point;
        seen.wrong.get_or_insert_with(|| format!("after {service}:{operation} {nth} {wrong}"));
    }

    /// # Errors
    /// That somebody could not call, and since which write.
    pub(crate) fn all_through(&self) -> Result<(), String> {
        self.seen.lock().unwrap().wrong.clone().map_or(Ok(()), Err)
    }

    /// The longest time in which a call found nobody.
    pub(crate) fn away(&self) -> Duration {
        self.seen.lock().unwrap().longest
    }
}

/// Whether callers could notice: reads change nothing, and calls meet API Gateway and Lambda only.
fn is_seen(point: &Point) -> bool {
    let reads = ["Get", "List"].iter().any(|read| point.operation.starts_with(read));
    !reads && ["apigateway", "lambda"].contains(&point.service)
}
