//! All containers of all functions.

use super::{
    aws_api::AwsApi,
    fleet::Fleet,
    initialization::Initialization,
    instance::Instance,
    launch::{self, Launcher, Launches},
    no_instance::NoInstance,
};
use crate::{
    error::AwsError,
    lambda::{containers::ContainerEngine, errors::not_found, sandbox::Sandbox},
    shared::Shared,
    stable_id,
};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{oneshot, watch},
    time::{Instant, timeout},
};

/// Containers of a function without reserved concurrency. AWS would start up to a thousand; here further invocations
/// wait for a free one, because a laptop has only so many cores.
pub(crate) const UNRESERVED_CONTAINERS: usize = 10;
/// How long a container is kept warm.
const WARM: Duration = Duration::from_mins(5);
/// How long the end of the process waits for containers to be gone.
const STOPPING: Duration = Duration::from_secs(30);

/// All warm containers.
pub(crate) struct Pool {
    pub shared: Arc<Shared>,
    /// Where functions call AWS.
    api: Weak<dyn AwsApi>,
    engine: Arc<dyn ContainerEngine>,
    /// By the ARN of the version.
    fleets: Mutex<HashMap<String, Fleet>>,
    /// True once everything has to end. Whoever has a container holds a receiver.
    stop: watch::Sender<bool>,
    served_at: OnceLock<SocketAddr>,
    next_id: AtomicU64,
}

impl Pool {
    pub(crate) fn new(shared: Arc<Shared>, api: Weak<dyn AwsApi>, engine: Arc<dyn ContainerEngine>) -> Self {
        Self {
            shared,
            api,
            engine,
            fleets: Mutex::default(),
            stop: watch::Sender::new(false),
            served_at: OnceLock::new(),
            next_id: AtomicU64::new(1),
        }
    }

    /// Tells where this local AWS listens: containers pull their images from there.
    pub(crate) fn served_at(&self, address: SocketAddr) {
        // A second listener of the same local AWS serves the same registry: the first will do.
        let _known = self.served_at.set(address);
    }

    /// `host:port` of the registry, where there is one.
    fn registry(&self) -> Option<String> {
        self.served_at.get().map(|address| format!("127.0.0.1:{}", address.port()))
    }

