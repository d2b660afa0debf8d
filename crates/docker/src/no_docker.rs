//! No engine, for what builds nothing.

use super::{BuildRequest, BuiltImage, Docker, OnProgress, Registry};
use anyhow::{Result, anyhow};
use futures_util::{FutureExt, future::LocalBoxFuture};

/// A machine without Docker: every call fails as it would there.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoDocker;

fn no_docker() -> anyhow::Error {
    anyhow!(
        "no Docker engine: tried unix:///var/run/docker.sock (No such file or directory). Start Docker, or name it in \
         DOCKER_HOST. `image.uri` and `image.archive` need no Docker"
    )
}

impl Docker for NoDocker {
    fn build<'a>(&'a self, _: &'a BuildRequest, _: OnProgress<'a>) -> LocalBoxFuture<'a, Result<BuiltImage>> {
        async { Err(no_docker()) }.boxed_local()
    }

    fn push<'a>(
        &'a self,
        _: &'a BuiltImage,
        _: &'a Registry,
        _: &'a str,
        _: &'a str,
        _: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, Result<()>> {
        async { Err(no_docker()) }.boxed_local()
    }
}
