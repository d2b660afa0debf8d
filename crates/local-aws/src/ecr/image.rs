//! An image in a repository: a manifest, and what is known about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Image {
    pub digest: String,
    pub media_type: String,
    /// The manifest, byte for byte as it was pushed.
    pub manifest: String,
    /// Media type of the config; an index has none.
    pub artifact_media_type: Option<String>,
    /// Digest of the config blob; an index has none.
    pub config: Option<String>,
    pub layers: Vec<String>,
    /// The manifests of an index.
    pub children: Vec<String>,
    pub subject: Option<String>,
    pub pushed_at: Timestamp,
    /// It is in the archive since then: described and listed, never pulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Bytes of config and layers; for an index those of its largest image.
    pub size: u64,
}

impl Image {
    pub(crate) fn is_archived(&self) -> bool {
        self.archived_at.is_some()
    }

    /// Every blob that this manifest names.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = &String> {
        self.layers.iter().chain(&self.config)
    }
}

/// How requests and replies name an image: by digest, tag or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ImageId {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_tag: Option<String>,
}

impl ImageId {
    pub(crate) fn new(digest: &str, tag: Option<&str>) -> Self {
        Self { image_digest: Some(digest.to_owned()), image_tag: tag.map(str::to_owned) }
    }

    pub(crate) fn digest(&self) -> Option<&str> {
        self.image_digest.as_deref()
    }

    pub(crate) fn tag(&self) -> Option<&str> {
        self.image_tag.as_deref()
    }
}