    /// A number that no other container or invocation has.
    fn unique(&self) -> String {
        self.next_id.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// A number in 0..1 that is another at each call, and depends on the seed.
    pub(crate) fn chance(&self) -> f64 {
        self.shared.config.fraction(self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    /// An invocation's request id.
    pub(crate) fn request_id(&self, sandbox: &Sandbox) -> String {
        stable_id::uuid(&["invocation", &sandbox.id.arn, &self.unique()])
    }

    /// A container for one invocation: a warm one, or the first that is started or becomes free.
    ///
    /// # Errors
    /// The container could not be started, or the function is gone.
    pub(crate) async fn take(self: &Arc<Self>, sandbox: &Arc<Sandbox>) -> Result<Arc<Instance>, NoInstance> {
        let gone = || self.gone(sandbox);
        let receiver = {
            let mut fleets = self.fleets();
            if *self.stop.borrow() {
                return Err(gone());
            }
            let fleet = fleets.get_mut(&sandbox.qualified_arn()).ok_or_else(gone)?;
            fleet.replace(sandbox);
            if let Some(instance) = fleet.take_idle() {
                return Ok(instance);
            }
            let (sender, receiver) = oneshot::channel();
            fleet.wait(sender);
            self.start_missing(fleet);
            receiver
        };
        receiver.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Why nobody brings a container any more.
    fn gone(&self, sandbox: &Sandbox) -> NoInstance {
        NoInstance::Refused(if *self.stop.borrow() {
            AwsError::new(500, "ServiceException", "the local AWS is shutting down")
        } else {
            not_found(format!("Function not found: {}", sandbox.id.arn))
        })
    }

    fn start_missing(self: &Arc<Self>, fleet: &mut Fleet) {
        for _ in 0..fleet.start_missing() {
            let why =
                if fleet.sandbox.snap_start { Initialization::SnapStart } else { Initialization::OnDemand };
            tokio::spawn(launch::launch(self.launcher(why), fleet.sandbox.clone(), self.stopping()));
        }
    }

    /// Who has a container hears by this that everything ends.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    pub(crate) fn launcher(self: &Arc<Self>, why: Initialization) -> Launcher {
        let launches: Weak<dyn Launches> = Arc::downgrade(&(self.clone() as Arc<dyn Launches>));
        Launcher {
            shared: Arc::downgrade(&self.shared),
            api: self.api.clone(),
            launches,
            engine: self.engine.clone(),
            registry: self.registry(),
            owner: self.shared.home.id().to_owned(),
            unique: self.unique(),
            why,
        }
    }

    /// Brings a container back; one that must not be used again is killed.
    pub(crate) fn give_back(&self, instance: Arc<Instance>, healthy: bool) {
        let mut fleets = self.fleets();
        match fleets.get_mut(&instance.sandbox.qualified_arn()) {
            Some(fleet) if healthy && fleet.is_of(&instance.sandbox) => {
                fleet.hand_over(instance, Instant::now());
            }
            _ => instance.retire(),
        }
    }

    pub(crate) fn fleet_of<'a>(
        fleets: &'a mut HashMap<String, Fleet>,
        sandbox: &Arc<Sandbox>,
    ) -> Option<&'a mut Fleet> {
        fleets.get_mut(&sandbox.qualified_arn()).filter(|fleet| fleet.is_of(sandbox))
    }

    /// Goes over to a function's newest sandbox.
    pub(crate) fn replace(&self, sandbox: &Arc<Sandbox>) {
        if let Some(fleet) = self.fleets().get_mut(&sandbox.qualified_arn()) {
            fleet.replace(sandbox);
        }
    }

    /// Retires the containers of a function that was deleted, or of one version, by its ARN.
    pub(crate) fn retire(&self, arn: &str) {
        let gone = |fleet: &Fleet| fleet.sandbox.id.arn == arn || fleet.sandbox.qualified_arn() == arn;
        let mut fleets = self.fleets();
        fleets.values_mut().filter(|f| gone(f)).for_each(Fleet::retire_idle);
        fleets.retain(|_, fleet| !gone(fleet));
    }

    /// Stops every container, for the end of the process. Nothing can be invoked afterwards.
    pub(crate) async fn stop_all(&self) {
        self.stop.send_replace(true);
        self.fleets().clear();
        // Every container's supervisor kills it; what they don't manage in time is swept up after them.
        let _late = timeout(STOPPING, self.stop.closed()).await;
        let _engine_gone = self.engine.clean_up(self.shared.home.id()).await;
    }

    pub(crate) fn fleets(&self) -> MutexGuard<'_, HashMap<String, Fleet>> {
        self.fleets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Launches for Pool {
    fn launched(&self, instance: Arc<Instance>) {
        if let Some(fleet) = Self::fleet_of(&mut self.fleets(), &instance.sandbox) {
            fleet.launched();
        }
        self.give_back(instance, true);
    }

    fn failed(self: Arc<Self>, sandbox: &Arc<Sandbox>, why: NoInstance) {
        if let Some(fleet) = Self::fleet_of(&mut self.fleets(), sandbox) {
            fleet.launched();
            fleet.fail(why);
            self.start_missing(fleet);
        }
    }

    fn vacated(self: Arc<Self>, sandbox: &Arc<Sandbox>, why: Initialization) {
        if let Some(fleet) = Self::fleet_of(&mut self.fleets(), sandbox) {
            fleet.vacate(why);
            self.start_missing(fleet);
        }
    }

    fn forget(&self, instance: &Arc<Instance>) {
        if let Some(fleet) = Self::fleet_of(&mut self.fleets(), &instance.sandbox) {
            fleet.forget(instance);
        }
    }

    fn expire(&self, instance: &Arc<Instance>) -> Option<Instant> {
        let mut fleets = self.fleets();
        let now = Instant::now();
        let Some(fleet) = Self::fleet_of(&mut fleets, &instance.sandbox) else { return Some(now + WARM) };
        let Some(since) = fleet.idle_since(instance) else { return Some(now + WARM) };
        if since + WARM > now {
            return Some(since + WARM);
        }
        if instance.provisioned && fleet.provisioned > 0 {
            return Some(now + WARM);
        }
        fleet.forget(instance);
        None
    }
}
