//! `image.uri`: an image that somebody else put into ECR, pinned to the digest it has now.

use super::{ImageUri, Shelf};
use crate::{
    aws::{Class, Cloud, is_class},
    engine::{Id, Run},
    stack::Architecture,
};
use anyhow::{Context as _, Error, Result, bail};
use std::rc::Rc;

/// `image.uri` of a function.
pub(crate) struct PinnedImage {
    pub cloud: Rc<Cloud>,
    pub key: String,
    /// `registry/repository:tag` or `registry/repository@sha256:…`
    pub uri: String,
    pub architecture: Architecture,
}

impl PinnedImage {
    /// The URI of its repository, which is not ours to manage.
    ///
    /// # Errors
    /// A URI that is none of ECR's.
    pub(crate) fn repository(self) -> Result<String> {
        Ok(ImageUri::of(&self.uri)?.uri.to_owned())
    }

    /// The digest that it has now.
    ///
    /// # Errors
    /// A URI that is none of ECR's or of another region; no such image; one that Lambda can't run; as the calls.
    pub(crate) async fn digest(self) -> Result<String> {
        let run = self.cloud.looking_at(&Id::of("image", &self.key));
        let parts = ImageUri::of(&self.uri)?;
        self.ensure_region(&parts)?;
        self.look(&parts, &run).await?.with_context(|| {
            format!("image.uri {}: account {} has no such image in {}", self.uri, parts.account, parts.region)
        })
    }

    fn ensure_region(&self, parts: &ImageUri<'_>) -> Result<()> {
        let here = &self.cloud.region;
        if parts.region == here {
            return Ok(());
        }
        bail!(
            "image.uri {} is in the region {}, and Lambda in {here} pulls from {here} only: copy the image to a repository there \
             (ECR can replicate it), or deploy to {}",
            self.uri,
            parts.region,
            parts.region
        )
    }

    async fn look(&self, parts: &ImageUri<'_>, run: &Run) -> Result<Option<String>> {
        let own = self.cloud.identify().await?.account == parts.account;
        let account = Some(parts.account).filter(|_| !own);
        let (repository, architecture) = (parts.repository, self.architecture);
        let shelf = Shelf { cloud: &self.cloud, account, repository, architecture };
        match shelf.runnable(parts.id(), run).await {
            Err(e) if !own && is_denied(&e) && !parts.by_tag => {
                // Lambda may pull what this caller may not see, and a digest needs no look.
                run.note(format!("can't check {} in account {}: using the digest as it is written", self.uri, parts.account));
                Ok(Some(parts.reference.to_owned()))
            }
            Err(e) if !own && is_denied(&e) => Err(e.context(format!(
                "image.uri {} is in account {}, whose repository policy has to allow ecr:BatchGetImage and \
                 ecr:GetDownloadUrlForLayer to this account and to lambda.amazonaws.com; without the first, write the digest instead of the tag",
                self.uri, parts.account
            ))),
            looked => looked,
        }
    }
}

fn is_denied(error: &Error) -> bool {
    is_class(error, Class::Denied)
}
