//! Places for so many connections. Where all are taken, the connection that has been idle longest gives up its own.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// A process often may open 1,024 files, and needs some of them for other things.
const MOST: usize = 512;
/// How often it is looked whether a connection has become idle, while none is.
const LOOK: Duration = Duration::from_millis(50);

pub(crate) struct Places {
    free: Arc<Semaphore>,
    idle: Arc<Idle>,
}

/// The connections on which nothing is asked, in the order in which they became idle.
#[derive(Default)]
struct Idle {
    connections: Mutex<BTreeMap<u64, Arc<Notify>>>,
    next: AtomicU64,
}

/// One connection's place, until it is dropped.
pub(crate) struct Place {
    idle: Arc<Idle>,
    turn: AtomicU64,
    wanted_back: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

/// A request that is being answered: its connection is not idle until this is dropped.
pub(crate) struct Busy(Arc<Place>);

impl Default for Places {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(MOST)), idle: Arc::default() }
    }
}

impl Places {
    /// A place for one more connection; waits while all connections are being answered.
    pub(crate) async fn take(&self) -> Arc<Place> {
        loop {
            if let Ok(permit) = self.free.clone().try_acquire_owned() {
                return Arc::new(Place::new(self.idle.clone(), permit));
            }
            self.free_one();
            let _freed = timeout(LOOK, self.free.acquire()).await;
        }
    }

    /// Asks for the place of the connection that has been idle longest.
    pub(crate) fn free_one(&self) {
        if let Some((_, oldest)) = self.idle.lock().pop_first() {
            oldest.notify_one();
        }
    }
}

impl Idle {
    fn enter(&self, connection: &Arc<Notify>) -> u64 {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(turn, connection.clone());
        turn
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Notify>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn new(idle: Arc<Idle>, permit: OwnedSemaphorePermit) -> Self {
        let wanted_back = Arc::new(Notify::new());
        let turn = AtomicU64::new(idle.enter(&wanted_back));
        Self { idle, turn, wanted_back, _permit: permit }
    }

    /// Waits until somebody else needs the place.
    pub(crate) async fn is_wanted_back(&self) {
        self.wanted_back.notified().await;
    }

    /// From now on a request is being answered.
    pub(crate) fn busy(self: Arc<Self>) -> Busy {
        self.leave();
        Busy(self)
    }

    fn leave(&self) {
        self.idle.lock().remove(&self.turn.load(Ordering::Relaxed));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.turn.store(self.0.idle.enter(&self.0.wanted_back), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_has_been_idle_longest_gives_up_its_place_and_who_is_busy_never() {
        let places = Places::default();
        let mut all = Vec::new();
        for _ in 0..MOST {
            all.push(places.take().await);
        }
        let _first = all[0].clone().busy();
        drop(all[1].clone().busy());
        let waiting = tokio::spawn(async move { (places.take().await, places) });
        all[2].is_wanted_back().await;
        drop(all.remove(2));
        let (place, places) = waiting.await.unwrap_or_else(|e| panic!("{e}"));
        all.push(place);
        places.free_one();
        all[2].is_wanted_back().await;
        let busy: Vec<_> = all.iter().map(|place| place.clone().busy()).collect();
        let none = timeout(Duration::from_mins(1), places.take()).await;
        assert!(none.is_err(), "all are busy");
        drop(busy);
    }
}
