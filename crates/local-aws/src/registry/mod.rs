//! ECR's data plane: the OCI distribution API under `/v2/`, blobs on disk.

use crate::server::{Body, LocalAws, text};
use http::{Request, Response, StatusCode};
use std::io;

/// Blobs by digest, in a folder.
#[derive(Debug)]
pub struct BlobStore {
    #[expect(dead_code)]
    folder: tempfile::TempDir,
}

impl BlobStore {
    /// A store in a new temporary folder that is removed with it.
    pub fn temporary() -> io::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()? })
    }
}

pub async fn handle(_aws: &LocalAws, _request: Request<Body>) -> Response<Body> {
    text(StatusCode::NOT_IMPLEMENTED, "not implemented by the local AWS\n".to_owned())
}
