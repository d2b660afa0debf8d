//! The real engine, behind the seam.

use super::{BuildRequest, BuiltImage, Docker, OnProgress, Registry, build, connect, push, tidy};
use anyhow::Result;
use futures_util::{FutureExt, future::LocalBoxFuture};
use tokio::sync::OnceCell;

/// The Docker engine of this process' environment. It is not asked for before the first build or push.
#[derive(Default)]
pub struct Engine(OnceCell<connect::Connection>);

impl Engine {
    pub fn new() -> Self {
        Self::default()
    }

    /// The engine that is already connected to.
    #[cfg(test)]
    pub(super) fn over(connection: connect::Connection) -> Self {
        Self(OnceCell::new_with(Some(connection)))
    }

    /// The connection, made at the first call.
    ///
    /// # Errors
    /// As [`connect::connect`].
    pub(crate) async fn connection(&self) -> Result<&connect::Connection> {
        self.0.get_or_try_init(connect::connect).await
    }
}

impl Docker for Engine {
    fn ready(&self) -> LocalBoxFuture<'_, Result<()>> {
        async move { self.connection().await.map(drop) }.boxed_local()
    }

    fn build<'a>(
        &'a self,
        request: &'a BuildRequest,
        progress: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, Result<BuiltImage>> {
        async move { build::build(self.connection().await?, request, progress).await }.boxed_local()
    }

    fn push<'a>(
        &'a self,
        image: &'a BuiltImage,
        to: &'a Registry,
        repository: &'a str,
        tag: &'a str,
        progress: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, Result<()>> {
        async move { push::push(self.connection().await?, image, to, repository, tag, progress).await }
            .boxed_local()
    }

    fn forget<'a>(&'a self, repository: &'a str, progress: OnProgress<'a>) -> LocalBoxFuture<'a, ()> {
        async move {
            if let Ok(connection) = self.connection().await {
                tidy::all(connection, repository, progress).await;
            }
        }
        .boxed_local()
    }

    fn abandon<'a>(&'a self, to: &'a Registry, repository: &'a str, tag: &'a str) -> LocalBoxFuture<'a, ()> {
        async move {
            if let Some(connection) = self.0.get() {
                push::abandon(connection, to, repository, tag).await;
            }
        }
        .boxed_local()
    }
}

#[cfg(test)]
#[path = "engine_tests/mod.rs"]
mod tests;
