//! The hash that names an image: over everything that goes into its build, and nothing else.

use super::{
    changed::{Changed, Digest, PartHashes},
    context::{BuildContext, ContextEntry, EntryKind},
};
use anyhow::{Context as _, Result, anyhow, bail};
use lambdeploy_stack::files;
use lambdeploy_stack::{Architecture, Build};
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Bytes read at once.
pub(super) const BUFFER: usize = 1 << 20;

/// Files are hashed by this many threads: a disk and a core are busy at the same time.
const THREADS: usize = 4;

/// Hashes all files of `context`, in parallel; the digests are in the order of its entries (zero for what is no file).
///
/// # Errors
/// A file that can't be read, or whose size is another than when it was listed.
pub(super) fn digests(context: &BuildContext) -> Result<Vec<Digest>> {
    let next = AtomicUsize::new(0);
    let mut digests = vec![Digest::default(); context.entries.len()];
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| work(&context.entries, &next))).collect();
        workers
            .into_iter()
            .map(|w| w.join().map_err(|_| anyhow!("a hashing thread died"))?)
            .collect::<Result<Vec<_>>>()
    })?;
    for (at, digest) in parts.into_iter().flatten() {
        digests[at] = digest;
    }
    Ok(digests)
}

fn work(entries: &[ContextEntry], next: &AtomicUsize) -> Result<Vec<(usize, Digest)>> {
    let mut done = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(entry) = entries.get(at) else { return Ok(done) };
        if let EntryKind::File { size, .. } = entry.kind {
            done.push((at, file(entry, size, &mut buffer)?));
        }
    }
}

fn file(entry: &ContextEntry, size: u64, buffer: &mut [u8]) -> Result<Digest> {
    // No more than tells that it grew: somebody may write to it faster than it can be read.
    let (digest, read) = content(&mut open(entry)?.take(size + 1), buffer)
        .with_context(|| format!("cannot read {}", entry.path.display()))?;
    if read != size {
        return Err(Changed::of(entry).into());
    }
    Ok(digest)
}

/// Digest and length of what is left of `file`.
pub(super) fn content(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<(Digest, u64)> {
    let (mut hasher, mut read) = (Sha256::new(), 0);
    loop {
        match file.read(buffer) {
            Ok(0) => break,
            Ok(n) => {
                hasher.update(&buffer[..n]);
                read += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok((hasher.finalize().into(), read))
}

/// The hash of an image archive for an architecture.
///
/// # Errors
/// The file can't be read, or is written meanwhile.
pub(super) fn archive(path: &Path, architecture: Architecture) -> Result<String> {
    let read = || -> io::Result<_> {
        let file = files::open(path)?;
        let size = file.metadata()?.len();
        Ok((size, content(&mut file.take(size + 1), &mut vec![0; BUFFER])?))
    };
    let (size, (digest, bytes)) = read().with_context(|| format!("cannot read {}", path.display()))?;
    if size != bytes {
        bail!(
            "{} changed while it was being read: run the same command again when nothing writes to it",
            path.display()
        );
    }
    let mut text = EntryHash(Sha256::new());
    text.put(b"lambdeploy archive 1");
    text.put(architecture.platform().as_bytes());
    text.put(&digest);
    Ok(hex::encode(text.0.finalize()))
}

/// # Errors
/// The file can't be read; [`Changed`] if it is gone.
pub(super) fn open(entry: &ContextEntry) -> Result<File> {
    File::open(&entry.path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Changed::of(entry).into(),
        _ => anyhow::Error::from(error).context(format!("cannot read {}", entry.path.display())),
    })
}

/// The hash of the whole build, 64 hex digits.
///
/// Everything is written with its length before it, so no two builds have the same text. Times are not in it: two clones
/// of one commit agree.
pub(super) fn build(
    context: &BuildContext,
    digests: &[Digest],
    build: &Build,
    architecture: Architecture,
) -> String {
    let mut text = EntryHash(Sha256::new());
    text.put(b"lambdeploy image 1");
    text.put(architecture.platform().as_bytes());
    text.put(build.target.as_deref().unwrap_or_default().as_bytes());
    text.count(build.args.len());
    for (name, value) in &build.args {
        text.put(name.as_bytes());
        text.put(value.as_bytes());
    }
    text.put(&digests[context.dockerfile]);
    for (entry, digest) in context.entries.iter().zip(digests).filter(|(e, _)| !e.builders_own) {
        text.entry(entry, digest);
    }
    hex::encode(text.0.finalize())
}

/// Each entry by its name, and the hash of all that counts of it.
pub(super) fn parts(context: &BuildContext, digests: &[Digest]) -> PartHashes {
    let part = |(entry, digest): (&ContextEntry, &Digest)| {
        let mut text = EntryHash(Sha256::new());
        text.entry(entry, digest);
        (entry.name.clone(), text.0.finalize().into())
    };
    context.entries.iter().zip(digests).map(part).collect()
}

struct EntryHash(Sha256);

impl EntryHash {
    fn count(&mut self, n: usize) {
        self.0.update((n as u64).to_be_bytes());
    }

    fn put(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.update(bytes);
    }

    fn entry(&mut self, entry: &ContextEntry, digest: &Digest) {
        self.put(&entry.name);
        match &entry.kind {
            EntryKind::Folder => self.put(b"folder"),
            EntryKind::Link { target } => {
                self.put(b"link");
                self.put(target);
            }
            EntryKind::File { executable, .. } => {
                self.put(if *executable { b"executable" } else { b"file" });
                self.put(digest);
            }
        }
    }
}
