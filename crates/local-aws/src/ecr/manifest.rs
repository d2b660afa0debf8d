//! Reading manifests: of one image, or an index of several, in OCI's or Docker's media types.

use oci_spec::image::{Descriptor, ImageIndex, ImageManifest, MediaType};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// ECR's limit of a manifest.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What a manifest names.
pub(crate) struct Manifest {
    pub media_type: String,
    pub config: Option<Descriptor>,
    /// Without those that are not distributed (their content is elsewhere).
    pub layers: Vec<Descriptor>,
    pub children: Vec<Descriptor>,
    pub subject: Option<Descriptor>,
}

impl Manifest {
    /// Reads a manifest that was declared to be of a media type, or else says so itself.
    ///
    /// # Errors
    /// A sentence that says why it is no manifest.
    pub(crate) fn read(text: &str, declared: Option<&str>) -> Result<Self, String> {
        let document: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let own = document["mediaType"].as_str();
        if let (Some(own), Some(declared)) = (own, declared)
            && own != declared
        {
            return Err(format!("mediaType in manifest is '{own}', but it was declared as '{declared}'"));
        }
        let guess = if document["manifests"].is_array() { OCI_INDEX } else { OCI_MANIFEST };
        match own.or(declared).unwrap_or(guess) {
            kind @ (OCI_MANIFEST | DOCKER_MANIFEST) => Ok(Self::of_image(kind, typed(&document)?)),
            kind @ (OCI_INDEX | DOCKER_LIST) => Ok(Self::of_index(kind, typed(&document)?)),
            other => Err(format!("manifest media type '{other}' is not supported")),
        }
    }

    fn of_image(kind: &str, manifest: ImageManifest) -> Self {
        Self {
            media_type: kind.to_owned(),
            config: Some(manifest.config().clone()),
            layers: manifest.layers().iter().filter(|l| is_distributed(l)).cloned().collect(),
            children: Vec::new(),
            subject: manifest.subject().clone(),
        }
    }

    fn of_index(kind: &str, index: ImageIndex) -> Self {
        Self {
            media_type: kind.to_owned(),
            config: None,
            layers: Vec::new(),
            children: index.manifests().clone(),
            subject: index.subject().clone(),
        }
    }

    /// Every blob that has to be there before it.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        self.layers.iter().chain(&self.config)
    }
}

fn typed<T: DeserializeOwned>(document: &Value) -> Result<T, String> {
    if document["schemaVersion"] != 2 {
        return Err("schemaVersion is not 2".to_owned());
    }
    T::deserialize(document).map_err(|e| e.to_string())
}

fn is_distributed(layer: &Descriptor) -> bool {
    match layer.media_type() {
        MediaType::ImageLayerNonDistributable
        | MediaType::ImageLayerNonDistributableGzip
        | MediaType::ImageLayerNonDistributableZstd => false,
        other => !other.to_string().contains(".foreign."),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn descriptor(kind: &str) -> Value {
        json!({"mediaType": kind, "digest": format!("sha256:{}", "a".repeat(64)), "size": 3})
    }

    #[test]
    fn layers_from_elsewhere_need_not_be_here() {
        let layers = json!([
            descriptor("application/vnd.docker.image.rootfs.diff.tar.gzip"),
            descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
        ]);
        let config = descriptor("application/vnd.docker.container.image.v1+json");
        let text =
            json!({"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config, "layers": layers});
        let manifest = Manifest::read(&text.to_string(), None).unwrap();
        assert_eq!(manifest.layers.len(), 1);
        assert_eq!(manifest.blobs().count(), 2);
    }

    #[test]
    fn what_is_no_manifest_says_why() {
        let why = |text: Value, declared| Manifest::read(&text.to_string(), declared).err().unwrap();
        assert!(why(json!({"schemaVersion": 1}), None).contains("schemaVersion"));
        assert!(why(json!({"mediaType": OCI_INDEX}), Some(OCI_MANIFEST)).contains("declared"));
        assert!(why(json!({}), Some("text/plain")).contains("'text/plain' is not supported"));
    }
}
