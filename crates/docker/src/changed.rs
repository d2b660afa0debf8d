//! A build context that is another than it was when it was hashed.

use super::context::ContextEntry;
use std::{collections::BTreeMap, fmt};

/// Files that are named in one message.
const NAMED: usize = 3;

/// SHA-256 of a file's bytes.
pub(super) type Digest = [u8; 32];

/// What a build is made of: by the entry's name, a hash of all that counts of it.
pub(crate) type PartHashes = BTreeMap<Vec<u8>, Digest>;

/// Something was written to the context, or went from it, between its hash and the build, or while it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Changed {
    /// Names in the context; not empty.
    files: Vec<String>,
}

impl Changed {
    /// One file that changed while it was read.
    pub(crate) fn of(entry: &ContextEntry) -> Self {
        Self { files: vec![shown(&entry.name)] }
    }

    /// One file by its name.
    pub(crate) fn named(name: &str) -> Self {
        Self { files: vec![name.to_owned()] }
    }

    /// What differs between two states of one context.
    pub(crate) fn between(before: &PartHashes, now: &PartHashes) -> Self {
        let other = |(name, part): &(&Vec<u8>, &Digest)| before.get(*name) != Some(*part);
        let new = now.iter().filter(other).map(|(name, _)| name);
        let gone = before.keys().filter(|name| !now.contains_key(*name));
        Self { files: new.chain(gone).map(|name| shown(name)).collect() }
    }

    /// "a, b, c and 4 more"
    pub(crate) fn files(&self) -> String {
        let named = self.files.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        match self.files.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named} and {more} more"),
        }
    }
}

fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} changed while the build context was being read: run the same command again when nothing writes to it, or name it in \
             .dockerignore if the image does not need it",
            self.files()
        )
    }
}

impl std::error::Error for Changed {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(parts: &[(&str, u8)]) -> PartHashes {
        parts.iter().map(|(name, part)| (name.as_bytes().to_vec(), [*part; 32])).collect()
    }

    #[test]
    fn what_is_new_other_or_gone_is_named() {
        let before = parts(&[("a", 1), ("b", 1), ("c", 1)]);
        let files = |now: &[(&str, u8)]| Changed::between(&before, &parts(now)).files();
        assert_eq!(files(&[("a", 1), ("b", 2), ("c", 1)]), "b");
        assert_eq!(files(&[("a", 1), ("c", 1), ("d", 1)]), "d, b");
        assert_eq!(files(&[("x", 1), ("y", 1)]), "x, y, a and 2 more");
    }
}
