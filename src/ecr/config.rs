//! The configuration of an image in ECR: what it was built of, and when.

use super::Shelf;
use crate::{
    aws::{Cloud, FoundExt, call},
    engine::Run,
    net::{Client, all_of, whole},
    stack::Architecture,
};
use anyhow::{Context as _, Result, ensure};
use aws_sdk_ecr::types::ImageIdentifier;
use serde_json::Value;

/// Of an image in the caller's own registry; `None`: it is not there.
///
/// # Errors
/// As the calls; what does not let itself be downloaded, or is no configuration.
pub(crate) async fn config_of(
    cloud: &Cloud,
    repository: &str,
    image: &str,
    run: &Run,
) -> Result<Option<Value>> {
    let shelf = Shelf { cloud, account: None, repository, architecture: Architecture::X86_64 };
    let id = ImageIdentifier::builder().image_digest(image).build();
    let Some(manifest) = shelf.manifest(id, run).await? else { return Ok(None) };
    let digest =
        manifest["config"]["digest"].as_str().context("the image's manifest names no configuration")?;
    let request = cloud.ecr.get_download_url_for_layer().repository_name(repository).layer_digest(digest);
    let answer = call(run, "GetDownloadUrlForLayer", || request.clone().send()).await.found()?;
    let Some(url) = answer.and_then(|a| a.download_url) else { return Ok(None) };
    let request = http::Request::get(url).body(whole(Vec::new()))?;
    let answer = Client::new(cloud.network.clone()).send(request).await?;
    ensure!(
        answer.status() == 200,
        "the image's configuration can't be downloaded: HTTP {}",
        answer.status()
    );
    Ok(Some(serde_json::from_slice(&all_of(answer.into_body()).await?)?))
}
