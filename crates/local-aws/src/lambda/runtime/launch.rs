//! How a container comes into being, is watched, and ends.

use super::{
    aws_api::AwsApi,
    credentials::RoleCredentials,
    fault::FunctionFault,
    initialization::{Initialization, Startup},
    instance::{FailedLaunch, Instance},
    journal::{Journal, JournalEntry},
    no_instance::NoInstance,
    runtime_api::{Ended, RuntimeApi},
};
use crate::{
    error::AwsError,
    lambda::{
        containers::{Container, ContainerEngine, ImageLocation, Launch, StartError},
        dependencies,
        sandbox::Sandbox,
    },
    shared::Shared,
    stable_id,
};
use futures_util::{StreamExt, future::BoxFuture, stream::BoxStream};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout},
};

/// How long a runtime may take to get ready, before the function's own timeout begins to count.
const INIT: Duration = Duration::from_secs(10);
/// The same for a snapshot, which may take as long as the function's timeout where that is longer.
const SNAPSHOT_INIT: Duration = Duration::from_secs(130);

/// What a launch tells whoever counts the containers.
pub(crate) trait Launches: Send + Sync {
    /// It succeeded.
    fn launched(&self, instance: Arc<Instance>);
    /// It failed.
    fn failed(self: Arc<Self>, sandbox: &Arc<Sandbox>, why: NoInstance);
    /// A container is gone, or was never started.
    fn vacated(self: Arc<Self>, sandbox: &Arc<Sandbox>, why: Initialization);
    /// Forgets a container that is over.
    fn forget(&self, instance: &Arc<Instance>);
    /// Takes a container out of use if it was idle for too long; else says when to ask again.
    fn expire(&self, instance: &Arc<Instance>) -> Option<Instant>;
}

/// What containers are launched with. It keeps nothing of the local AWS alive.
#[derive(Clone)]
pub(crate) struct Launcher {
    pub shared: Weak<Shared>,
    pub api: Weak<dyn AwsApi>,
    pub launches: Weak<dyn Launches>,
    pub engine: Arc<dyn ContainerEngine>,
    /// `host:port` of the registry, where there is one.
    pub registry: Option<String>,
    /// The mark on the container: the identity of this local AWS.
    pub owner: String,
    /// What no other container has.
    pub unique: String,
    pub why: Initialization,
}

/// A container's place in its fleet, until it is dropped.
struct FleetPlace {
    launches: Weak<dyn Launches>,
    sandbox: Arc<Sandbox>,
    why: Initialization,
    /// They end with it.
    credentials: RoleCredentials,
}

impl Drop for FleetPlace {
    fn drop(&mut self) {
        if let Some(launches) = self.launches.upgrade() {
            launches.vacated(&self.sandbox, self.why);
        }
    }
}

/// Starts one container, and hands it or its failure to whoever waits.
pub(crate) async fn launch(launcher: Launcher, sandbox: Arc<Sandbox>, stop: watch::Receiver<bool>) {
    let launches = launcher.launches.clone();
    let result = started(launcher, sandbox.clone(), stop).await;
    let Some(launches) = launches.upgrade() else { return };
    match result {
        Ok(instance) => launches.launched(instance),
        Err(why) => launches.failed(&sandbox, why),
    }
}

/// Starts one container, whose place in its fleet is taken already.
///
/// # Errors
/// It could not be started, or its runtime does not get ready.
pub(crate) async fn started(
    launcher: Launcher,
    sandbox: Arc<Sandbox>,
    stop: watch::Receiver<bool>,
) -> Result<Arc<Instance>, NoInstance> {
    let credentials = RoleCredentials::issue(&launcher.shared, &sandbox)
        .map_err(|e| NoInstance::Refused(engine_failed(&e.into())))?;
    let (launches, why) = (launcher.launches.clone(), launcher.why);
    start(launcher, FleetPlace { launches, sandbox, why, credentials }, stop).await
}

