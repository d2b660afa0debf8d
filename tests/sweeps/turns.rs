//! Calls take effect in an order that was seen elsewhere.

use crate::{machine::Called, world::World};
use futures_util::FutureExt;
use local_aws::{FaultPlan, Moment, Point, REGISTRY};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Notify;

/// What comes behind the last call of an order.
pub(crate) enum End {
    /// The command goes on.
    Open,
    /// It dies before the effect of this call.
    Before(Called),
    /// It dies after the effect of the last one.
    After,
}

/// Lets calls take effect in a given order, and says when it has come to its end.
pub(crate) struct Turns {
    order: Vec<Called>,
    end: End,
    done: AtomicUsize,
    next: Notify,
    /// The order has come to its end.
    pub over: Notify,
}

impl Turns {
    pub(crate) fn set(world: &World, order: &[Called], end: End) -> Arc<Self> {
        let (next, over) = (Notify::new(), Notify::new());
        let turns = Arc::new(Self { order: order.to_vec(), end, done: AtomicUsize::new(0), next, over });
        let me = turns.clone();
        let hook = Arc::new(move |point| me.clone().turn(point).boxed());
        world.aws.set_faults(FaultPlan { faults: Vec::new(), hook: Some(hook) });
        turns
    }

    async fn turn(self: Arc<Self>, point: Point) {
        match point.moment {
            _ if point.service == REGISTRY => {}
            Moment::Before => self.comes(&point).await,
            Moment::After => self.goes().await,
        }
    }

    /// Waits until it is this call's turn.
    async fn comes(&self, point: &Point) {
        loop {
            let next = self.next.notified();
            match (self.order.get(self.done.load(Ordering::Relaxed)), &self.end) {
                (Some(call), _) if call.is(point) => return,
                (None, End::Before(call)) if call.is(point) => self.over.notify_one(),
                _ => {}
            }
            next.await;
        }
    }

    async fn goes(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done == self.order.len() && matches!(self.end, End::After) {
            self.over.notify_one();
            return std::future::pending().await;
        }
        self.next.notify_waiters();
    }

    /// # Panics
    /// Always: it says which call was waited for.
    pub(crate) fn stuck(&self) -> ! {
        let done = self.done.load(Ordering::Relaxed);
        panic!("after {done} calls {:?} does not come", self.order.get(done))
    }
}
