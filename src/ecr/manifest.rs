//! An image in ECR as Lambda would pull it: the manifest of one platform, with layers that Lambda can read.

use crate::{
    aws::{Cloud, FoundExt, call},
    engine::Run,
    stack::Architecture,
};
use anyhow::{Context as _, Result, bail};
use aws_sdk_ecr::types::{Image, ImageFailureCode, ImageIdentifier};
use oci_spec::image::{ImageIndex, Os, Platform};
use serde_json::Value;
use std::fmt;

pub(super) const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
const MANIFESTS: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

/// Where images are looked for, and for which machine.
pub(crate) struct Shelf<'a> {
    pub cloud: &'a Cloud,
    /// Whose registry; `None`: the caller's own.
    pub account: Option<&'a str>,
    pub repository: &'a str,
    pub architecture: Architecture,
}

/// Why Lambda can't run an image that is there.
#[derive(Debug)]
pub(crate) struct Flaw(String);

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Flaw {}

impl Shelf<'_> {
    /// The digest of what Lambda would run of an image; `None` where there is no such image, or only in ECR's archive.
    ///
    /// # Errors
    /// As the calls; a [`Flaw`]; an index without an image for the architecture.
    pub(crate) async fn runnable(&self, id: ImageIdentifier, run: &Run) -> Result<Option<String>> {
        let Some(image) = self.pull(id, run).await? else { return Ok(None) };
        let digest = digest_of(&image)?;
        if !is_index(image.image_manifest_media_type()) {
            self.ensure_layers(&image)?;
            return Ok(Some(digest));
        }
        let child = self.child_in(&image)?;
        let id = ImageIdentifier::builder().image_digest(&child).build();
        let image = self.pull(id, run).await?;
        let image =
            image.with_context(|| format!("the index {digest} names {child}, which is not in ECR"))?;
        self.ensure_layers(&image)?;
        Ok(Some(child))
    }

    /// The manifest of an image, as it is; `None` where there is no such image.
    ///
    /// # Errors
    /// As the call; a manifest that is none.
    pub(super) async fn manifest(&self, id: ImageIdentifier, run: &Run) -> Result<Option<Value>> {
        let Some(image) = self.pull(id, run).await? else { return Ok(None) };
        Ok(Some(serde_json::from_str(image.image_manifest().unwrap_or_default())?))
    }

    async fn pull(&self, id: ImageIdentifier, run: &Run) -> Result<Option<Image>> {
        let kinds = INDEXES.iter().chain(&MANIFESTS).map(|kind| (*kind).to_owned()).collect();
        let request = self.cloud.ecr.batch_get_image().repository_name(self.repository);
        let request = request.set_registry_id(self.account.map(str::to_owned));
        let request = request.image_ids(id).set_accepted_media_types(Some(kinds));
        let Some(answer) = call(run, "BatchGetImage", || request.clone().send()).await.found()? else {
            return Ok(None);
        };
        let absent = [ImageFailureCode::ImageNotFound, ImageFailureCode::ImageInaccessible];
        match answer.failures().iter().find(|f| f.failure_code().is_none_or(|c| !absent.contains(c))) {
            Some(failure) => bail!("ECR: {}", failure.failure_reason().unwrap_or("no reason given")),
            None => Ok(answer.images.unwrap_or_default().into_iter().next()),
        }
    }

    fn child_in(&self, index: &Image) -> Result<String> {
        let index = read_index(index)?;
        let architecture = self.architecture.oci();
        let fits = |p: &Platform| *p.os() == Os::Linux && p.architecture().to_string() == architecture;
        let child = index.manifests().iter().find(|m| m.platform().as_ref().is_some_and(fits));
        let child = child.with_context(|| {
            format!("the image is an index without one for {}", self.architecture.platform())
        })?;
        Ok(child.digest().to_string())
    }

    /// Lambda accepts others, and the function is Failed then.
    fn ensure_layers(&self, image: &Image) -> Result<()> {
        let manifest: Value = serde_json::from_str(image.image_manifest().unwrap_or_default())?;
        let layers = manifest["layers"].as_array().map(Vec::as_slice).unwrap_or_default();
        let kind = |layer: &Value| layer["mediaType"].as_str().unwrap_or_default().to_owned();
        let gzip = |layer: &&Value| ["tar+gzip", "tar.gzip"].iter().any(|end| kind(layer).ends_with(end));
        let Some(layer) = layers.iter().find(|layer| !gzip(layer)) else { return Ok(()) };
        let how = match kind(layer) {
            kind if kind.contains("zstd") => "compressed with zstd".to_owned(),
            // The end of a media type.
            #[expect(clippy::case_sensitive_file_extension_comparisons)]
            kind if kind.ends_with(".tar") => "not compressed".to_owned(),
            kind => format!("of the type {kind}"),
        };
        Err(Flaw(format!(
            "Lambda can't run the image {}@{}: its layer {} is {how}, and Lambda reads layers that are compressed with gzip only. \
             A layer of that kind comes from the base image, and BuildKit makes gzip of it: lambdeploy asks for that on Docker 23 or later, \
             without DOCKER_BUILDKIT=0; elsewhere it is `docker buildx build --output type=image,compression=gzip,force-compression=true`",
            self.repository,
            digest_of(image)?,
            layer["digest"].as_str().unwrap_or_default(),
        ))
        .into())
    }
}

fn read_index(image: &Image) -> Result<ImageIndex> {
    let text = image.image_manifest().context("ECR holds an index without a manifest")?;
    Ok(serde_json::from_str(text)?)
}

/// Digests of all that an index names.
///
/// # Errors
/// What is no index.
pub(super) fn children(index: &Image) -> Result<Vec<String>> {
    Ok(read_index(index)?.manifests().iter().map(|m| m.digest().to_string()).collect())
}

pub(super) fn is_index(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| INDEXES.contains(&kind))
}

pub(super) fn digest_of(image: &Image) -> Result<String> {
    let id = image.image_id().and_then(ImageIdentifier::image_digest);
    Ok(id.context("BatchGetImage answered an image without a digest")?.to_owned())
}