async fn start(
    launcher: Launcher,
    place: FleetPlace,
    stop: watch::Receiver<bool>,
) -> Result<Arc<Instance>, NoInstance> {
    let (stream, launch) = prepare(&launcher, &place)?;
    let Launcher { shared, engine, why: reason, .. } = launcher;
    let sandbox = place.sandbox.clone();
    let api = launch.api.clone();
    let (journal, entries) = mpsc::unbounded_channel();
    let (container, not_started) = match engine.start(launch).await {
        Ok(container) => (container, None),
        Err(StartError::Engine(error)) => {
            // The stage only says "Internal server error": who wonders why looks into the function's log.
            let refusal = engine_failed(&error);
            _ = journal.send(JournalEntry::Line(refusal.message.clone()));
            tokio::spawn(Journal::new(shared, engine, sandbox, stream, String::new()).keep(entries));
            return Err(NoInstance::Refused(refusal));
        }
        Err(StartError::Entrypoint(why)) => (Container::never(), Some(why)),
    };
    let began = container.began;
    let provisioned = reason == Initialization::Provisioned;
    let instance = Instance::new(sandbox.clone(), api, container.id.clone(), journal.clone(), provisioned);
    let instance = Arc::new(instance);
    let writer = Journal::new(shared, engine.clone(), sandbox.clone(), stream, container.id);
    tokio::spawn(forward(container.output, journal));
    tokio::spawn(writer.keep(entries));
    if let Some(why) = not_started {
        return Err(failed(FunctionFault::Entrypoint(why), instance, began));
    }
    tokio::spawn(supervise(instance.clone(), container.exited, engine, place, stop));
    let patience = match reason {
        Initialization::SnapStart => SNAPSHOT_INIT.max(sandbox.timeout),
        _ => INIT + sandbox.timeout,
    };
    match timeout(patience, instance.api.ready()).await {
        Ok(Ok(())) => {
            ready(&instance, reason, began.elapsed());
            Ok(instance)
        }
        Ok(Err(fault)) => Err(failed(fault, instance, began)),
        Err(_) => Err(failed(FunctionFault::TimedOut(sandbox.timeout), instance, began)),
    }
}

/// Notes what the start took, for the first invocation's REPORT; that of a snapshot has a line of its own, and nobody
/// waits for a container that is provisioned.
fn ready(instance: &Instance, why: Initialization, took: Duration) {
    match why {
        Initialization::OnDemand => instance.initialised(Startup::Init(took)),
        Initialization::Provisioned => {}
        Initialization::SnapStart => {
            let restore = instance.api.restored().unwrap_or_default();
            let init = took.saturating_sub(restore).as_secs_f64() * 1000.0;
            instance.record(JournalEntry::Line(format!("INIT_REPORT Init Duration: {init:.2} ms")));
            instance.initialised(Startup::Restore(restore));
        }
    }
}

/// Brings a container's output into the journal.
async fn forward(mut output: BoxStream<'static, String>, journal: mpsc::UnboundedSender<JournalEntry>) {
    while let Some(line) = output.next().await {
        // The journal ends with the local AWS; then nobody can read it anyway.
        let _unread = journal.send(JournalEntry::Line(line));
    }
}

fn failed(fault: FunctionFault, instance: Arc<Instance>, began: Instant) -> NoInstance {
    instance.retire();
    NoInstance::FunctionFault(Box::new(FailedLaunch { fault, instance, init: began.elapsed() }))
}

fn engine_failed(error: &anyhow::Error) -> AwsError {
    AwsError::new(500, "ServiceException", format!("the local AWS could not run the function: {error:#}"))
}

