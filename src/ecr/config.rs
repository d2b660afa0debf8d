//! The configuration of an image in ECR: what it was built of, and when.

use super::Shelf;
use crate::{
    aws::{Cloud, FoundExt, call},
    engine::Run,
    stack::Architecture,
};
use anyhow::{Context as _, Result};
use aws_sdk_ecr::types::ImageIdentifier;
use serde_json::Value;

/// Of an image in the caller's own registry; `None`: it is not there.
///
/// # Errors
/// As [`Shelf::configuration`].
pub(crate) async fn config_of(
    cloud: &Cloud,
    repository: &str,
    image: &str,
    run: &Run,
) -> Result<Option<Value>> {
    let shelf = Shelf { cloud, account: None, repository, architecture: Architecture::X86_64 };
    shelf.configuration(image, run).await
}

impl Shelf<'_> {
    /// Of the image of this digest; `None`: it is not there.
    ///
    /// # Errors
    /// As the calls; what does not let itself be downloaded, or is no configuration.
    pub(super) async fn configuration(&self, image: &str, run: &Run) -> Result<Option<Value>> {
        let id = ImageIdentifier::builder().image_digest(image).build();
        let Some(manifest) = self.manifest(id, run).await? else { return Ok(None) };
        let digest =
            manifest["config"]["digest"].as_str().context("the image's manifest names no configuration")?;
        let request = self.cloud.ecr.get_download_url_for_layer().repository_name(self.repository);
        let request = request.set_registry_id(self.account.map(str::to_owned)).layer_digest(digest);
        let answer = call(run, "GetDownloadUrlForLayer", || request.clone().send()).await.found()?;
        let Some(url) = answer.and_then(|a| a.download_url) else { return Ok(None) };
        let config = self.cloud.download(&url).await.context("reading the image's configuration")?;
        Ok(Some(serde_json::from_slice(&config).context("the image's configuration")?))
    }
}
