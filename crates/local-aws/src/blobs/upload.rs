//! A blob on its way in: written to a file and hashed while it comes, never whole in memory.

use super::{digest, owner::Owner};
use crate::body::Body;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use std::{fmt, io, time::Duration};
use tempfile::{NamedTempFile, TempPath};
use tokio::{fs::File, io::AsyncWriteExt, time::Instant};

/// What was uploaded is not what it was said to be.
#[derive(Debug)]
pub(crate) struct Mismatch {
    pub declared: String,
    pub actual: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The layer's digest '{}' does not match the digest '{}' of its content",
            self.declared, self.actual
        )
    }
}

/// A complete upload: it becomes a blob by [`BlobStore::adopt`], or is gone when dropped.
#[derive(Debug)]
pub(crate) struct Finished {
    pub digest: String,
    pub size: u64,
    pub(super) path: TempPath,
}

/// An upload that nobody went on with for so long is given up.
const ABANDONED: Duration = Duration::from_hours(24);

/// Its file is open only while something comes in: that it was begun costs no file descriptor.
#[derive(Debug)]
pub(crate) struct Upload {
    pub owner: Owner,
    pub size: u64,
    hasher: Sha256,
    path: TempPath,
    touched: Instant,
}

impl Upload {
    pub(crate) fn new(owner: Owner, file: NamedTempFile) -> Self {
        let path = file.into_temp_path();
        Self { owner, size: 0, hasher: Sha256::new(), path, touched: Instant::now() }
    }

    /// Takes in a body to its end.
    pub(crate) async fn append(&mut self, mut body: Body) -> io::Result<()> {
        let mut file = File::options().append(true).open(&self.path).await?;
        while let Some(frame) = body.frame().await {
            let Ok(chunk) = frame?.into_data() else { continue };
            file.write_all(&chunk).await?;
            self.hasher.update(&chunk);
            self.size += chunk.len() as u64;
        }
        self.touched = Instant::now();
        file.flush().await
    }

    /// The end: what came has to be what was declared.
    pub(crate) fn finish(self, declared: &str) -> Result<Finished, Mismatch> {
        let digest = digest::of(self.hasher);
        if digest == declared {
            Ok(Finished { digest, size: self.size, path: self.path })
        } else {
            Err(Mismatch { declared: declared.to_owned(), actual: digest })
        }
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.touched.elapsed() > ABANDONED
    }

    /// When something came in last.
    pub(crate) fn touched(&self) -> Instant {
        self.touched
    }
}
