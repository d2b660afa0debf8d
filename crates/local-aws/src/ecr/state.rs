//! The registry of one account in one region, as data.

use super::{image::Image, time::is_past};
use jiff::Timestamp;
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Ecr {
    /// By name.
    pub repositories: BTreeMap<String, Repository>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Repository {
    pub name: String,
    pub arn: String,
    pub created: Timestamp,
    pub mutability: Mutability,
    pub scan_on_push: bool,
    pub encryption: Encryption,
    /// The resource's tags, not the images'.
    pub tags: BTreeMap<String, String>,
    pub policy: Option<RepositoryPolicy>,
    pub lifecycle_policy: Option<String>,
    /// Image tag to manifest digest.
    pub image_tags: BTreeMap<String, String>,
    /// By manifest digest.
    pub images: BTreeMap<String, Image>,
    /// Digest and size in bytes of the blobs that this repository knows. Not part of a dump: a blob that no manifest
    /// names is invisible, and the others are named by their manifests.
    #[serde(skip)]
    pub layers: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Encryption {
    pub encryption_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

/// Whether a tag can move to another image.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Mutability {
    pub mode: String,
    /// Tags with `*` for which the opposite holds.
    pub exclusions: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct RepositoryPolicy {
    /// In ECR's layout.
    pub text: String,
    pub since: Timestamp,
    /// What others went by when this was set.
    #[serde(skip)]
    pub former: Option<String>,
}

impl Ecr {
    /// The image that `reference`, a tag or a digest (`sha256:…`), names in `repository`.
    pub(crate) fn image(&self, repository: &str, reference: &str) -> Option<&Image> {
        self.repositories.get(repository)?.image(reference)
    }

    /// The tags of the repository that an ARN names.
    pub(crate) fn tags_of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        let name = arn.splitn(6, ':').nth(5)?.strip_prefix("repository/")?;
        Some(self.repositories.get(name)?.tags.clone())
    }
}

impl RepositoryPolicy {
    /// What others go by: a policy younger than `delay` is not seen yet.
    pub(crate) fn seen(&self, now: Timestamp, delay: Duration) -> Option<&str> {
        if is_past(self.since, delay, now) { Some(&self.text) } else { self.former.as_deref() }
    }
}

impl Repository {
    /// What can be pulled by a tag or digest: nothing that is in the archive.
    pub(crate) fn image(&self, reference: &str) -> Option<&Image> {
        let digest = self.image_tags.get(reference).map_or(reference, String::as_str);
        self.images.get(digest).filter(|image| !image.is_archived())
    }

    /// The account whose registry it is in.
    pub(crate) fn registry(&self) -> &str {
        self.arn.split(':').nth(4).unwrap_or_default()
    }

    /// The tags of an image, in order.
    pub(crate) fn tags_of<'a>(&'a self, digest: &'a str) -> impl Iterator<Item = &'a str> {
        self.image_tags.iter().filter(move |(_, d)| *d == digest).map(|(tag, _)| tag.as_str())
    }
}
