//! What an image archive holds, read without unpacking it.

use super::hash::{BUFFER, content, hex};
use anyhow::{Context as _, Result, anyhow, bail};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// A manifest, index or configuration is smaller than this.
const LARGEST_JSON: u64 = 16 * 1024 * 1024;

/// An image archive and where its members are.
pub struct ImageFile {
    path: PathBuf,
    members: BTreeMap<String, Member>,
}

#[derive(Debug, Clone)]
enum Member {
    File { offset: u64, size: u64 },
    Link(String),
}

/// One image of an archive, for one platform.
#[derive(Debug)]
pub struct Picked {
    pub config: Vec<u8>,
    pub layers: Vec<Layer>,
    /// Media type and bytes of the manifest, if it can be pushed as it is.
    pub manifest: Option<(String, Vec<u8>)>,
}

/// A layer inside an archive.
#[derive(Debug, Clone)]
pub struct Layer {
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
    pub fn open(&self, file: &Path) -> Result<impl Read> {
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
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).context("cannot read the image archive")?;
        let mut magic = [0; 2];
        if file.read(&mut magic)? == 2 && magic == [0x1f, 0x8b] {
            bail!("the image archive is compressed as a whole: gunzip it first");
        }
        file.rewind()?;
        let mut members = BTreeMap::new();
        for entry in tar::Archive::new(BufReader::new(file)).entries_with_seek()? {
            let entry = entry.context("not a tar")?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned();
            let member = match entry.link_name_bytes() {
                Some(target) if !entry.header().entry_type().is_file() => {
                    Member::Link(resolve(&name, &target, entry.header()))
                }
                _ => Member::File { offset: entry.raw_file_position(), size: entry.size() },
            };
            members.insert(name, member);
        }
        Ok(Self { path: path.to_owned(), members })
    }

    /// The one image for `architecture` (OCI's name).
    ///
    /// # Errors
    /// No image archive, none or several for that platform, a layer that Lambda does not take.
    pub fn pick(&self, architecture: &str) -> Result<Picked> {
        if self.members.contains_key("index.json") {
            self.pick_oci(architecture)
        } else if self.members.contains_key("manifest.json") {
            self.pick_saved(architecture)
        } else {
            bail!("neither an OCI layout (index.json) nor a `docker save` archive (manifest.json)")
        }
    }

    fn pick_oci(&self, architecture: &str) -> Result<Picked> {
        let (mut fitting, mut others) = (BTreeMap::new(), Vec::new());
        let index: Index = self.json("index.json")?;
        let mut open = index.manifests;
        while let Some(descriptor) = open.pop() {
            // Attestations say platform unknown/unknown.
            if descriptor.platform.as_ref().is_some_and(|p| p.os == "unknown") {
                continue;
            }
            let raw = match self.read(&blob(&descriptor.digest)?) {
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
            let config: Config = self.json(&blob(&manifest.config.digest)?)?;
            match (config.os.as_str(), config.architecture.as_str()) {
                ("linux", found) if found == architecture => {
                    drop(fitting.insert(descriptor.digest, (raw, manifest, config)))
                }
                // An attestation.
                ("unknown", _) => {}
                (os, found) => others.push(format!("{os}/{found}")),
            }
        }
        let (raw, manifest, config) = one(fitting.into_values(), &others, architecture)?;
        self.picked_oci(raw, &manifest, &config)
    }

    fn picked_oci(&self, raw: Vec<u8>, manifest: &Manifest, config: &Config) -> Result<Picked> {
        let mut layers = Vec::new();
        for (n, descriptor) in manifest.layers.iter().enumerate() {
            let layer = self.layer(&blob(&descriptor.digest)?, config.rootfs.diff_ids.get(n))?;
            if layer.gzip_digest.as_ref().is_some_and(|d| *d != descriptor.digest) {
                bail!("the archive is damaged: {} has other content", descriptor.digest);
            }
            layers.push(layer);
        }
        let media_type = manifest
            .media_type
            .clone()
            .unwrap_or_else(|| "application/vnd.oci.image.manifest.v1+json".into());
        let as_it_is = layers.iter().all(|l| l.gzip_digest.is_some());
        let config = self.read(&blob(&manifest.config.digest)?)?;
        Ok(Picked { config, layers, manifest: as_it_is.then_some((media_type, raw)) })
    }

    fn pick_saved(&self, architecture: &str) -> Result<Picked> {
        let (mut fitting, mut others) = (BTreeMap::new(), Vec::new());
        for saved in self.json::<Vec<Saved>>("manifest.json")? {
            let config: Config = self.json(&saved.config)?;
            match (config.os.as_str(), config.architecture.as_str()) {
                ("linux", found) if found == architecture => {
                    drop(fitting.insert(saved.config.clone(), (saved, config)))
                }
                // An attestation.
                ("unknown", _) => {}
                (os, found) => others.push(format!("{os}/{found}")),
            }
        }
        let (saved, config) = one(fitting.into_values(), &others, architecture)?;
        let layers = saved.layers.iter().enumerate();
        let layers = layers
            .map(|(n, name)| self.layer(name, config.rootfs.diff_ids.get(n)))
            .collect::<Result<Vec<_>>>()?;
        Ok(Picked { config: self.read(&saved.config)?, layers, manifest: None })
    }

    /// Finds a layer and how it is compressed.
    fn layer(&self, name: &str, diff_id: Option<&String>) -> Result<Layer> {
        let (offset, size) = self.find(name)?;
        let mut layer = Layer { offset, size, gzip_digest: None, diff_id: diff_id.cloned() };
        let mut magic = Vec::new();
        layer.open(&self.path)?.take(size.min(4)).read_to_end(&mut magic)?;
        match magic.as_slice() {
            [0x28, 0xb5, 0x2f, 0xfd] => return Err(Zstd(name.to_owned()).into()),
            [0x1f, 0x8b, ..] => layer.gzip_digest = Some(self.digest(&layer)?),
            _ => {}
        }
        Ok(layer)
    }

    fn digest(&self, layer: &Layer) -> Result<String> {
        let mut bytes = layer.open(&self.path)?.take(layer.size);
        let (digest, _) = content(&mut bytes, &mut vec![0; BUFFER])?;
        Ok(format!("sha256:{}", hex(&digest)))
    }

    fn find(&self, name: &str) -> Result<(u64, u64)> {
        let mut name = name;
        // `docker save` links a layer that it has already written; links to links would be damage.
        for _ in 0..8 {
            match self.members.get(name) {
                Some(Member::File { offset, size }) => return Ok((*offset, *size)),
                Some(Member::Link(target)) => name = target,
                None => break,
            }
        }
        Err(anyhow!("the archive lacks {name}"))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        let (offset, size) = self.find(name)?;
        if size > LARGEST_JSON {
            bail!("{name} is too large for what it is");
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(size).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        serde_json::from_slice(&self.read(name)?).with_context(|| format!("{name} in the archive"))
    }
}

/// A layer that Lambda does not take.
#[derive(Debug)]
pub struct Zstd(String);

impl fmt::Display for Zstd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "layer {} is zstd; Lambda takes gzip", self.0)
    }
}

impl std::error::Error for Zstd {}

fn one<T>(mut fitting: impl ExactSizeIterator<Item = T>, others: &[String], architecture: &str) -> Result<T> {
    match (fitting.len(), others) {
        (1, _) => fitting.next().context("counted above"),
        (0, []) => bail!("the archive holds no image"),
        (0, others) => {
            bail!("the archive holds no image for linux/{architecture}, only for {}", others.join(", "))
        }
        (n, _) => bail!("the archive holds {n} images for linux/{architecture}: save only one"),
    }
}

/// Where an OCI layout keeps a blob.
fn blob(digest: &str) -> Result<String> {
    let (algorithm, hex) = digest.split_once(':').with_context(|| format!("`{digest}` is no digest"))?;
    Ok(format!("blobs/{algorithm}/{hex}"))
}

/// A link's target as a member's name: hard links name a member, symbolic ones start at their own folder.
fn resolve(name: &str, target: &[u8], header: &tar::Header) -> String {
    let target = String::from_utf8_lossy(target);
    let mut parts: Vec<&str> = match header.entry_type().is_symlink() {
        true => name.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect(),
        false => Vec::new(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
