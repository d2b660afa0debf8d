//! An engine for tests: a "container" is a task that speaks to the real Runtime API and answers from a closure.

use super::{Container, ContainerEngine, Launch, StartError};
use crate::{
    body::{Body, full},
    lambda::runtime::{Ended, Exit, RuntimeApi},
};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// What a scripted function does with an event.
#[derive(Debug, Clone)]
pub enum Reaction {
    /// Answers this.
    Respond(Value),
    /// Answers these bytes, which need not be JSON.
    RespondRaw(Bytes),
    /// Fails with this JSON, as a handler's exception does.
    Fail(Value),
    /// Writes a line to its output, then goes on.
    Print(String, Box<Reaction>),
    /// Takes its time, then goes on.
    Sleep(Duration, Box<Reaction>),
    /// Ends its process with this exit code.
    Exit(i64),
    /// Fails to initialise, with this JSON; only for [`Scripted::at_start`].
    InitError(Value),
}

type Script = dyn Fn(&Value, &Started) -> Reaction + Send + Sync;

/// Runs a Rust closure as every function.
pub struct Scripted {
    script: Arc<Script>,
    at_start: Option<Reaction>,
    start_takes: Duration,
    /// As in AWS's base images, which can be restored from a snapshot.
    hooks: bool,
    containers: Mutex<BTreeMap<String, Running>>,
    started: Mutex<Vec<Started>>,
    exited: Arc<AtomicUsize>,
}

/// What one container was started with.
#[derive(Debug, Clone)]
pub struct Started {
    pub id: String,
    pub environment: BTreeMap<String, String>,
    pub digest: String,
    pub memory: u32,
}

struct Running {
    owner: String,
    /// Dropped to kill it.
    _life: oneshot::Sender<()>,
}

impl Scripted {
    /// `script` gets the event and what its container was started with.
    pub fn new(script: impl Fn(&Value, &Started) -> Reaction + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(script),
            at_start: None,
            start_takes: Duration::ZERO,
            hooks: true,
            containers: Mutex::default(),
            started: Mutex::default(),
            exited: Arc::default(),
        }
    }

    /// What every container does before it asks for an event ([`Reaction::Exit`], `InitError`, `Print`, `Sleep`).
    pub fn at_start(self, reaction: Reaction) -> Self {
        Self { at_start: Some(reaction), ..self }
    }

    /// A runtime that knows nothing of snapshots.
    pub fn without_restore_hooks(self) -> Self {
        Self { hooks: false, ..self }
    }

    /// How long the engine takes to start a container.
    pub fn start_takes(self, start_takes: Duration) -> Self {
        Self { start_takes, ..self }
    }

    /// The containers that run now.
    pub fn running(&self) -> usize {
        lock(&self.containers).len()
    }

    /// How many ended by themselves, without being killed.
    pub fn exited(&self) -> usize {
        self.exited.load(Ordering::Relaxed)
    }

    /// All containers that were ever started.
    pub fn started(&self) -> Vec<Started> {
        lock(&self.started).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ContainerEngine for Scripted {
    fn start(&self, launch: Launch) -> BoxFuture<'_, Result<Container, StartError>> {
        async move {
            tokio::time::sleep(self.start_takes).await;
            let started = self.note(&launch);
            let (life, killed) = oneshot::channel();
            let running = Running { owner: launch.owner, _life: life };
            lock(&self.containers).insert(started.id.clone(), running);
            let (print, lines) = mpsc::unbounded_channel();
            let id = started.id.clone();
            let (script, hooks) = (self.script.clone(), self.hooks);
            let process = Process { api: launch.api, script, started, hooks, print };
            let (at_start, exits) = (self.at_start.clone(), self.exited.clone());
            let exited = tokio::spawn(async move {
                tokio::select! {
                    code = process.run(at_start) => {
                        exits.fetch_add(1, Ordering::Relaxed);
                        Ended::Exited(Exit::from_code(code))
                    }
                    _ = killed => Ended::Exited(Exit::from_code(137)),
                }
            });
            let output = futures_util::stream::unfold(lines, |mut lines| async {
                lines.recv().await.map(|line| (line, lines))
            });
            let exited = exited.map(|ended| ended.unwrap_or(Ended::Stopped)).boxed();
            Ok(Container { id, began: Instant::now(), output: output.boxed(), exited })
        }
        .boxed()
    }

    fn kill<'a>(&'a self, id: &'a str) -> BoxFuture<'a, anyhow::Result<()>> {
        lock(&self.containers).remove(id);
        async { Ok(()) }.boxed()
    }

    fn memory_used<'a>(&'a self, _id: &'a str) -> BoxFuture<'a, anyhow::Result<u64>> {
        async { Ok(42) }.boxed()
    }

    fn clean_up<'a>(&'a self, owner: &'a str) -> BoxFuture<'a, anyhow::Result<()>> {
        lock(&self.containers).retain(|_, running| running.owner != owner);
        async { Ok(()) }.boxed()
    }
}

