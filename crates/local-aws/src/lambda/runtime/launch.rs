//! How a container comes into being, is watched, and ends.

use super::{
    credentials::Credentials,
    fault::Fault,
    instance::{FailedLaunch, Instance},
    journal::{Entry, Journal},
    pool::Failure,
    runtime_api::{Ended, RuntimeApi},
    sandbox::Sandbox,
};
use crate::{
    error::AwsError,
    lambda::{
        containers::{Container, ContainerEngine, Image, Launch, StartError},
        neighbours, revision,
    },
    server::WeakAws,
};
use futures_util::{StreamExt, future::BoxFuture, stream::BoxStream};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout},
};

/// How long a runtime may take to get ready, before the function's own timeout begins to count.
const INIT: Duration = Duration::from_secs(10);

/// A container's place in its fleet, until it is dropped.
struct Place {
    aws: WeakAws,
    sandbox: Arc<Sandbox>,
    /// They end with it.
    credentials: Credentials,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(aws) = self.aws.upgrade() {
            aws.inner().pool.vacated(&aws, &self.sandbox);
        }
    }
}

/// Starts one container, and hands it or its failure to whoever waits.
pub async fn launch(aws: WeakAws, sandbox: Arc<Sandbox>, stop: watch::Receiver<bool>) {
    let credentials =
        Credentials::issue(&aws, &sandbox).map_err(|e| Failure::Refused(engine_failed(&e.into())));
    let result = match credentials {
        Ok(credentials) => {
            start(Place { aws: aws.clone(), sandbox: sandbox.clone(), credentials }, stop).await
        }
        Err(failure) => Err(failure),
    };
    let Some(aws) = aws.upgrade() else { return };
    match result {
        Ok(instance) => aws.inner().pool.launched(instance),
        Err(failure) => aws.inner().pool.failed(&aws, &sandbox, failure),
    }
}

async fn start(place: Place, stop: watch::Receiver<bool>) -> Result<Arc<Instance>, Failure> {
    let (aws, sandbox) = (place.aws.clone(), place.sandbox.clone());
    let (engine, stream, launch) = prepare(&aws, &sandbox, &place.credentials)?;
    let api = launch.api.clone();
    let (journal, entries) = mpsc::unbounded_channel();
    let (container, not_started) = match engine.start(launch).await {
        Ok(container) => (container, None),
        Err(StartError::Engine(error)) => {
            // The stage only says "Internal server error": who wonders why looks into the function's log.
            let refusal = engine_failed(&error);
            _ = journal.send(Entry::Line(refusal.message.clone()));
            tokio::spawn(Journal::new(aws, engine, sandbox, stream, String::new()).keep(entries));
            return Err(Failure::Refused(refusal));
        }
        Err(StartError::Entrypoint(why)) => (Container::never(), Some(why)),
    };
    let began = container.began;
    let instance = Arc::new(Instance::new(sandbox.clone(), api, container.id.clone(), journal.clone()));
    let writer = Journal::new(aws, engine.clone(), sandbox.clone(), stream, container.id);
    tokio::spawn(forward(container.output, journal));
    tokio::spawn(writer.keep(entries));
    if let Some(why) = not_started {
        return Err(failed(Fault::Entrypoint(why), instance, began));
    }
    tokio::spawn(supervise(instance.clone(), container.exited, engine, place, stop));
    match timeout(INIT + sandbox.timeout, instance.api.ready()).await {
        Ok(Ok(())) => {
            instance.initialised(began.elapsed());
            Ok(instance)
        }
        Ok(Err(fault)) => Err(failed(fault, instance, began)),
        Err(_) => Err(failed(Fault::TimedOut(sandbox.timeout), instance, began)),
    }
}

/// Brings a container's output into the journal.
async fn forward(mut output: BoxStream<'static, String>, journal: mpsc::UnboundedSender<Entry>) {
    while let Some(line) = output.next().await {
        // The journal ends with the local AWS; then nobody can read it anyway.
        let _unread = journal.send(Entry::Line(line));
    }
}

fn failed(fault: Fault, instance: Arc<Instance>, began: Instant) -> Failure {
    instance.retire();
    Failure::Fault(Box::new(FailedLaunch { fault, instance, init: began.elapsed() }))
}

