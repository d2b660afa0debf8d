//! Containers of the Docker Engine, as near to Lambda's as an engine makes them: a read-only root file system with a
//! writable `/tmp`, an unprivileged user, the function's memory and no more.
//!
//! `/tmp` is in memory and counts as the function's memory, unlike Lambda's.

use super::{
    Container, ContainerEngine, Launch, StartError,
    images::{Fetched, Images},
    lines::lines,
    listener::Listener,
    network::Network,
    orphans,
};
use crate::lambda::runtime::{Ended, Entrypoint, Exit};
use bollard::{
    Docker,
    errors::Error,
    models::{
        ContainerCreateBody, HealthConfig, HostConfig, HostConfigLogConfig, Mount, MountType,
        MountVolumeOptions,
    },
    query_parameters::{
        AttachContainerOptions, CreateContainerOptions, EventsOptions, StartContainerOptions, StatsOptions,
        WaitContainerOptions,
    },
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::OnceCell,
    time::{Instant, timeout},
};

/// The Docker Engine that `DOCKER_HOST` or the current context names.
pub struct DockerEngine {
    docker: Docker,
    images: Images,
    network: OnceCell<Network>,
    swept: OnceCell<()>,
}

/// Lambda's own unprivileged user and group.
const USER: &str = "993:990";
const MB: i64 = 1024 * 1024;
/// Memory, in MB, that comes with one whole CPU on Lambda.
const MEMORY_OF_A_CPU: i64 = 1769;
/// The engine's weight of one whole CPU.
const SHARES_OF_A_CPU: i64 = 1024;
/// Processes and threads that Lambda allows.
const PROCESSES: i64 = 1024;
/// The exit code of who got SIGKILL.
const KILLED: i64 = 137;
/// How long an engine may take to say whether the memory was full.
const EVENT_TAKES: Duration = Duration::from_millis(500);

impl DockerEngine {
    /// An engine that is connected already.
    pub fn new(docker: Docker) -> Self {
        Self { docker, images: Images::default(), network: OnceCell::new(), swept: OnceCell::new() }
    }

    async fn launch(&self, launch: Launch) -> Result<Container, StartError> {
        self.swept.get_or_try_init(|| orphans::sweep(&self.docker)).await?;
        let image = self.images.get(&self.docker, &launch).await?;
        check_architecture(&launch, &image).map_err(StartError::Entrypoint)?;
        let network = self.network.get_or_try_init(|| Network::make(&self.docker, &launch.owner)).await?;
        let listener = Listener::open(network.bind, &network.host, launch.api.clone()).await?;
        let body = body(&launch, &image, network, &listener.address);
        let created = self.docker.create_container(None::<CreateContainerOptions>, body).await?;
        let started = self.start_created(created.id.clone(), network, listener).await;
        if started.is_err() {
            orphans::remove(&self.docker, &created.id).await?;
        }
        started
    }

    async fn start_created(
        &self,
        id: String,
        network: &Network,
        listener: Listener,
    ) -> Result<Container, StartError> {
        let options = AttachContainerOptions {
            stream: true,
            stdout: true,
            stderr: true,
            ..AttachContainerOptions::default()
        };
        let output = self.docker.attach_container(&id, Some(options)).await?.output;
        let bad_format = Arc::new(AtomicBool::new(false));
        let noted = bad_format.clone();
        let output = lines(output).inspect(move |line| {
            if line.contains("exec format error") {
                noted.store(true, Ordering::Relaxed);
            }
        });
        // Asked for before the start: a container that ends at once is removed at once.
        let exit = tokio::spawn(exit(self.docker.clone(), id.clone()));
        let began = Instant::now();
        self.docker.start_container(&id, None::<StartContainerOptions>).await.map_err(start_error)?;
        if let Some(address) = network.address_of(&self.docker, &id).await {
            listener.admit(address);
        }
        let exited = async move {
            let exit = exit.await.unwrap_or(Exit::Status(1));
            drop(listener);
            ended(exit, bad_format.load(Ordering::Relaxed))
        };
        Ok(Container { id, began, output: output.boxed(), exited: exited.boxed() })
    }
}

