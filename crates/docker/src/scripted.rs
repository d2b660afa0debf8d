//! Docker for tests: no engine, but real uploads of a tiny image, calls on record and faults by plan.

use super::{
    BuildRequest, BuiltImage, Docker, OnProgress, Progress, Registry, archive,
    blob::{Blob, digest},
    distribution::{Distribution, Exchange},
    tidy::local_name,
};
use anyhow::{Context as _, Result, bail};
use flate2::{Compression, write::GzEncoder};
use futures_util::{FutureExt, future::LocalBoxFuture};
use lambdeploy_stack::Architecture;
use serde_json::json;
use std::{cell::RefCell, collections::BTreeMap, path::Path, rc::Rc};
use tokio::sync::Notify;

/// What was asked of a [`ScriptedDocker`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    Build { fingerprint: String, rebuild: bool },
    Push { host: String, repository: String, tag: String },
    PushArchive { host: String, repository: String, tag: String },
}

/// What goes wrong at a build or a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The engine goes away in mid build.
    BuildBreaks,
    /// A step of the build fails.
    StepFails,
    /// The build never ends.
    BuildStalls,
    /// The registry denies the push.
    PushRefused,
    /// The push breaks off after the layers, before the manifest.
    PushBreaks,
    /// The push never ends.
    PushStalls,
}

/// Builds the same tiny image from the same request and uploads it for real.
pub struct ScriptedDocker {
    exchange: Rc<dyn Exchange>,
    calls: RefCell<Vec<Call>>,
    faults: RefCell<Vec<PlannedFault>>,
    stalled: Notify,
    images: RefCell<BTreeMap<String, ScriptedImage>>,
    rebuilds: RefCell<u32>,
    /// What the Dockerfile says.
    configuration: RefCell<serde_json::Value>,
}

/// A fault, and how many builds (or pushes) come before the one that it is for.
struct PlannedFault {
    fault: Fault,
    after: u32,
}

impl Fault {
    const OF_BUILDS: [Self; 3] = [Self::BuildBreaks, Self::StepFails, Self::BuildStalls];
    const OF_PUSHES: [Self; 3] = [Self::PushRefused, Self::PushBreaks, Self::PushStalls];
}

#[derive(Clone)]
struct ScriptedImage {
    config: Blob,
    layer: Blob,
}

impl ScriptedDocker {
    /// Uploads through `exchange`: [`super::Http`], or [`super::InProcess`] to a registry in this process.
    pub fn new(exchange: Rc<dyn Exchange>) -> Self {
        Self {
            exchange,
            calls: RefCell::default(),
            faults: RefCell::default(),
            stalled: Notify::new(),
            images: RefCell::default(),
            configuration: RefCell::new(json!({"Entrypoint": ["/entrypoint"]})),
            rebuilds: RefCell::default(),
        }
    }

    /// Plans a fault for the next build or push that it fits, and has no fault planned yet.
    pub fn plan(&self, fault: Fault) {
        let of = if Fault::OF_BUILDS.contains(&fault) { Fault::OF_BUILDS } else { Fault::OF_PUSHES };
        let taken: Vec<_> =
            self.faults.borrow().iter().filter(|p| of.contains(&p.fault)).map(|p| p.after).collect();
        let free = (0..u32::MAX).find(|after| !taken.contains(after)).unwrap_or_default();
        self.plan_nth(free + 1, fault);
    }

    /// Plans a fault for the `n`-th build or push from now on, counted from 1.
    pub fn plan_nth(&self, n: u32, fault: Fault) {
        self.faults.borrow_mut().push(PlannedFault { fault, after: n.saturating_sub(1) });
    }

    /// What the Dockerfile says of the images that are built from now on: `Labels`, `Env` and the like.
    pub fn configure(&self, configuration: serde_json::Value) {
        *self.configuration.borrow_mut() = configuration;
    }

    /// Returns when a build or push has come that never ends.
    pub async fn stalled(&self) {
        self.stalled.notified().await;
    }

    /// What was asked so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    /// The fault of the build or push that has just come, if one of these was planned for it.
    fn fault(&self, of: &[Fault]) -> Option<Fault> {
        let mut faults = self.faults.borrow_mut();
        let now = faults.iter().position(|p| p.after == 0 && of.contains(&p.fault));
        let now = now.map(|i| faults.remove(i).fault);
        for later in faults.iter_mut().filter(|p| of.contains(&p.fault)) {
            later.after = later.after.saturating_sub(1);
        }
        now
    }

    async fn stall<T>(&self) -> T {
        self.stalled.notify_one();
        std::future::pending().await
    }