fn engine_failed(error: &anyhow::Error) -> AwsError {
    AwsError::new(500, "ServiceException", format!("the local AWS could not run the function: {error:#}"))
}

type Prepared = (Arc<dyn ContainerEngine>, String, Launch);

/// Everything that the container is started from, and the name of its log stream.
fn prepare(weak: &WeakAws, sandbox: &Arc<Sandbox>, credentials: &Credentials) -> Result<Prepared, Failure> {
    let gone = || Failure::Refused(AwsError::new(500, "ServiceException", "the local AWS is gone"));
    let aws = weak.upgrade().ok_or_else(gone)?;
    let pool = &aws.inner().pool;
    let Some(image) = sandbox.image.clone() else {
        return Err(Failure::Refused(AwsError::not_implemented("running a Zip function")));
    };
    aws.inner().home.claim().map_err(|e| Failure::Refused(engine_failed(&e.into())))?;
    neighbours::ensure_image(&mut aws.world(), &image).map_err(Failure::Refused)?;
    let day = aws.inner().clock.now().strftime("%Y/%m/%d").to_string();
    let seed = aws.inner().config.seed.to_string();
    let id = revision::hex(&[&sandbox.id.arn, &seed, &pool.unique()]);
    let stream = format!("{day}/[$LATEST]{}", &id[..32]);
    let password = neighbours::registry_password(aws.secret(), &image.account, &image.region);
    let launch = Launch {
        image: Image { image, registry: pool.registry(), password, aws: weak.clone() },
        environment: environment(sandbox, credentials, &stream),
        entrypoint: sandbox.overrides.entry_point.clone(),
        command: sandbox.overrides.command.clone(),
        working_directory: sandbox.overrides.working_directory.clone(),
        memory: sandbox.memory,
        ephemeral_storage: sandbox.ephemeral_storage,
        architecture: sandbox.architecture.clone(),
        api: RuntimeApi::new(weak.clone(), credentials.access_key.clone()),
        owner: pool.owner(),
    };
    Ok((pool.engine.clone(), stream, launch))
}

/// What Lambda sets, then what the function sets.
fn environment(sandbox: &Sandbox, credentials: &Credentials, stream: &str) -> Vec<(String, String)> {
    let id = &sandbox.id;
    let memory = sandbox.memory.to_string();
    let ours = [
        ("AWS_REGION", id.region.as_str()),
        ("AWS_DEFAULT_REGION", &id.region),
        ("AWS_ACCESS_KEY_ID", &credentials.access_key),
        ("AWS_SECRET_ACCESS_KEY", &credentials.secret_key),
        ("AWS_SESSION_TOKEN", &credentials.session_token),
        ("AWS_LAMBDA_FUNCTION_NAME", &id.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &sandbox.log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
        ("TZ", ":UTC"),
    ];
    let ours = ours.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    ours.chain(sandbox.environment.0.clone()).collect()
}

/// Watches a container until it ends by itself, is retired, was idle for too long, or everything ends; then removes it.
async fn supervise(
    instance: Arc<Instance>,
    mut exited: BoxFuture<'static, Ended>,
    engine: Arc<dyn ContainerEngine>,
    place: Place,
    mut stop: watch::Receiver<bool>,
) {
    let mut look = Instant::now();
    let ended = loop {
        tokio::select! {
            ended = &mut exited => break ended,
            // An error means that the local AWS is gone: an end as well.
            _ = stop.wait_for(|stop| *stop) => break Ended::Stopped,
            () = instance.until_retired() => break Ended::Stopped,
            () = sleep_until(look) => match place.aws.upgrade().map(|a| a.inner().pool.expire(&instance)) {
                Some(Some(next)) => look = next,
                _ => break Ended::Stopped,
            },
        }
    };
    instance.api.end(ended);
    if let Some(aws) = place.aws.upgrade() {
        aws.inner().pool.forget(&instance);
    }
    // What can't be killed now is swept up at the end of the process, and is asked to leave by its Runtime API.
    let _later = engine.kill(&instance.container).await;
}
