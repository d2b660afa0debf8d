//! What an image archive holds, read without unpacking it.

use super::{
    blob,
    hash::{BUFFER, content},
    image_members::Members,
};
use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// Indexes, manifests and configurations that are read of one archive.
const MOST_IMAGES: usize = 1_000;

/// Bytes of an image's layers together: Lambda's limit on an unpacked image.
const LARGEST_IMAGE: u64 = 10 * 1024 * 1024 * 1024;

/// Layers of one image; Docker makes no more than 127.
const MOST_LAYERS: usize = 1_000;

/// An image archive.
pub(super) struct ImageFile(Members);

/// One image of an archive, for one platform.
#[derive(Debug)]
pub(super) struct Picked {
    pub config: Vec<u8>,
    pub layers: Vec<Layer>,
    /// Media type and bytes of the manifest, if it can be pushed as it is.
    pub manifest: Option<(String, Vec<u8>)>,
}

/// A layer inside an archive.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub offset: u64,
    pub size: u64,
    /// The blob's digest, of a layer that is gzip already.
    pub gzip_digest: Option<String>,
    /// Digest of the plain layer, as the configuration has it.
    pub diff_id: Option<String>,
}

impl Layer {
    /// Opens `file` where the layer begins.
    ///
    /// # Errors
    /// The file can't be read.
    pub(super) fn open(&self, file: &Path) -> Result<impl Read> {
        let mut file = File::open(file)?;
        file.seek(SeekFrom::Start(self.offset))?;
        Ok(BufReader::with_capacity(1 << 20, file))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    digest: String,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    os: String,
    architecture: String,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    media_type: Option<String>,
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Config {
    os: String,
    architecture: String,
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    #[serde(default)]
    diff_ids: Vec<String>,
}

/// An image in `docker save`'s own `manifest.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    layers: Vec<String>,
}

impl ImageFile {
    /// Reads the archive's table of contents.
    ///
    /// # Errors
    /// The file can't be read or is no tar.
    pub(super) fn open(path: &Path) -> Result<Self> {
        Members::open(path).map(Self)
    }

    /// The one image for `architecture` (OCI's name).
    ///
    /// # Errors
    /// No image archive, none or several for that platform, a layer that Lambda does not take.
    pub(super) fn pick(&self, architecture: &str) -> Result<Picked> {
        if self.0.has("index.json") {
            self.pick_oci(architecture)
        } else if self.0.has("manifest.json") {
            self.pick_saved(architecture)
        } else {
            bail!("neither an OCI layout (index.json) nor a `docker save` archive (manifest.json)")
        }
    }

    fn pick_oci(&self, architecture: &str) -> Result<Picked> {
        let mut found = FoundImage::default();
        let index: Index = self.0.json("index.json")?;
        let mut open = index.manifests;
        let mut seen = BTreeSet::new();
        while let Some(descriptor) = open.pop() {
            // Attestations say platform unknown/unknown.
            if descriptor.platform.as_ref().is_some_and(|p| p.os == "unknown")
                || !seen.insert(descriptor.digest.clone())
            {
                continue;
            }
            ensure!(seen.len() <= MOST_IMAGES, "the archive names more than {MOST_IMAGES} images");
            let raw = match self.blob(&descriptor.digest) {
                Ok(raw) => raw,
                // `docker save` names platforms it did not pull.
                Err(_) if descriptor.platform.as_ref().is_some_and(|p| p.architecture != architecture) => {
                    continue;
                }
                Err(e) => return Err(e),
            };
            if let Ok(inner) = serde_json::from_slice::<Index>(&raw) {
                open.extend(inner.manifests);
                continue;
            }
            let manifest: Manifest = serde_json::from_slice(&raw).context("a manifest in the archive")?;
            let config = self.blob(&manifest.config.digest)?;
            let config: Config = serde_json::from_slice(&config).context("a configuration in the archive")?;
            found.add(descriptor.digest, (raw, manifest), config, architecture);
        }
        let ((raw, manifest), config) = found.one(architecture)?;
        self.picked_oci(raw, &manifest, &config)
    }

    fn picked_oci(&self, raw: Vec<u8>, manifest: &Manifest, config: &Config) -> Result<Picked> {
        let names =
            manifest.layers.iter().map(|layer| blob_name(&layer.digest)).collect::<Result<Vec<_>>>()?;
        let layers = self.layers(&names, config)?;
        for (layer, descriptor) in layers.iter().zip(&manifest.layers) {
            if layer.gzip_digest.as_ref().is_some_and(|d| *d != descriptor.digest) {
                bail!("the archive is damaged: {} has other content", descriptor.digest);
            }
        }
        let media_type = manifest
            .media_type
            .clone()
            .unwrap_or_else(|| "application/vnd.oci.image.manifest.v1+json".into());
        let as_it_is = layers.iter().all(|l| l.gzip_digest.is_some());
        let config = self.blob(&manifest.config.digest)?;
        Ok(Picked { config, layers, manifest: as_it_is.then_some((media_type, raw)) })
    }