/// An image of another architecture fails on Lambda at the first instruction. An engine might emulate it: then the
/// difference would show on AWS only.
fn check_architecture(launch: &Launch, image: &Fetched) -> Result<(), Entrypoint> {
    if launch.architecture == image.architecture {
        return Ok(());
    }
    let (wanted, built) = (&launch.architecture, &image.architecture);
    Err(Entrypoint {
        why: format!("fork/exec {}: exec format error", program(launch, image)),
        hint: Some(format!("The image was built for {built}, but the function's architecture is {wanted}.")),
    })
}

/// What the container runs first.
fn program(launch: &Launch, image: &Fetched) -> String {
    let config = &image.config;
    let of_image = [&config.entrypoint, &config.cmd].into_iter().flatten().flatten();
    launch.entrypoint.iter().chain(of_image).next().cloned().unwrap_or_default()
}

fn body(launch: &Launch, image: &Fetched, network: &Network, api: &str) -> ContainerCreateBody {
    let given = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let directory = &launch.working_directory;
    ContainerCreateBody {
        image: Some(image.reference.clone()),
        env: Some(environment(launch, image, api)),
        entrypoint: given(&launch.entrypoint),
        cmd: given(&launch.command),
        working_dir: (!directory.is_empty()).then(|| directory.clone()),
        user: Some(USER.to_owned()),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        labels: Some(orphans::labels(&launch.owner)),
        // Lambda asks no image for its health.
        healthcheck: Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() }),
        networking_config: Some(network.connection()),
        host_config: Some(host_config(launch, image, network)),
        ..ContainerCreateBody::default()
    }
}

fn environment(launch: &Launch, image: &Fetched, api: &str) -> Vec<String> {
    let handler = launch.command.first().or(image.config.cmd.as_ref().and_then(|c| c.first()));
    let ours = [
        ("AWS_LAMBDA_RUNTIME_API", api.to_owned()),
        // The same port: what is not for the Runtime API goes to the AWS API, as the function's role.
        ("AWS_ENDPOINT_URL", format!("http://{api}")),
        ("_HANDLER", handler.cloned().unwrap_or_default()),
    ];
    let ours = ours.into_iter().map(|(name, value)| format!("{name}={value}"));
    ours.chain(launch.environment.iter().map(|(name, value)| format!("{name}={value}"))).collect()
}

fn host_config(launch: &Launch, image: &Fetched, network: &Network) -> HostConfig {
    let memory = i64::from(launch.memory);
    let tmp = format!("rw,exec,nosuid,nodev,mode=1777,size={}m", launch.ephemeral_storage);
    HostConfig {
        memory: Some(memory * MB),
        memory_swap: Some(memory * MB),
        cpu_shares: Some((memory * SHARES_OF_A_CPU / MEMORY_OF_A_CPU).max(2)),
        pids_limit: Some(PROCESSES),
        readonly_rootfs: Some(true),
        // Lambda has no /dev/shm.
        ipc_mode: Some("none".to_owned()),
        network_mode: Some(network.name.clone()),
        mounts: Some(volumes(launch, image)),
        tmpfs: Some(HashMap::from([("/tmp".to_owned(), tmp)])),
        auto_remove: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        // The output is read as it comes: the engine need not keep it.
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        extra_hosts: (!network.extra_hosts.is_empty()).then(|| network.extra_hosts.clone()),
        ..HostConfig::default()
    }
}

/// On Lambda a `VOLUME` is a folder of the image, and as read-only as all of it. An engine would make one that can be
/// written, on its machine's disk. `/tmp` is covered already.
fn volumes(launch: &Launch, image: &Fetched) -> Vec<Mount> {
    let paths = image.config.volumes.iter().flatten().filter(|path| path.trim_end_matches('/') != "/tmp");
    let mount = |(number, path): (usize, &String)| Mount {
        typ: Some(MountType::VOLUME),
        source: Some(format!("lambdeploy-{}-{}-{number}", launch.owner, &launch.image.image.digest[7..])),
        target: Some(path.clone()),
        read_only: Some(true),
        volume_options: Some(MountVolumeOptions {
            labels: Some(orphans::labels(&launch.owner)),
            ..MountVolumeOptions::default()
        }),
        ..Mount::default()
    };
    paths.enumerate().map(mount).collect()
}

