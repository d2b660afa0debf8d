//! An image of our registry as `docker load` takes it, for engines that can't reach the registry: streamed from the
//! blobs, so that no image is ever in memory or twice on the disk.

use crate::{lambda::sandbox::ImageRef, shared::Shared};
use anyhow::Context;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde_json::json;
use std::io;
use tokio::io::AsyncReadExt;

const CHUNK: usize = 256 * 1024;
/// A tar archive is made of blocks of this size, and ends with two empty ones.
const BLOCK: usize = 512;

/// One file of the archive.
struct ArchivedFile {
    name: String,
    size: u64,
    content: Content,
}

enum Content {
    Bytes(Bytes),
    File(tokio::fs::File),
}

/// The archive of an image, which the engine will know as `tag`.
///
/// # Errors
/// The image or one of its blobs is not in the registry.
pub(crate) async fn archive(
    shared: &Shared,
    image: &ImageRef,
    tag: &str,
) -> anyhow::Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static> {
    let entries = entries(shared, image, tag).await?;
    let end = Bytes::from_static(&[0; 2 * BLOCK]);
    Ok(stream::iter(entries).flat_map(tar).chain(stream::iter([Ok(end)])))
}

async fn entries(shared: &Shared, image: &ImageRef, tag: &str) -> anyhow::Result<Vec<ArchivedFile>> {
    let (config, layers) = {
        let mut world = shared.world();
        let ecr = &world.region(&image.account, &image.region).ecr;
        let found =
            ecr.image(&image.repository, &image.digest).context("the image is not in ECR any more")?;
        (found.config.clone().context("the image has no config")?, found.layers.clone())
    };
    let mut entries = Vec::new();
    for digest in layers.iter().chain([&config]) {
        let (file, size) = shared.blobs.open(digest).await?;
        let entry = ArchivedFile { name: name(digest), size, content: Content::File(file) };
        // A layer may occur twice in an image; once is enough for an archive.
        if entries.iter().all(|e: &ArchivedFile| e.name != entry.name) {
            entries.push(entry);
        }
    }
    let layers: Vec<_> = layers.iter().map(|l| name(l)).collect();
    let index = json!([{ "Config": name(&config), "RepoTags": [tag], "Layers": layers }]).to_string();
    let (size, content) = (index.len() as u64, Content::Bytes(index.into()));
    entries.push(ArchivedFile { name: "manifest.json".to_owned(), size, content });
    Ok(entries)
}

fn name(digest: &str) -> String {
    format!("{}.blob", digest.trim_start_matches("sha256:"))
}

/// Header, content and padding of one file.
fn tar(entry: ArchivedFile) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let padding = usize::try_from(entry.size.next_multiple_of(BLOCK as u64) - entry.size).unwrap_or_default();
    let head = stream::iter([header(&entry.name, entry.size)]);
    let content = match entry.content {
        Content::Bytes(bytes) => stream::iter([Ok(bytes)]).left_stream(),
        Content::File(file) => chunks(file).right_stream(),
    };
    head.chain(content).chain(stream::iter([Ok(Bytes::from(vec![0; padding]))]))
}

fn header(name: &str, size: u64) -> io::Result<Bytes> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    Ok(Bytes::copy_from_slice(header.as_bytes()))
}

fn chunks(file: tokio::fs::File) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold(file, |mut file| async {
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = (&mut file).take(CHUNK as u64).read_to_end(&mut chunk).await?;
        Ok((read > 0).then(|| (Bytes::from(chunk), file)))
    })
    .into_stream()
}