    fn pick_saved(&self, architecture: &str) -> Result<Picked> {
        let (mut found, mut seen) = (FoundImage::default(), BTreeSet::new());
        for saved in self.0.json::<Vec<Saved>>("manifest.json")? {
            if seen.insert(saved.config.clone()) {
                ensure!(seen.len() <= MOST_IMAGES, "the archive names more than {MOST_IMAGES} images");
                let config: Config = self.0.json(&saved.config)?;
                found.add(saved.config.clone(), saved, config, architecture);
            }
        }
        let (saved, config) = found.one(architecture)?;
        let layers = self.layers(&saved.layers, &config)?;
        Ok(Picked { config: self.0.read(&saved.config)?, layers, manifest: None })
    }

    /// The layers of one image. How large they are together is known before any of them is read.
    fn layers(&self, names: &[String], config: &Config) -> Result<Vec<Layer>> {
        ensure!(names.len() <= MOST_LAYERS, "the image has {} layers", names.len());
        let mut bytes = 0_u64;
        for name in names {
            bytes = bytes.saturating_add(self.0.find(name)?.1);
        }
        ensure!(bytes <= LARGEST_IMAGE, "the image's layers have {} GB; Lambda takes 10", bytes >> 30);
        let layers = names.iter().enumerate();
        layers.map(|(n, name)| self.layer(name, config.rootfs.diff_ids.get(n))).collect()
    }

    /// Finds a layer and how it is compressed.
    fn layer(&self, name: &str, diff_id: Option<&String>) -> Result<Layer> {
        let (offset, size) = self.0.find(name)?;
        let mut layer = Layer { offset, size, gzip_digest: None, diff_id: diff_id.cloned() };
        let mut magic = Vec::new();
        layer.open(self.0.path())?.take(size.min(4)).read_to_end(&mut magic)?;
        match magic.as_slice() {
            [0x28, 0xb5, 0x2f, 0xfd] => return Err(Zstd(name.to_owned()).into()),
            [0x1f, 0x8b, ..] => layer.gzip_digest = Some(self.digest(&layer)?),
            _ => {}
        }
        Ok(layer)
    }

    fn digest(&self, layer: &Layer) -> Result<String> {
        let mut bytes = layer.open(self.0.path())?.take(layer.size);
        let (digest, _) = content(&mut bytes, &mut vec![0; BUFFER])?;
        Ok(format!("sha256:{}", hex::encode(digest)))
    }

    /// An index, a manifest or a configuration, which must be what its name says.
    fn blob(&self, digest: &str) -> Result<Vec<u8>> {
        let bytes = self.0.read(&blob_name(digest)?)?;
        ensure!(blob::digest(&bytes) == digest, "the archive is damaged: {digest} has other content");
        Ok(bytes)
    }
}

/// The images of an archive that fit, and for which platforms the others are.
struct FoundImage<T> {
    fitting: BTreeMap<String, (T, Config)>,
    others: Vec<String>,
}

impl<T> Default for FoundImage<T> {
    fn default() -> Self {
        Self { fitting: BTreeMap::new(), others: Vec::new() }
    }
}

/// A layer that Lambda does not take.
#[derive(Debug)]
pub(super) struct Zstd(String);

impl fmt::Display for Zstd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "layer {} is zstd; Lambda takes gzip", self.0)
    }
}

impl std::error::Error for Zstd {}

impl<T> FoundImage<T> {
    fn add(&mut self, name: String, image: T, config: Config, architecture: &str) {
        match (config.os.as_str(), config.architecture.as_str()) {
            ("linux", found) if found == architecture => drop(self.fitting.insert(name, (image, config))),
            // An attestation.
            ("unknown", _) => {}
            (os, found) => self.others.push(format!("{os}/{found}")),
        }
    }

    fn one(self, architecture: &str) -> Result<(T, Config)> {
        let (mut fitting, others) = (self.fitting.into_values(), self.others);
        match (fitting.len(), others.as_slice()) {
            (1, _) => fitting.next().context("counted above"),
            (0, []) => bail!("the archive holds no image"),
            (0, others) => {
                bail!("the archive holds no image for linux/{architecture}, only for {}", others.join(", "))
            }
            (n, _) => bail!("the archive holds {n} images for linux/{architecture}: save only one"),
        }
    }
}

/// Where an OCI layout keeps a blob. The other algorithm that OCI knows, sha512, nobody writes.
fn blob_name(digest: &str) -> Result<String> {
    let hex =
        digest.strip_prefix("sha256:").with_context(|| format!("`{digest}` is not a SHA-256 digest"))?;
    Ok(format!("blobs/sha256/{hex}"))
}
