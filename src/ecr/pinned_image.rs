//! `image.uri`: an image that somebody else put into ECR, pinned to the digest it has now.

use super::Shelf;
use crate::{
    aws::{Class, Cloud, is_class},
    engine::{Id, Run},
    stack::Architecture,
};
use anyhow::{Context as _, Error, Result, bail};
use aws_sdk_ecr::types::ImageIdentifier;
use std::rc::Rc;

/// `image.uri` of a function.
pub(crate) struct PinnedImage {
    pub cloud: Rc<Cloud>,
    pub key: String,
    /// `registry/repository:tag` or `registry/repository@sha256:…`
    pub uri: String,
    pub architecture: Architecture,
}

/// An image's URI, taken apart.
struct Parts<'a> {
    /// `registry/repository`
    uri: &'a str,
    /// Whose registry it is, and in which region.
    account: &'a str,
    region: &'a str,
    repository: &'a str,
    /// A tag; else it is a digest.
    by_tag: bool,
    reference: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self> {
        let (uri, reference, by_tag) = match text.split_once('@') {
            Some((uri, digest)) => (uri, digest, false),
            None => match text.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
                Some((uri, tag)) => (uri, tag, true),
                None => (text, "latest", true),
            },
        };
        let (host, repository) = uri.split_once('/').with_context(|| no_ecr(text))?;
        // `<account>.dkr.ecr.<region>.amazonaws.com`, or with IPv6 `<account>.dkr-ecr.<region>.on.aws`.
        let (account, rest) =
            host.split_once(".dkr.ecr.").or(host.split_once(".dkr-ecr.")).with_context(|| no_ecr(text))?;
        let region = rest.split('.').next().unwrap_or_default();
        Ok(Self { uri, account, region, repository, by_tag, reference })
    }

    fn id(&self) -> ImageIdentifier {
        let id = ImageIdentifier::builder();
        if self.by_tag {
            id.image_tag(self.reference).build()
        } else {
            id.image_digest(self.reference).build()
        }
    }
}

fn no_ecr(uri: &str) -> String {
    format!("image.uri {uri} is not an ECR image")
}

impl PinnedImage {
    /// The URI of its repository, which is not ours to manage.
    ///
    /// # Errors
    /// A URI that is none of ECR's.
    pub(crate) fn repository(self) -> Result<String> {
        Ok(Parts::of(&self.uri)?.uri.to_owned())
    }

    /// The digest that it has now.
    ///
    /// # Errors
    /// A URI that is none of ECR's or of another region; no such image; one that Lambda can't run; as the calls.
    pub(crate) async fn digest(self) -> Result<String> {
        let run = self.cloud.looking_at(&Id::of("image", &self.key));
        let parts = Parts::of(&self.uri)?;
        self.ensure_region(&parts)?;
        self.look(&parts, &run).await?.with_context(|| {
            format!("image.uri {}: account {} has no such image in {}", self.uri, parts.account, parts.region)
        })
    }

    fn ensure_region(&self, parts: &Parts<'_>) -> Result<()> {
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

    async fn look(&self, parts: &Parts<'_>, run: &Run) -> Result<Option<String>> {
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