impl Scripted {
    fn note(&self, launch: &Launch) -> Started {
        let mut all = lock(&self.started);
        let started = Started {
            id: format!("scripted-{}", all.len()),
            environment: launch.environment.iter().cloned().collect(),
            digest: launch.image.image.digest.clone(),
            memory: launch.memory,
        };
        all.push(started.clone());
        started
    }
}

/// The runtime in a scripted container.
struct Process {
    api: RuntimeApi,
    script: Arc<Script>,
    started: Started,
    hooks: bool,
    print: mpsc::UnboundedSender<String>,
}

impl Process {
    /// Runs until it exits, with its exit code.
    async fn run(self, at_start: Option<Reaction>) -> i64 {
        if let Some(reaction) = at_start
            && let Some(code) = self.react(reaction, "").await
        {
            return code;
        }
        if self.hooks
            && self
                .started
                .environment
                .get("AWS_LAMBDA_INITIALIZATION_TYPE")
                .is_some_and(|t| t == "snap-start")
        {
            self.call("GET", "restore/next", Bytes::new()).await;
        }
        loop {
            let response = self.call("GET", "invocation/next", Bytes::new()).await;
            if !response.status().is_success() {
                return 1;
            }
            let id = request_id(response.headers());
            let payload = response
                .into_body()
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes)
                .unwrap_or_default();
            let event = serde_json::from_slice(&payload).unwrap_or_default();
            let reaction = (self.script)(&event, &self.started);
            if let Some(code) = self.react(reaction, &id).await {
                return code;
            }
        }
    }

    /// Does what the script says; an exit code where that is to exit.
    async fn react(&self, mut reaction: Reaction, id: &str) -> Option<i64> {
        loop {
            reaction = match reaction {
                Reaction::Print(line, then) => {
                    // Nobody may read the output any more.
                    let _unread = self.print.send(line);
                    *then
                }
                Reaction::Sleep(time, then) => {
                    tokio::time::sleep(time).await;
                    *then
                }
                Reaction::Exit(code) => return Some(code),
                Reaction::InitError(error) => {
                    self.call("POST", "init/error", error.to_string().into()).await;
                    return Some(1);
                }
                Reaction::Respond(value) => return self.post(id, "response", value.to_string().into()).await,
                Reaction::RespondRaw(bytes) => return self.post(id, "response", bytes).await,
                Reaction::Fail(error) => return self.post(id, "error", error.to_string().into()).await,
            };
        }
    }

    async fn post(&self, id: &str, what: &str, body: Bytes) -> Option<i64> {
        // Before the first event there is nothing to answer: the script just goes on.
        if !id.is_empty() {
            self.call("POST", &format!("invocation/{id}/{what}"), body).await;
        }
        None
    }

    async fn call(&self, method: &str, path: &str, body: Bytes) -> Response<Body> {
        let uri = format!("/2018-06-01/runtime/{path}");
        match Request::builder().method(method).uri(uri).body(full(body)) {
            Ok(request) => self.api.handle(request).await,
            Err(_) => Response::new(full(Bytes::new())),
        }
    }
}

fn request_id(headers: &HeaderMap) -> String {
    let header = headers.get("lambda-runtime-aws-request-id");
    header.and_then(|h| h.to_str().ok()).unwrap_or_default().to_owned()
}
