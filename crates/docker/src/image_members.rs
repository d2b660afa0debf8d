//! The members of an image archive, found without unpacking it.

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use lambdeploy_stack::files;
use serde::de::DeserializeOwned;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Bytes of a manifest, index or configuration. Registries take 4 MiB.
const LARGEST_JSON: u64 = 4 * 1024 * 1024;

/// Bytes of all headers and long names of an archive: a hundred thousand members.
const TABLE_OF_CONTENTS: u64 = 64 * 1024 * 1024;

/// A tar and where its members are.
pub(super) struct Members {
    path: PathBuf,
    members: BTreeMap<String, Member>,
}

#[derive(Debug, Clone)]
enum Member {
    File { offset: u64, size: u64 },
    Link(String),
}

impl Members {
    /// Reads the archive's table of contents.
    ///
    /// # Errors
    /// The file can't be read or is no tar.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut file = files::open(path).context("cannot read the image archive")?;
        let length = file.metadata()?.len();
        let mut magic = [0; 2];
        if file.read(&mut magic)? == 2 && magic == [0x1f, 0x8b] {
            bail!("the image archive is compressed as a whole: gunzip it first");
        }
        file.rewind()?;
        let mut members = BTreeMap::new();
        let headers = Bounded { inner: BufReader::new(file), left: TABLE_OF_CONTENTS };
        for entry in tar::Archive::new(headers).entries_with_seek()? {
            let entry = entry.context("not a tar")?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned();
            let member = match entry.link_name_bytes() {
                Some(target) if !entry.header().entry_type().is_file() => {
                    Member::Link(resolve(&name, &target, entry.header()))
                }
                _ => Member::File { offset: entry.raw_file_position(), size: entry.size() },
            };
            if let Member::File { offset, size } = member {
                ensure!(
                    offset.saturating_add(size) <= length,
                    "the archive is cut off: it ends within {name}"
                );
            }
            members.insert(name, member);
        }
        Ok(Self { path: path.to_owned(), members })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Where a file is in the archive, and how many bytes it has.
    ///
    /// # Errors
    /// There is none of that name.
    pub(super) fn find(&self, name: &str) -> Result<(u64, u64)> {
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

    /// A whole file, of those that are small.
    ///
    /// # Errors
    /// There is none of that name, it is too large, or can't be read.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>> {
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

    /// # Errors
    /// As [`Self::read`]; it is other JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        serde_json::from_slice(&self.read(name)?).with_context(|| format!("{name} in the archive"))
    }
}

/// A reader of so many bytes; what is jumped over does not count. The names of members are read into memory, however long
/// an archive says they are.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(n as u64)
            .ok_or_else(|| io::Error::other("the names of its members are larger than those of any image"))?;
        Ok(n)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
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
