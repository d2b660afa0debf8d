//! What an image is built on, from its Dockerfile.

use super::dockerfile::Dockerfile;
use anyhow::{Context as _, Result};
use lambdeploy_stack::{Architecture, Build};

/// The image of a build's last `FROM`.
#[derive(Debug, PartialEq, Eq)]
pub struct BaseImage {
    /// As the Dockerfile names it.
    pub name: String,
    /// So many entries at the end of the built image's history are the Dockerfile's own.
    pub own_steps: usize,
}

/// `None`: it is built on nothing (`FROM scratch`).
///
/// # Errors
/// A Dockerfile that can't be read, by path.
pub fn base_of(build: &Build, architecture: Architecture) -> Result<Option<BaseImage>> {
    let path = &build.dockerfile;
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut args = build.args.clone();
    args.insert("TARGETARCH".into(), architecture.oci().into());
    let dockerfile = Dockerfile::parse(&String::from_utf8_lossy(&text), &args);
    let base = dockerfile.base_of(build.target.as_deref());
    Ok(base.map(|base| BaseImage { name: base.image.clone(), own_steps: base.steps }))
}
