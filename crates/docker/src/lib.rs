//! Docker, behind a trait: a real engine through bollard, and a scripted one for tests.
//!
//! Nothing here knows AWS: a registry is a host, a repository and credentials in memory.

// What tests reach is public for them alone.
#![cfg_attr(not(feature = "testing"), allow(unreachable_pub))]

mod archive;
mod base;
mod blob;
mod build;
mod build_failure;
mod build_inputs;
mod build_log;
mod causes;
mod changed;
mod client_config;
mod connect;
mod context;
mod context_warnings;
mod dial;
mod distribution;
#[cfg(test)]
mod docker29;
#[cfg(test)]
mod docker29_tests;
mod dockerfile;
mod endpoint;
mod engine;
mod hash;
mod hints;
mod ignore;
mod image_file;
mod image_members;
mod login;
#[cfg(test)]
mod no_docker;
mod pulls;
mod push;
mod refusal;
mod registry;
#[cfg(feature = "testing")]
mod scripted;
mod session;
mod stall_guard;
mod stand_in;
mod tarball;
#[cfg(test)]
mod testing;
mod tidy;

pub use base::{BaseImage, base_of};
pub use build_inputs::inputs_from_outside;
pub use changed::Changed;
pub(crate) use changed::PartHashes;

pub use connect::{Connection, connect};
pub use context::CLIENT_ENV_MARK;
#[cfg(feature = "testing")]
pub use distribution::Exchange;
pub use engine::Engine;
pub use login::{Login, OwnLogins};
#[cfg(test)]
pub(crate) use no_docker::NoDocker;
pub(crate) use registry::BuiltImage;
pub(crate) use registry::OnProgress;
pub use registry::{Progress, Registry};
#[cfg(feature = "testing")]
pub use scripted::{Call, Fault, ScriptedDocker};
pub use session::LARGEST_SECRET;
pub use stall_guard::{StallGuard, pass_on};
pub use stand_in::{STAND_IN, is_stand_in};

use futures_util::{FutureExt, future::LocalBoxFuture};
use lambdeploy_net::Client;
use lambdeploy_stack::Architecture;
use std::{path::Path, sync::Arc};

/// Builds images and pushes them. Every operation is safe to repeat.
pub trait Docker {
    /// Whether there is an engine to build with: asked before anything is made, so that its absence costs nothing.
    ///
    /// # Errors
    /// No engine answers, it refuses us, or it is too old.
    fn ready(&self) -> LocalBoxFuture<'_, anyhow::Result<()>> {
        async { Ok(()) }.boxed_local()
    }

    /// Builds `request`; its context is hashed again while it is sent.
    ///
    /// # Errors
    /// No engine, a failing step (with its last lines), a context that changed meanwhile ([`Changed`]; nothing is tagged then).
    fn build<'a>(
        &'a self,
        request: &'a BuildRequest,
        progress: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, anyhow::Result<BuiltImage>>;

    /// Pushes `image` as `registry.host/repository:tag`. What was pushed is asked of the registry, not of the engine.
    fn push<'a>(
        &'a self,
        image: &'a BuiltImage,
        to: &'a Registry,
        repository: &'a str,
        tag: &'a str,
        progress: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, anyhow::Result<()>>;

    /// Takes away what a push that was broken off (by Ctrl-C, or as it stalled) has left with the engine.
    fn abandon<'a>(&'a self, _: &'a Registry, _: &'a str, _: &'a str) -> LocalBoxFuture<'a, ()> {
        async {}.boxed_local()
    }

    /// Takes away what the engine keeps of the images of a repository that is gone. Without an engine there is nothing.
    fn forget<'a>(&'a self, _repository: &'a str, _on: OnProgress<'a>) -> LocalBoxFuture<'a, ()> {
        async {}.boxed_local()
    }

    /// Uploads the image for `architecture` in `archive` (OCI layout as tar, or what `docker save` writes) as a manifest of
    /// this one platform, and gives the manifest's digest. Needs no engine.
    ///
    /// # Errors
    /// A file that is no image archive or holds none for the architecture, layers Lambda does not take, what the registry
    /// says.
    fn push_archive<'a>(
        &'a self,
        archive: &'a Path,
        architecture: Architecture,
        to: &'a Registry,
        repository: &'a str,
        tag: &'a str,
        progress: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, anyhow::Result<String>> {
        async move {
            let exchange = Client::new(to.network.clone());
            let to = distribution::Distribution::new(&exchange, to, repository);
            let name = archive.display().to_string();
            let what = archive::What::archive(archive, &name);
            archive::push(&to, &what, architecture.oci(), tag, progress).await
        }
        .boxed_local()
    }
}

