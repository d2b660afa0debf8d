//! A blob on its way in: written to a file and hashed while it comes, never whole in memory.

use super::{
    scope::Owner,
    store::{Finished, Mismatch, named},
};
use crate::server::Body;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use std::{io, time::Duration};
use tempfile::{NamedTempFile, TempPath};
use tokio::{fs::File, io::AsyncWriteExt, time::Instant};

/// An upload that nobody went on with for so long is given up.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Its file is open only while something comes in: that it was begun costs no file descriptor.
#[derive(Debug)]
pub struct Upload {
    pub owner: Owner,
    pub size: u64,
    hasher: Sha256,
    path: TempPath,
    touched: Instant,
}

impl Upload {
    pub fn new(owner: Owner, file: NamedTempFile) -> Self {
        let path = file.into_temp_path();
        Self { owner, size: 0, hasher: Sha256::new(), path, touched: Instant::now() }
    }

    /// Takes in a body to its end.
    pub async fn append(&mut self, mut body: Body) -> io::Result<()> {
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
    pub fn finish(self, declared: &str) -> Result<Finished, Mismatch> {
        let digest = named(self.hasher);
        if digest == declared {
            Ok(Finished { digest, size: self.size, path: self.path })
        } else {
            Err(Mismatch { declared: declared.to_owned(), actual: digest })
        }
    }

    pub fn is_abandoned(&self) -> bool {
        self.touched.elapsed() > ABANDONED
    }

    /// When something came in last.
    pub fn touched(&self) -> Instant {
        self.touched
    }
}
