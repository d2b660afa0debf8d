//! `image.uri`: an image that somebody else put into this account's ECR, pinned to the digest it has now.

use super::{Context, ImageOutput, RepositoryOutput, image};
use crate::{
    aws::{FoundExt, call},
    engine::{Applied, Id, Live, Owner, Reporter, Resource},
    stack::Architecture,
};
use anyhow::{Context as _, Result, bail};
use aws_sdk_ecr::types::ImageIdentifier;

pub struct PinnedImage {
    pub at: Context,
    pub id: Id,
    /// `registry/repository:tag` or `registry/repository@sha256:…`
    pub uri: String,
    pub architecture: Architecture,
}

/// Its repository, which is not ours to manage.
pub struct ForeignRepository {
    pub id: Id,
    pub uri: String,
}

/// `registry/repository`, and how the image is named in it.
fn parts(uri: &str) -> Result<(&str, ImageIdentifier)> {
    if let Some((repository, digest)) = uri.split_once('@') {
        return Ok((repository, ImageIdentifier::builder().image_digest(digest).build()));
    }
    let (repository, tag) =
        uri.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).unwrap_or((uri, "latest"));
    if !repository.contains('/') {
        bail!("image.uri {uri} is no image in an ECR registry");
    }
    Ok((repository, ImageIdentifier::builder().image_tag(tag).build()))
}

impl Resource for PinnedImage {
    type Props = ();
    type Output = ImageOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn retained(&self) -> bool {
        true
    }

    fn wish(&self, _: Option<&Live<Self>>) -> Result<()> {
        Ok(())
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let to = self.at.cloud.reporter(&self.id);
        let (repository, id) = parts(&self.uri)?;
        let name = repository.split_once('/').map_or(repository, |(_, name)| name);
        let request = self.at.cloud.ecr.describe_images().repository_name(name).image_ids(id);
        let answer = call(&to, "DescribeImages", || request.clone().send()).await.found()?;
        let detail = answer.and_then(|a| a.image_details).and_then(|d| d.into_iter().next());
        let detail = detail
            .with_context(|| format!("image.uri {}: this account's ECR has no such image", self.uri))?;
        let digest = image::single(&self.at, name, self.architecture, &detail, &to).await?;
        let tag = detail.image_tags().first().cloned().unwrap_or_default();
        Ok(Some(Live { props: (), output: ImageOutput { digest, tag }, owner: Owner::Us }))
    }

    async fn create(&self, (): &(), _: &Reporter) -> Result<ImageOutput> {
        bail!("image.uri {} is not there", self.uri)
    }

    async fn update(&self, have: &Live<Self>, (): &(), _: &Reporter) -> Result<Applied<ImageOutput>> {
        Ok(Applied::in_place(have.output.clone()))
    }

    async fn delete(&self, _: &Live<Self>, _: &Reporter) -> Result<()> {
        Ok(())
    }
}

impl Resource for ForeignRepository {
    type Props = ();
    type Output = RepositoryOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn retained(&self) -> bool {
        true
    }

    fn wish(&self, _: Option<&Live<Self>>) -> Result<()> {
        Ok(())
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let (repository, _) = parts(&self.uri)?;
        let output = RepositoryOutput { uri: repository.to_owned(), arn: String::new() };
        Ok(Some(Live { props: (), output, owner: Owner::Us }))
    }

    async fn create(&self, (): &(), _: &Reporter) -> Result<RepositoryOutput> {
        bail!("image.uri {} names no repository", self.uri)
    }

    async fn update(&self, have: &Live<Self>, (): &(), _: &Reporter) -> Result<Applied<RepositoryOutput>> {
        Ok(Applied::in_place(have.output.clone()))
    }

    async fn delete(&self, _: &Live<Self>, _: &Reporter) -> Result<()> {
        Ok(())
    }
}