/// A build, fully described.
#[derive(Debug, Clone)]
pub struct BuildRequest {
    pub build: lambdeploy_stack::Build,
    /// The repository that the image is for; the engine keeps its newest image as `lambdeploy/<repository>`.
    pub repository: String,
    pub architecture: Architecture,
    /// The content hash that [`fingerprint`] gave; the build fails when the context is another by now.
    pub fingerprint: String,
    /// What the hash is over, to say what changed.
    pub parts: Arc<PartHashes>,
    /// Build anew: no cache, and the base pulled anew.
    pub rebuild: bool,
    /// Values of the build's secrets by id.
    pub secrets: std::collections::BTreeMap<String, SecretValue>,
    /// For registries that `docker login` need not know.
    pub logins: CallersLogins,
}

/// The caller's own logins, or none.
#[derive(Clone, Default)]
pub struct CallersLogins(pub Option<std::rc::Rc<dyn OwnLogins>>);

impl std::fmt::Debug for CallersLogins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Bytes that are never printed.
#[derive(Clone)]
pub struct SecretValue(pub Vec<u8>);

impl std::fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// The hash of all that goes into a build: 64 hex digits, equal on every machine for equal inputs. A context that changes
/// while it is read is read once more.
///
/// # Errors
/// A context, ignore file or Dockerfile that is missing, malformed or can't be read, by path; [`Changed`].
pub async fn fingerprint(
    build: &lambdeploy_stack::Build,
    architecture: Architecture,
) -> anyhow::Result<Fingerprint> {
    let build = build.clone();
    tokio::task::spawn_blocking(move || match read(&build, architecture) {
        Err(error) if error.is::<Changed>() => read(&build, architecture),
        done => done,
    })
    .await?
}

fn read(build: &lambdeploy_stack::Build, architecture: Architecture) -> anyhow::Result<Fingerprint> {
    let context = context::BuildContext::list(build)?;
    let digests = hash::digests(&context)?;
    Ok(Fingerprint {
        hash: hash::build(&context, &digests, build, architecture),
        parts: Arc::new(hash::parts(&context, &digests)),
        warnings: context_warnings::of(&context),
    })
}

/// Builds `request`. A context that is another than when it was hashed is hashed and built once more, as it is now: the
/// request then says so.
///
/// # Errors
/// See [`Docker::build`].
pub async fn build(
    docker: &dyn Docker,
    request: &mut BuildRequest,
    progress: OnProgress<'_>,
) -> anyhow::Result<BuiltImage> {
    let error = match docker.build(request, progress).await {
        Err(error) if error.is::<Changed>() => error,
        done => return done,
    };
    if let Some(changed) = error.downcast_ref::<Changed>() {
        progress(Progress::Line(format!(
            "{} changed since the plan: building what is there now",
            changed.files()
        )));
    }
    let now = fingerprint(&request.build, request.architecture).await?;
    (request.fingerprint, request.parts) = (now.hash, now.parts);
    docker.build(request, progress).await
}

/// What reading a context once tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// 64 hex digits.
    pub hash: String,
    pub parts: Arc<PartHashes>,
    /// What a person should know of it before it is built.
    pub warnings: Vec<String>,
}

/// The hash of an archive: its bytes and the architecture wanted of it.
///
/// # Errors
/// The file can't be read, or is written meanwhile.
pub async fn fingerprint_file(file: &Path, architecture: Architecture) -> anyhow::Result<Fingerprint> {
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || {
        Ok(Fingerprint {
            hash: hash::archive(&file, architecture)?,
            parts: Arc::default(),
            warnings: Vec::new(),
        })
    })
    .await?
}