    fn make(&self, request: &BuildRequest) -> Result<ScriptedImage> {
        let mut content = request.fingerprint.clone();
        if request.rebuild {
            *self.rebuilds.borrow_mut() += 1;
            content += &format!(" rebuilt {}", self.rebuilds.borrow());
        }
        let tar = layer(content.as_bytes())?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        std::io::Write::write_all(&mut gzip, &tar)?;
        let config = json!({
            "architecture": request.architecture.oci(),
            "os": "linux",
            "config": *self.configuration.borrow(),
            "rootfs": {"type": "layers", "diff_ids": [digest(&tar)]},
        });
        Ok(ScriptedImage { config: Blob::of(config.to_string()), layer: Blob::of(gzip.finish()?) })
    }

    async fn built(&self, request: &BuildRequest, progress: OnProgress<'_>) -> Result<BuiltImage> {
        self.calls
            .borrow_mut()
            .push(Call::Build { fingerprint: request.fingerprint.clone(), rebuild: request.rebuild });
        progress(Progress::Line("[1/1] COPY . .".to_owned()));
        match self.fault(&Fault::OF_BUILDS) {
            Some(Fault::BuildStalls) => self.stall().await,
            Some(Fault::StepFails) => bail!("the build failed in `[1/1] COPY . .`: exit code: 1"),
            Some(_) => {
                bail!(
                    "the build failed: the engine closed the connection: connection closed before message completed"
                )
            }
            None => {}
        }
        let image = self.make(request)?;
        let id = image.config.digest.clone();
        self.images.borrow_mut().insert(id.clone(), image);
        progress(Progress::Line(format!("named {}", local_name(request))));
        let (architecture, os) = (request.architecture.oci().to_owned(), "linux".to_owned());
        Ok(BuiltImage { id, architecture, os, labels: BTreeMap::new() })
    }

    /// What goes wrong with a push before it begins; whether it is to break off later.
    async fn push_breaks(&self) -> Result<bool> {
        match self.fault(&Fault::OF_PUSHES) {
            Some(Fault::PushRefused) => {
                bail!("denied: User is not authorized to perform: ecr:InitiateLayerUpload")
            }
            Some(Fault::PushStalls) => self.stall().await,
            fault => Ok(fault.is_some()),
        }
    }

    async fn pushed(
        &self,
        image: &BuiltImage,
        to: &Registry,
        repository: &str,
        tag: &str,
        progress: OnProgress<'_>,
    ) -> Result<()> {
        let call = Call::Push { host: to.host.clone(), repository: repository.into(), tag: tag.into() };
        self.calls.borrow_mut().push(call);
        let breaks = self.push_breaks().await?;
        let image = self
            .images
            .borrow()
            .get(&image.id)
            .cloned()
            .context("the engine no longer has the built image")?;
        let registry = Distribution::new(&*self.exchange, to, repository);
        let total = image.layer.size;
        registry.upload(&image.layer, &|done| progress(Progress::Bytes { done, total })).await?;
        registry.upload(&image.config, &|_| {}).await?;
        if breaks {
            bail!("the engine closed the connection: connection closed before message completed");
        }
        let manifest = archive::manifest(&image.config, std::slice::from_ref(&image.layer));
        let media_type = archive::OCI_MANIFEST;
        registry.put_manifest(tag, media_type, manifest.into()).await.map(drop)
    }
}

/// A layer with one file, the same bytes each time.
fn layer(content: &[u8]) -> Result<Vec<u8>> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o755);
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_data(&mut header, "entrypoint", content)?;
    Ok(tar.into_inner()?)
}

impl Docker for ScriptedDocker {
    fn build<'a>(
        &'a self,
        request: &'a BuildRequest,
        progress: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, Result<BuiltImage>> {
        self.built(request, progress).boxed_local()
    }

    fn push<'a>(
        &'a self,
        image: &'a BuiltImage,
        to: &'a Registry,
        repository: &'a str,
        tag: &'a str,
        progress: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, Result<()>> {
        self.pushed(image, to, repository, tag, progress).boxed_local()
    }

    fn push_archive<'a>(
        &'a self,
        file: &'a Path,
        architecture: Architecture,
        to: &'a Registry,
        repository: &'a str,
        tag: &'a str,
        progress: OnProgress<'a>,
    ) -> LocalBoxFuture<'a, Result<String>> {
        async move {
            let call =
                Call::PushArchive { host: to.host.clone(), repository: repository.into(), tag: tag.into() };
            self.calls.borrow_mut().push(call);
            if self.push_breaks().await? {
                bail!("the registry closed the connection: connection closed before message completed");
            }
            let registry = Distribution::new(&*self.exchange, to, repository);
            let name = file.display().to_string();
            archive::push(&registry, &archive::What::archive(file, &name), architecture.oci(), tag, progress)
                .await
        }
        .boxed_local()
    }
}

#[cfg(test)]
#[path = "scripted_tests.rs"]
mod tests;