async fn exit(docker: Docker, id: String) -> Exit {
    match exit_code(&docker, &id).await {
        KILLED if memory_was_full(&docker, &id).await => Exit::OutOfMemory,
        code => Exit::from_code(code),
    }
}

/// What a container ended of, the engine tells in its events only: the container itself is removed at once.
async fn memory_was_full(docker: &Docker, id: &str) -> bool {
    let filters = HashMap::from([
        ("container".to_owned(), vec![id.to_owned()]),
        ("event".to_owned(), vec!["oom".to_owned()]),
    ]);
    let options =
        EventsOptions { since: Some("1".to_owned()), filters: Some(filters), ..EventsOptions::default() };
    let told = timeout(EVENT_TAKES, docker.events(Some(options)).next()).await;
    matches!(told, Ok(Some(Ok(_))))
}

async fn exit_code(docker: &Docker, id: &str) -> i64 {
    let options = WaitContainerOptions { condition: "next-exit".to_owned() };
    match docker.wait_container(id, Some(options)).next().await {
        Some(Ok(response)) => response.status_code,
        Some(Err(Error::DockerContainerWaitError { code, .. })) => code,
        // The engine does not know it any more.
        _ => 1,
    }
}

fn ended(exit: Exit, bad_format: bool) -> Ended {
    if bad_format && exit != Exit::Status(0) {
        return Ended::Entrypoint(Entrypoint {
            why: "fork/exec: exec format error".to_owned(),
            hint: Some(
                "The image holds a program for another architecture than this machine's engine runs."
                    .to_owned(),
            ),
        });
    }
    Ended::Exited(exit)
}

/// The engine says in its own words that the process could not be started.
fn start_error(error: Error) -> StartError {
    match &error {
        Error::DockerResponseServerError { message, .. } => match process_error(message) {
            Some(why) => StartError::Entrypoint(Entrypoint { why, hint: None }),
            None => error.into(),
        },
        _ => error.into(),
    }
}

/// `…: exec: "/x": stat /x: no such file or directory: unknown` → `exec: "/x": stat /x: no such file or directory`
fn process_error(message: &str) -> Option<String> {
    let start = ["exec: \"", "chdir to cwd", "exec /"].iter().find_map(|m| message.find(m))?;
    let text = message[start..].trim().trim_end_matches(": unknown");
    Some(text.to_owned())
}

impl ContainerEngine for DockerEngine {
    fn start(&self, launch: Launch) -> BoxFuture<'_, Result<Container, StartError>> {
        self.launch(launch).boxed()
    }

    fn kill<'a>(&'a self, id: &'a str) -> BoxFuture<'a, anyhow::Result<()>> {
        orphans::remove(&self.docker, id).boxed()
    }

    fn memory_used<'a>(&'a self, id: &'a str) -> BoxFuture<'a, anyhow::Result<u64>> {
        async move {
            let options = StatsOptions { stream: false, one_shot: true };
            let stats = self.docker.stats(id, Some(options)).next().await.transpose()?;
            let memory = stats.and_then(|s| s.memory_stats).unwrap_or_default();
            let files = memory.stats.unwrap_or_default();
            // What the kernel can drop at any time is not in use (cgroup v2 and v1 name it differently).
            let cache = files.get("inactive_file").or(files.get("total_inactive_file")).copied();
            let used = memory.usage.unwrap_or_default().saturating_sub(cache.unwrap_or_default());
            Ok(used.div_ceil(MB.unsigned_abs()))
        }
        .boxed()
    }

    fn clean_up<'a>(&'a self, owner: &'a str) -> BoxFuture<'a, anyhow::Result<()>> {
        async move {
            let removed = orphans::remove_all(&self.docker, owner).await;
            self.images.remove_all(&self.docker).await;
            removed
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::process_error;

    #[test]
    fn the_engines_words_about_a_program_that_is_not_there() {
        let message = "failed to create shim: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/nope\": stat /nope: no such file or directory: unknown";
        let text = "exec: \"/nope\": stat /nope: no such file or directory";
        assert_eq!(process_error(message).as_deref(), Some(text));
        assert_eq!(process_error("driver failed programming external connectivity"), None);
    }
}
