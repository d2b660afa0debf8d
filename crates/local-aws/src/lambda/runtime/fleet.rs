//! The containers of one version of a function, as plain bookkeeping.

use super::{initialization::Initialization, instance::Instance, no_instance::NoInstance};
use crate::lambda::sandbox::Sandbox;
use std::{collections::VecDeque, sync::Arc};
use tokio::{sync::oneshot, time::Instant};

/// Who waits for a container.
pub(crate) type Waiter = oneshot::Sender<Result<Arc<Instance>, NoInstance>>;

/// The containers of its newest sandbox, and who waits for one.
pub(crate) struct Fleet {
    pub sandbox: Arc<Sandbox>,
    /// The last one in is the first one out, so that those which are not needed grow old.
    idle: Vec<(Arc<Instance>, Instant)>,
    waiting: VecDeque<Waiter>,
    /// Containers that run or are being started.
    containers: usize,
    /// Of these, the ones whose runtime is not ready yet.
    starting: usize,
    /// Of these, the ones that provisioned concurrency has started.
    kept: usize,
    /// Executions for which provisioned concurrency keeps containers ready.
    pub provisioned: u32,
    /// Invocations between admission and answer.
    pub in_flight: u32,
    /// The most containers it may have.
    pub most: usize,
}

impl Fleet {
    pub(crate) fn new(sandbox: Arc<Sandbox>) -> Self {
        Self {
            sandbox,
            idle: Vec::new(),
            waiting: VecDeque::new(),
            containers: 0,
            starting: 0,
            kept: 0,
            provisioned: 0,
            in_flight: 0,
            most: 0,
        }
    }

    pub(crate) fn is_of(&self, sandbox: &Arc<Sandbox>) -> bool {
        Arc::ptr_eq(&self.sandbox, sandbox)
    }

    /// Goes over to a newer sandbox; the containers of the old one are retired as they become free.
    pub(crate) fn replace(&mut self, sandbox: &Arc<Sandbox>) {
        if self.is_of(sandbox) {
            return;
        }
        self.retire_idle();
        self.sandbox = sandbox.clone();
        (self.containers, self.starting, self.kept) = (0, 0, 0);
    }

    pub(crate) fn retire_idle(&mut self) {
        self.idle.drain(..).for_each(|(instance, _)| instance.retire());
    }

    /// An idle container that is still alive.
    pub(crate) fn take_idle(&mut self) -> Option<Arc<Instance>> {
        while let Some((instance, _)) = self.idle.pop() {
            if !instance.api.is_over() {
                return Some(instance);
            }
        }
        None
    }

    pub(crate) fn wait(&mut self, waiter: Waiter) {
        self.waiting.push_back(waiter);
    }

    /// How many containers to start so that nobody waits for longer than needed.
    pub(crate) fn start_missing(&mut self) -> usize {
        let wanted = self.waiting.len().saturating_sub(self.starting);
        let missing = wanted.min(self.most.saturating_sub(self.containers));
        self.containers += missing;
        self.starting += missing;
        missing
    }

    /// A launch is over, well or not.
    pub(crate) fn launched(&mut self) {
        self.starting = self.starting.saturating_sub(1);
    }

    /// A container is gone.
    pub(crate) fn vacate(&mut self, why: Initialization) {
        self.containers = self.containers.saturating_sub(1);
        if why == Initialization::Provisioned {
            self.kept = self.kept.saturating_sub(1);
        }
    }

    /// Containers are started without anybody waiting for them.
    pub(crate) fn take_places(&mut self, count: usize, why: Initialization) {
        self.containers += count;
        if why == Initialization::Provisioned {
            self.kept += count;
        }
    }

    /// Keeps so many containers ready from now on, `most` at most; answers how many are to be started. Idle ones that are
    /// too many end.
    pub(crate) fn provision(&mut self, count: u32, most: usize) -> usize {
        self.provisioned = count;
        let wanted = most.min(count as usize);
        let surplus = self.kept.saturating_sub(wanted);
        let idle = self.idle.iter().filter(|(instance, _)| instance.provisioned).take(surplus);
        let ended: Vec<_> = idle.map(|(instance, _)| instance.clone()).collect();
        for instance in ended {
            instance.retire();
            self.forget(&instance);
        }
        wanted.saturating_sub(self.kept)
    }

    /// Gives a free container to whoever has waited longest, or keeps it warm.
    pub(crate) fn hand_over(&mut self, instance: Arc<Instance>, now: Instant) {
        let mut result = Ok(instance);
        while let Some(waiter) = self.waiting.pop_front() {
            match waiter.send(result) {
                Ok(()) => return,
                Err(unheard) => result = unheard,
            }
        }
        if let Ok(instance) = result {
            self.idle.push((instance, now));
        }
    }

    /// Tells whoever has waited longest that it will be nothing.
    pub(crate) fn fail(&mut self, why: NoInstance) {
        let mut result = Err(why);
        while let Some(waiter) = self.waiting.pop_front() {
            match waiter.send(result) {
                Ok(()) => return,
                Err(unheard) => result = unheard,
            }
        }
    }

    /// Since when a container is idle.
    pub(crate) fn idle_since(&self, instance: &Arc<Instance>) -> Option<Instant> {
        self.idle.iter().find(|(i, _)| Arc::ptr_eq(i, instance)).map(|(_, since)| *since)
    }

    pub(crate) fn forget(&mut self, instance: &Arc<Instance>) {
        self.idle.retain(|(i, _)| !Arc::ptr_eq(i, instance));
    }
}
