//! The URI of an image in ECR.

use anyhow::{Context as _, Result};
use aws_sdk_ecr::types::ImageIdentifier;

/// An image's URI, taken apart.
pub(crate) struct ImageUri<'a> {
    /// `registry/repository`
    pub uri: &'a str,
    /// Whose registry it is, and in which region.
    pub account: &'a str,
    pub region: &'a str,
    pub repository: &'a str,
    /// A tag; else it is a digest.
    pub by_tag: bool,
    pub reference: &'a str,
}

impl<'a> ImageUri<'a> {
    /// # Errors
    /// It is none of ECR's.
    pub(crate) fn of(text: &'a str) -> Result<Self> {
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

    pub(super) fn id(&self) -> ImageIdentifier {
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
