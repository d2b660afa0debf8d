//! Finding images by id, and deleting them: a tag that is not the last only goes off, an image takes with it the blobs
//! that no other manifest of its repository names.

use super::{
    constraint::digest_reason,
    image::{Image, ImageId},
    state::Repository,
};
use crate::blobs::is_digest;
use std::collections::BTreeSet;

/// Why one id of a batch failed; the batch itself succeeds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FailedId {
    pub code: &'static str,
    pub reason: String,
}

impl FailedId {
    pub(crate) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    pub(crate) fn not_found() -> Self {
        Self::new("ImageNotFound", "Requested image not found")
    }
}

/// What a deletion did.
#[derive(Debug, Default)]
pub(crate) struct Deleted {
    pub ids: Vec<ImageId>,
    /// Blobs that this repository does not know any more.
    pub blobs: Vec<String>,
}

impl Repository {
    /// The image of an id.
    pub(crate) fn find(&self, id: &ImageId) -> Result<&Image, FailedId> {
        let by_tag = || id.tag().and_then(|t| self.image_tags.get(t));
        match (id.digest(), id.tag()) {
            (None, None) => Err(FailedId::new(
                "MissingDigestAndTag",
                "Invalid request parameters: both tag and digest cannot be null",
            )),
            (Some(digest), _) if !is_digest(digest) => {
                Err(FailedId::new("InvalidImageDigest", digest_reason()))
            }
            (Some(digest), Some(tag)) if by_tag().is_some_and(|d| d != digest) => Err(FailedId::new(
                "ImageTagDoesNotMatchDigest",
                format!("Requested image tag '{tag}' does not match the digest '{digest}'"),
            )),
            (Some(digest), None) => self.images.get(digest).ok_or_else(FailedId::not_found),
            (_, Some(_)) => by_tag().and_then(|d| self.images.get(d)).ok_or_else(FailedId::not_found),
        }
    }

    /// By digest: the image with all its tags. By tag: the tag, and with the last one the image.
    pub(crate) fn delete_image(&mut self, id: &ImageId) -> Result<Deleted, FailedId> {
        let digest = self.find(id)?.digest.clone();
        let tags: Vec<String> = self.tags_of(&digest).map(str::to_owned).collect();
        match id.tag() {
            Some(tag) if tags.len() > 1 => {
                self.image_tags.remove(tag);
                Ok(Deleted { ids: vec![ImageId::new(&digest, Some(tag))], blobs: Vec::new() })
            }
            _ => self.remove_image(&digest, &tags),
        }
    }

    fn remove_image(&mut self, digest: &str, tags: &[String]) -> Result<Deleted, FailedId> {
        let lists: Vec<_> = self
            .images
            .values()
            .filter(|i| i.children.iter().any(|c| c == digest))
            .map(|i| i.digest.as_str())
            .collect();
        if !lists.is_empty() {
            let reason = format!("Requested image referenced by manifest list: [{}]", lists.join(", "));
            return Err(FailedId::new("ImageReferencedByManifestList", reason));
        }
        let image = self.images.remove(digest).ok_or_else(FailedId::not_found)?;
        for tag in tags {
            self.image_tags.remove(tag);
        }
        let ids = match tags {
            [] => vec![ImageId::new(digest, None)],
            tags => tags.iter().map(|t| ImageId::new(digest, Some(t))).collect(),
        };
        Ok(Deleted { ids, blobs: self.forget_blobs(&image) })
    }

    /// Forgets the blobs of an image that is gone, except those that others need.
    fn forget_blobs(&mut self, gone: &Image) -> Vec<String> {
        let needed: BTreeSet<_> = self.images.values().flat_map(Image::blobs).collect();
        let free: Vec<_> = gone.blobs().filter(|b| !needed.contains(b)).cloned().collect();
        for blob in &free {
            self.layers.remove(blob);
        }
        free
    }
}
