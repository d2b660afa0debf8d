//! The context as a tar, streamed and hashed once more while it is sent.

use super::{
    changed::{Changed, Digest, PartHashes},
    context::{BuildContext, ContextEntry, EntryKind},
    hash::{self, BUFFER},
};
use anyhow::{Context as _, Result};
use bytes::Bytes;
use futures_util::{Stream, stream};
use lambdeploy_stack::{Architecture, Build};
use sha2::{Digest as _, Sha256};
use std::{
    io::{self, Read, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinHandle};

/// Chunks that wait to be sent: with [`BUFFER`] this bounds the memory a context takes.
const WAITING: usize = 4;

/// A tar under way.
pub(super) struct Sending {
    /// Ends with an error, and so breaks off the request, when the context is not what was hashed.
    pub body: std::pin::Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
    /// Why it ended early; ask when the request failed.
    pub outcome: JoinHandle<Result<()>>,
}

/// Starts to send the context of `build`, which must still hash to `fingerprint`; `hashed` says what of it changed, if not.
pub(super) fn send(
    build: Build,
    architecture: Architecture,
    fingerprint: String,
    hashed: Arc<PartHashes>,
) -> Sending {
    let (to, from) = mpsc::channel(WAITING);
    let outcome = tokio::task::spawn_blocking(move || {
        let done = write(&build, architecture, (&fingerprint, &hashed), Chunks::new(to.clone()));
        if let Err(e) = &done {
            // Whoever waits for the rest must see an error, not an end.
            let _gone = to.blocking_send(Err(io::Error::other(format!("{e:#}"))));
        }
        done
    });
    let body = stream::unfold(from, |mut from| async { from.recv().await.map(|chunk| (chunk, from)) });
    Sending { body: Box::pin(body), outcome }
}

/// Writes the tar to `to`, its end only when the context is what was hashed.
fn write(
    build: &Build,
    architecture: Architecture,
    (fingerprint, hashed): (&str, &PartHashes),
    to: impl Write,
) -> Result<()> {
    let context = BuildContext::list(build)?;
    let mut digests = vec![Digest::default(); context.entries.len()];
    let mut tar = tar::Builder::new(to);
    // BuildKit looks at the first KiB to see that this is a tar: a long name or a precise time must not be there.
    digests[context.dockerfile] = append(&mut tar, &context.entries[context.dockerfile], Time::Seconds)?;
    for (at, entry) in context.entries.iter().enumerate().filter(|(at, _)| *at != context.dockerfile) {
        digests[at] = append(&mut tar, entry, Time::Exact)?;
    }
    if hash::build(&context, &digests, build, architecture) != fingerprint {
        return Err(Changed::between(hashed, &hash::parts(&context, &digests)).into());
    }
    tar.into_inner()?.flush()?;
    Ok(())
}

/// How precisely an entry says when it was written.
enum Time {
    Seconds,
    /// A record of its own before the entry: two edits in one second are two to `make`.
    Exact,
}

fn append(tar: &mut tar::Builder<impl Write>, entry: &ContextEntry, time: Time) -> Result<Digest> {
    let mut header = header(entry);
    let name = path_of(&entry.name)?;
    let sending = || format!("sending {}", entry.path.display());
    if matches!(time, Time::Exact) && entry.modified.subsec_nanos() > 0 {
        append_time(tar, entry.modified).with_context(sending)?;
    }
    match &entry.kind {
        EntryKind::Folder => tar.append_data(&mut header, name, io::empty()).map(|()| Digest::default()),
        EntryKind::Link { target } => {
            tar.append_link(&mut header, name, path_of(target)?).map(|()| Digest::default())
        }
        EntryKind::File { size, .. } => {
            let mut content =
                Content { file: hash::open(entry)?, left: *size, hasher: Sha256::new(), changed: false };
            let sent = tar.append_data(&mut header, name, &mut content);
            if content.changed {
                return Err(Changed::of(entry).into());
            }
            sent.map(|()| content.hasher.finalize().into())
        }
    }
    .with_context(sending)
}

/// The record that gives the next entry a time of more than seconds (POSIX pax): its length, then what it says.
fn append_time(tar: &mut tar::Builder<impl Write>, time: Duration) -> io::Result<()> {
    let says = format!(" mtime={}.{:09}\n", time.as_secs(), time.subsec_nanos());
    // Its digits count too; there are two of them, as there are below 100 bytes.
    let record = format!("{}{says}", says.len() + 2);
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XHeader);
    header.set_size(record.len() as u64);
    header.set_cksum();
    tar.append(&header, record.as_bytes())
}

/// The entry as every machine has it, but for its time: what is built from older files stays built (make, cargo, ccache).
fn header(entry: &ContextEntry) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    let (entry_type, mode) = match &entry.kind {
        EntryKind::Folder => (tar::EntryType::Directory, 0o755),
        EntryKind::Link { .. } => (tar::EntryType::Symlink, 0o777),
        EntryKind::File { executable: true, .. } => (tar::EntryType::Regular, 0o755),
        EntryKind::File { executable: false, .. } => (tar::EntryType::Regular, 0o644),
    };
    header.set_entry_type(entry_type);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(entry.modified.as_secs());
    header.set_size(entry.kind.size());
    header
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)]
fn path_of(name: &[u8]) -> Result<&Path> {
    use std::os::unix::ffi::OsStrExt;
    Ok(Path::new(std::ffi::OsStr::from_bytes(name)))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> Result<&Path> {
    Ok(Path::new(std::str::from_utf8(name)?))
}

/// Exactly the bytes that the header announced, hashed on their way.
struct Content {
    file: std::fs::File,
    left: u64,
    hasher: Sha256,
    /// There were fewer or more.
    changed: bool,
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        let shrunk = n == 0 && self.left > 0 && !buffer.is_empty();
        if shrunk || n as u64 > self.left {
            self.changed = true;
            return Err(io::Error::other("the file changed"));
        }
        self.hasher.update(&buffer[..n]);
        self.left -= n as u64;
        Ok(n)
    }
}

/// Collects what is written into chunks for the channel.
struct Chunks {
    to: mpsc::Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Chunks {
    fn new(to: mpsc::Sender<io::Result<Bytes>>) -> Self {
        Self { to, buffer: Vec::with_capacity(BUFFER) }
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(BUFFER));
        if chunk.is_empty() {
            return Ok(());
        }
        self.to.blocking_send(Ok(chunk.into())).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

#[cfg(test)]
#[path = "tarball_tests.rs"]
mod tests;
