//! What every part of one local AWS works on.

use crate::{
    authorization::Asked, blobs::BlobStore, clock::Clock, config::Config, faults::Faults, home::Home,
    secret::Secret, stable_id, watch::Watch, world::World,
};
use std::{
    io,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

pub(crate) struct Shared {
    pub config: Config,
    pub clock: Clock,
    world: Mutex<World>,
    pub blobs: BlobStore,
    /// Where the blobs are; it goes after them.
    pub home: Home,
    pub faults: Faults,
    pub secret: Secret,
    pub watch: Watch,
    /// Permissions that were needed.
    pub asked: Asked,
    next_request: AtomicU64,
}

impl Shared {
    /// # Errors
    /// No folder can be made for the blobs, or the system has no randomness to give.
    pub(crate) fn new(config: Config) -> io::Result<Self> {
        let home = Home::make()?;
        Ok(Self {
            config,
            clock: Clock::start(),
            world: Mutex::default(),
            blobs: BlobStore::new(home.path()),
            home,
            faults: Faults::default(),
            secret: Secret::random()?,
            watch: Watch::default(),
            asked: Asked::default(),
            next_request: AtomicU64::new(1),
        })
    }

    /// A copy of everything that there is, with nobody who looks on and no faults.
    ///
    /// # Errors
    /// Where the blobs can't be copied.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn fork(&self) -> io::Result<Self> {
        let home = Home::make()?;
        Ok(Self {
            config: self.config.clone(),
            clock: self.clock.clone(),
            world: Mutex::new(self.world().clone()),
            blobs: self.blobs.fork(home.path())?,
            home,
            faults: Faults::default(),
            secret: self.secret.clone(),
            watch: Watch::default(),
            asked: Asked::default(),
            next_request: AtomicU64::new(self.next_request.load(Ordering::Relaxed)),
        })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request id in AWS's form, from a counter and the seed, which it does not tell.
    pub(crate) fn request_id(&self) -> String {
        let n = self.next_request.fetch_add(1, Ordering::Relaxed);
        stable_id::uuid(&["request", &self.config.seed.to_string(), &n.to_string()])
    }
}
