//! What is uploaded: named by its digest, in memory or in a file, streamed from there.

pub(super) use lambdeploy_net::whole;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use lambdeploy_net::Body;
use sha2::{Digest, Sha256};
use std::{
    io::{self, SeekFrom},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// Bytes sent at once.
const CHUNK: usize = 256 * 1024;

/// Content with its name.
#[derive(Debug, Clone)]
pub(super) struct Blob {
    /// `sha256:…`
    pub digest: String,
    pub size: u64,
    pub content: BlobContent,
}

#[derive(Debug, Clone)]
pub(super) enum BlobContent {
    Bytes(Bytes),
    /// `size` bytes of a file, from `offset`.
    Part {
        path: PathBuf,
        offset: u64,
    },
}

impl Blob {
    pub(super) fn of(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { digest: digest(&bytes), size: bytes.len() as u64, content: BlobContent::Bytes(bytes) }
    }

    /// The content as a request's body; `sent` counts its bytes on their way.
    pub(super) fn body(&self, sent: Arc<AtomicU64>) -> Body {
        match &self.content {
            BlobContent::Bytes(bytes) => {
                sent.store(self.size, Ordering::Relaxed);
                whole(bytes.clone())
            }
            BlobContent::Part { path, offset } => {
                let chunks =
                    stream::try_unfold(BlobPart::Unread(path.clone(), *offset, self.size), BlobPart::next);
                let counted = chunks.inspect(move |chunk: &io::Result<Bytes>| {
                    sent.fetch_add(chunk.as_ref().map_or(0, |c| c.len() as u64), Ordering::Relaxed);
                });
                BodyExt::boxed_unsync(StreamBody::new(counted.map(|chunk| chunk.map(Frame::data))))
            }
        }
    }
}

/// A part of a file, being read.
enum BlobPart {
    Unread(PathBuf, u64, u64),
    Open(tokio::fs::File, u64),
}

impl BlobPart {
    async fn next(self) -> io::Result<Option<(Bytes, Self)>> {
        let (mut file, left) = match self {
            Self::Unread(path, offset, size) => {
                let mut file = tokio::fs::File::open(path).await?;
                file.seek(SeekFrom::Start(offset)).await?;
                (file, size)
            }
            Self::Open(file, left) => (file, left),
        };
        if left == 0 {
            return Ok(None);
        }
        let mut chunk = BytesMut::with_capacity(CHUNK.min(usize::try_from(left).unwrap_or(CHUNK)));
        let n = (&mut file).take(left).read_buf(&mut chunk).await? as u64;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some((chunk.freeze(), Self::Open(file, left - n))))
    }
}

/// `sha256:…` of `bytes`.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}
