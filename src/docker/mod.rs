//! Docker, behind a trait: a real engine through bollard, and a scripted one for tests.
//!
//! Nothing here knows AWS: a registry is a host, a repository and credentials in memory.

use crate::stack::Architecture;
use futures_util::future::LocalBoxFuture;
use std::path::Path;

/// What a build or push says while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A build step or a remark, one line.
    Line(String),
    /// Bytes moved of those to move (0: not known yet).
    Bytes { done: u64, total: u64 },
}

/// Where [`Progress`] goes.
pub type OnProgress<'a> = &'a dyn Fn(Progress);

/// An image in the engine's own store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltImage {
    /// `sha256:…`, the engine's image id.
    pub id: String,
    /// OCI name of the architecture it was built for ("amd64").
    pub architecture: String,
    pub os: String,
    pub labels: std::collections::BTreeMap<String, String>,
}

/// Where an image goes, and the credentials for it, in memory only.
#[derive(Clone)]
pub struct Registry {
    /// `123456789012.dkr.ecr.eu-west-1.amazonaws.com` or `127.0.0.1:4510`: what stands before the repository.
    pub host: String,
    pub user: String,
    pub password: String,
    /// Plain HTTP, for the local AWS only.
    pub insecure: bool,
}

/// Builds images and pushes them. Every operation is safe to repeat.
pub trait Docker {
    /// Builds `request`; its context is hashed again while it is sent.
    ///
    /// # Errors
    /// No engine, a failing step (with its last lines), a context that changed meanwhile (nothing is tagged then).
    fn build<'a>(
        &'a self,
        request: &'a BuildRequest,
        on: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, anyhow::Result<BuiltImage>>;

    /// Pushes `image` as `registry.host/repository:tag`. What was pushed is asked of the registry, not of the engine.
    fn push<'a>(
        &'a self,
        image: &'a BuiltImage,
        to: &'a Registry,
        repository: &'a str,
        tag: &'a str,
        on: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, anyhow::Result<()>>;
}

/// A build, fully described.
#[derive(Debug, Clone)]
pub struct BuildRequest {
    pub build: crate::stack::Build,
    pub architecture: Architecture,
    /// The content hash that [`fingerprint`] gave; the build fails when the context is another by now.
    pub fingerprint: String,
    /// Build anew: no cache, and the base pulled anew.
    pub rebuild: bool,
    /// Values of the build's secrets by id.
    pub secrets: std::collections::BTreeMap<String, SecretValue>,
}

/// Bytes that are never printed.
#[derive(Clone)]
pub struct SecretValue(pub Vec<u8>);

impl std::fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Uploads `archive` (OCI layout as tar, or what `docker save` writes) to a registry, without an engine.
pub async fn push_archive(
    _archive: &Path,
    _architecture: Architecture,
    _to: &Registry,
    _repository: &str,
    _tag: &str,
    _on: OnProgress<'_>,
) -> anyhow::Result<()> {
    anyhow::bail!("not built yet")
}

/// The hash of all that goes into a build: 64 hex digits, equal on every machine for equal inputs.
pub async fn fingerprint(
    _build: &crate::stack::Build,
    _architecture: Architecture,
) -> anyhow::Result<Fingerprint> {
    anyhow::bail!("not built yet")
}

/// What reading a context once tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// 64 hex digits.
    pub hash: String,
    pub files: u64,
    pub bytes: u64,
    /// A context over 100 MB: its three largest paths with their sizes.
    pub largest: Vec<(String, u64)>,
}

/// The hash of an archive: its bytes and the architecture wanted of it.
pub async fn fingerprint_file(_file: &Path, _architecture: Architecture) -> anyhow::Result<Fingerprint> {
    anyhow::bail!("not built yet")
}
