//! Pushing an image from a file, without an engine: an OCI layout as tar, or what `docker save` writes (old and new).

use super::{
    OnProgress, Progress,
    blob::{Blob, BlobContent},
    distribution::Distribution,
    hints::explain_push,
    image_file::{ImageFile, Layer, Picked, Zstd},
};
use anyhow::{Context as _, Result, anyhow, bail};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    io::{self, BufWriter, Read, Write},
    path::Path,
};
use tempfile::NamedTempFile;

pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// An image in a file.
pub(super) struct What<'a> {
    pub path: &'a Path,
    /// What to call it in errors.
    pub name: &'a str,
    /// What to do if it has layers in zstd.
    pub zstd: &'a str,
}

impl<'a> What<'a> {
    /// The person's own file; `name` is its path.
    pub(super) fn archive(path: &'a Path, name: &'a str) -> Self {
        const ZSTD: &str = "write the archive with `docker buildx build --output type=oci,dest=FILE,compression=gzip,\
                            force-compression=true`";
        Self { path, name, zstd: ZSTD }
    }
}

/// Uploads the image for `architecture` (OCI's name) and puts a manifest of this one platform under `tag`. Gives the
/// manifest's digest.
///
/// # Errors
/// A file that is no image archive or holds none for the architecture, layers Lambda does not take, what the registry says.
pub(super) async fn push(
    to: &Distribution<'_>,
    what: &What<'_>,
    architecture: &str,
    tag: &str,
    progress: OnProgress<'_>,
) -> Result<String> {
    let (path, wanted) = (what.path.to_owned(), architecture.to_owned());
    let picked = tokio::task::spawn_blocking(move || ImageFile::open(&path)?.pick(&wanted)).await?;
    let picked = picked.map_err(|e| if e.is::<Zstd>() { anyhow!("{e}: {}", what.zstd) } else { e });
    let picked = picked.with_context(|| what.name.to_owned())?;
    upload(to, what.path, picked, tag, progress).await.map_err(|e| anyhow!(explain_push(&format!("{e:#}"))))
}

async fn upload(
    to: &Distribution<'_>,
    file: &Path,
    picked: Picked,
    tag: &str,
    progress: OnProgress<'_>,
) -> Result<String> {
    let mut total = Total { progress, before: 0, total: picked.layers.iter().map(|l| l.size).sum() };
    let mut layers = Vec::new();
    for (n, layer) in picked.layers.iter().enumerate() {
        let kept = ready(file, layer, n, picked.layers.len(), progress).await?;
        total.total = total.total - layer.size + kept.blob.size;
        to.upload(&kept.blob, &|done| total.tell(done)).await?;
        total.before += kept.blob.size;
        layers.push(kept.blob);
    }
    let config = Blob::of(picked.config);
    to.upload(&config, &|_| {}).await?;
    let (media_type, manifest) = match picked.manifest {
        Some(unchanged) => unchanged,
        None => (OCI_MANIFEST.to_owned(), manifest(&config, &layers)),
    };
    to.put_manifest(tag, &media_type, manifest.into()).await
}

/// Turns the bytes of one blob after the other into progress of all.
struct Total<'a> {
    progress: OnProgress<'a>,
    before: u64,
    total: u64,
}

impl Total<'_> {
    fn tell(&self, done: u64) {
        (self.progress)(Progress::Bytes { done: self.before + done, total: self.total });
    }
}

/// A layer that can be uploaded, and the temporary file it may live in.
struct Ready {
    blob: Blob,
    _file: Option<NamedTempFile>,
}

async fn ready(file: &Path, layer: &Layer, n: usize, of: usize, progress: OnProgress<'_>) -> Result<Ready> {
    if let Some(digest) = &layer.gzip_digest {
        let content = BlobContent::Part { path: file.to_owned(), offset: layer.offset };
        return Ok(Ready { blob: Blob { digest: digest.clone(), size: layer.size, content }, _file: None });
    }
    progress(Progress::Line(format!("compressing layer {} of {of}", n + 1)));
    let (file, layer) = (file.to_owned(), layer.clone());
    tokio::task::spawn_blocking(move || compress(&file, &layer))
        .await?
        .with_context(|| format!("layer {}", n + 1))
}

/// Gzips a layer into a temporary file; equal layers give equal bytes.
fn compress(file: &Path, layer: &Layer) -> Result<Ready> {
    let temporary = NamedTempFile::new().context("no temporary file for a layer")?;
    let out = Hashing::new(BufWriter::new(temporary.as_file()));
    let mut plain = Hashing::new(GzEncoder::new(out, Compression::default()));
    let copied = io::copy(&mut layer.open(file)?.take(layer.size), &mut plain)?;
    let (gzip, plain_digest) = plain.finish();
    if copied != layer.size || layer.diff_id.as_ref().is_some_and(|id| *id != plain_digest) {
        bail!("the archive is damaged: a layer is not what its configuration says");
    }
    let (mut out, digest) = gzip.finish()?.finish();
    out.flush()?;
    drop(out);
    let size = temporary.as_file().metadata()?.len();
    let content = BlobContent::Part { path: temporary.path().to_owned(), offset: 0 };
    Ok(Ready { blob: Blob { digest, size, content }, _file: Some(temporary) })
}

pub(super) fn manifest(config: &Blob, layers: &[Blob]) -> Vec<u8> {
    let descriptor = |media_type: &str, blob: &Blob| json!({"mediaType": media_type, "digest": blob.digest, "size": blob.size});
    let layers: Vec<_> = layers.iter().map(|l| descriptor(OCI_LAYER, l)).collect();
    json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": descriptor(OCI_CONFIG, config), "layers": layers})
        .to_string()
        .into_bytes()
}

/// Hashes what is written through it.
struct Hashing<W> {
    to: W,
    hasher: Sha256,
}

impl<W> Hashing<W> {
    fn new(to: W) -> Self {
        Self { to, hasher: Sha256::new() }
    }

    fn finish(self) -> (W, String) {
        (self.to, format!("sha256:{}", hex::encode(self.hasher.finalize())))
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.to.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
