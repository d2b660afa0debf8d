//! The seam to whatever runs containers: Docker, a script in tests, or nothing.

mod archive;
mod docker;
mod images;
mod lines;
mod listener;
mod network;
mod orphans;
#[cfg(any(test, feature = "testing"))]
mod scripted;

pub use docker::DockerEngine;
#[cfg(any(test, feature = "testing"))]
pub use scripted::{Reaction, Scripted, Started};

use super::{
    runtime::{Ended, Entrypoint, RuntimeApi},
    sandbox::ImageRef,
};
use crate::shared::Shared;
use futures_util::{
    FutureExt, StreamExt,
    future::{self, BoxFuture},
    stream::{self, BoxStream},
};
use std::sync::Weak;
use tokio::time::Instant;

/// Starts and stops the containers of functions.
pub trait ContainerEngine: Send + Sync {
    /// Starts one container. The runtime in it has not said anything yet when this returns.
    fn start(&self, launch: Launch) -> BoxFuture<'_, Result<Container, StartError>>;

    /// Kills and removes a container; one that is gone already is fine.
    fn kill<'a>(&'a self, id: &'a str) -> BoxFuture<'a, anyhow::Result<()>>;

    /// Memory that a container uses now, in MB.
    fn memory_used<'a>(&'a self, id: &'a str) -> BoxFuture<'a, anyhow::Result<u64>>;

    /// Removes whatever is left of `owner`'s containers, and the images that were fetched for them.
    fn clean_up<'a>(&'a self, owner: &'a str) -> BoxFuture<'a, anyhow::Result<()>>;
}

/// All that a container is started from.
pub struct Launch {
    pub image: ImageLocation,
    /// Without `AWS_LAMBDA_RUNTIME_API`, `AWS_ENDPOINT_URL` and `_HANDLER`: those the engine knows.
    pub environment: Vec<(String, String)>,
    /// Empty keeps the image's own.
    pub entrypoint: Vec<String>,
    /// Empty keeps the image's own.
    pub command: Vec<String>,
    /// Empty keeps the image's own.
    pub working_directory: String,
    /// MB.
    pub memory: u32,
    /// MB of `/tmp`, the only place that can be written.
    pub ephemeral_storage: u32,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// Who answers the container's runtime.
    pub api: RuntimeApi,
    /// Whose container it is: the identity of the local AWS.
    pub owner: String,
}

/// Where the image is.
pub struct ImageLocation {
    pub image: ImageRef,
    /// `host:port` of our registry, where there is one that listens.
    pub registry: Option<String>,
    pub password: String,
    /// Who has its blobs, for an engine that can't reach the registry.
    pub(crate) shared: Weak<Shared>,
}

/// A container that runs.
pub struct Container {
    pub id: String,
    /// When its process was started.
    pub began: Instant,
    /// Its output, line by line.
    pub output: BoxStream<'static, String>,
    /// Ends when the container does.
    pub exited: BoxFuture<'static, Ended>,
}

impl Container {
    /// One that never came to be.
    pub(crate) fn never() -> Self {
        let (output, exited) = (stream::empty().boxed(), future::pending().boxed());
        Self { id: String::new(), began: Instant::now(), output, exited }
    }
}

/// Why a container could not be started.
#[derive(Debug)]
pub enum StartError {
    /// The image's or the function's fault.
    Entrypoint(Entrypoint),
    /// The engine's fault, or there is none.
    Engine(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for StartError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

/// No engine: every invocation of an image function is an error that says so.
pub struct NoContainers;

impl ContainerEngine for NoContainers {
    fn start(&self, _launch: Launch) -> BoxFuture<'_, Result<Container, StartError>> {
        let error = anyhow::anyhow!("this local AWS has no container engine to run functions in");
        async { Err(StartError::Engine(error)) }.boxed()
    }

    fn kill<'a>(&'a self, _id: &'a str) -> BoxFuture<'a, anyhow::Result<()>> {
        async { Ok(()) }.boxed()
    }

    fn memory_used<'a>(&'a self, _id: &'a str) -> BoxFuture<'a, anyhow::Result<u64>> {
        async { Ok(0) }.boxed()
    }

    fn clean_up<'a>(&'a self, _owner: &'a str) -> BoxFuture<'a, anyhow::Result<()>> {
        async { Ok(()) }.boxed()
    }
}