/// The name of the log stream, and everything that the container is started from.
fn prepare(launcher: &Launcher, place: &FleetPlace) -> Result<(String, Launch), NoInstance> {
    let (sandbox, credentials) = (&place.sandbox, &place.credentials);
    let gone = || NoInstance::Refused(AwsError::new(500, "ServiceException", "the local AWS is gone"));
    let shared = launcher.shared.upgrade().ok_or_else(gone)?;
    let Some(image) = sandbox.image.clone() else {
        return Err(NoInstance::Refused(AwsError::not_implemented("running a Zip function")));
    };
    shared.home.claim().map_err(|e| NoInstance::Refused(engine_failed(&e.into())))?;
    dependencies::ensure_image(&mut shared.world(), &image).map_err(NoInstance::Refused)?;
    let stream = stream(&shared, sandbox, &launcher.unique);
    let password = dependencies::registry_password(&shared.secret, &image.account, &image.region);
    let launch = Launch {
        image: ImageLocation {
            image,
            registry: launcher.registry.clone(),
            password,
            shared: launcher.shared.clone(),
        },
        environment: environment(sandbox, credentials, &stream, launcher.why),
        entrypoint: sandbox.overrides.entry_point.clone(),
        command: sandbox.overrides.command.clone(),
        working_directory: sandbox.overrides.working_directory.clone(),
        memory: sandbox.memory,
        ephemeral_storage: sandbox.ephemeral_storage,
        architecture: sandbox.architecture.clone(),
        api: RuntimeApi::new(launcher.api.clone(), credentials.access_key.clone()),
        owner: launcher.owner.clone(),
    };
    Ok((stream, launch))
}

fn stream(shared: &Shared, sandbox: &Sandbox, unique: &str) -> String {
    let day = shared.clock.now().strftime("%Y/%m/%d").to_string();
    let id = stable_id::hex(&[&sandbox.id.arn, &shared.config.seed.to_string(), unique]);
    format!("{day}/[{}]{}", sandbox.version, &id[..32])
}

/// What Lambda sets, then what the function sets.
fn environment(
    sandbox: &Sandbox,
    credentials: &RoleCredentials,
    stream: &str,
    why: Initialization,
) -> Vec<(String, String)> {
    let id = &sandbox.id;
    let memory = sandbox.memory.to_string();
    let ours = [
        ("AWS_REGION", id.region.as_str()),
        ("AWS_DEFAULT_REGION", &id.region),
        ("AWS_ACCESS_KEY_ID", &credentials.access_key),
        ("AWS_SECRET_ACCESS_KEY", &credentials.secret_key),
        ("AWS_SESSION_TOKEN", &credentials.session_token),
        ("AWS_LAMBDA_FUNCTION_NAME", &id.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", &sandbox.version),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", why.name()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &sandbox.log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
        ("TZ", ":UTC"),
    ];
    // A snapshot is restored into more than one log stream.
    let known = |name: &str| why != Initialization::SnapStart || !name.starts_with("AWS_LAMBDA_LOG_");
    let ours = ours.into_iter().filter(|(name, _)| known(name));
    let ours = ours.map(|(name, value)| (name.to_owned(), value.to_owned()));
    ours.chain(sandbox.environment.0.clone()).collect()
}

/// Watches a container until it ends by itself, is retired, was idle for too long, or everything ends; then removes it.
async fn supervise(
    instance: Arc<Instance>,
    mut exited: BoxFuture<'static, Ended>,
    engine: Arc<dyn ContainerEngine>,
    place: FleetPlace,
    mut stop: watch::Receiver<bool>,
) {
    let mut look = Instant::now();
    let ended = loop {
        tokio::select! {
            ended = &mut exited => break ended,
            // An error means that the local AWS is gone: an end as well.
            _ = stop.wait_for(|stop| *stop) => break Ended::Stopped,
            () = instance.until_retired() => break Ended::Stopped,
            () = sleep_until(look) => match place.launches.upgrade().map(|l| l.expire(&instance)) {
                Some(Some(next)) => look = next,
                _ => break Ended::Stopped,
            },
        }
    };
    instance.api.end(ended);
    if let Some(launches) = place.launches.upgrade() {
        launches.forget(&instance);
    }
    // What can't be killed now is swept up at the end of the process, and is asked to leave by its Runtime API.
    let _later = engine.kill(&instance.container).await;
}
