//! Blobs on disk, by digest: one store for all registries. Which repository knows which blob is in the world.

use super::{
    digest::is_digest,
    owner::Owner,
    upload::{Finished, Upload},
};
use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The most uploads that are begun and not finished; of more, the one that nobody went on with for longest is given up.
const MOST_UPLOADS: usize = 1000;

/// Blobs by digest, in a folder that is somebody else's to remove.
#[derive(Debug)]
pub(crate) struct BlobStore {
    folder: PathBuf,
    uploads: Mutex<HashMap<String, Upload>>,
}

impl BlobStore {
    /// A store in an empty folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), uploads: Mutex::default() }
    }

    /// A store in another empty folder with the same blobs, and no uploads.
    ///
    /// # Errors
    /// As copying files.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn fork(&self, folder: &Path) -> io::Result<Self> {
        let copy = Self::new(folder);
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // What is still being uploaded has another name.
            if entry.file_name().to_str().is_some_and(|name| is_digest(&format!("sha256:{name}"))) {
                fs::copy(entry.path(), copy.folder.join(entry.file_name()))?;
            }
        }
        Ok(copy)
    }

    /// A blob to read from, and its size in bytes.
    ///
    /// # Errors
    /// `NotFound` where there is no such blob.
    pub(crate) async fn open(&self, digest: &str) -> io::Result<(tokio::fs::File, u64)> {
        let file = tokio::fs::File::open(self.path(digest)?).await?;
        let size = file.metadata().await?.len();
        Ok((file, size))
    }

    /// Makes a blob of a finished upload. Done under the world's lock, so that no [`release`](super::release) comes between this
    /// and a repository's knowing it.
    pub(crate) fn adopt(&self, finished: Finished) -> io::Result<()> {
        finished.path.persist(self.path(&finished.digest)?).map_err(|e| e.error)
    }

    pub(crate) fn remove(&self, digest: &str) {
        let _gone = self.path(digest).and_then(fs::remove_file);
    }

    /// A new upload for a repository.
    pub(crate) fn start(&self, owner: Owner) -> io::Result<Upload> {
        let file = tempfile::Builder::new().prefix("upload-").tempfile_in(&self.folder)?;
        Ok(Upload::new(owner, file))
    }

    /// Keeps an upload until its next request.
    pub(crate) fn keep(&self, id: String, upload: Upload) {
        let mut uploads = self.uploads();
        uploads.retain(|_, other| !other.is_abandoned());
        if uploads.len() >= MOST_UPLOADS
            && let Some((oldest, _)) = uploads.iter().min_by_key(|(_, upload)| upload.touched())
        {
            let oldest = oldest.clone();
            uploads.remove(&oldest);
        }
        uploads.insert(id, upload);
    }

    /// Takes an upload out for a request; where that fails or its client goes away, the upload is gone.
    pub(crate) fn take(&self, id: &str, owner: &Owner) -> Option<Upload> {
        let mut uploads = self.uploads();
        if uploads.get(id)?.owner != *owner {
            return None;
        }
        uploads.remove(id)
    }

    /// Gives up the uploads of a repository that is gone.
    pub(crate) fn give_up(&self, owner: &Owner) {
        self.uploads().retain(|_, upload| upload.owner != *owner);
    }

    fn uploads(&self) -> MutexGuard<'_, HashMap<String, Upload>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Only digests name files, so nothing leads out of the folder.
    fn path(&self, digest: &str) -> io::Result<PathBuf> {
        let hex = digest.strip_prefix("sha256:").filter(|_| is_digest(digest));
        let hex = hex.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no blob {digest}")))?;
        Ok(self.folder.join(hex))
    }

    /// The whole of a small blob.
    #[cfg(test)]
    pub(crate) fn read(&self, digest: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(digest)?)
    }

    /// How many files there are, of blobs and of uploads.
    #[cfg(test)]
    pub(crate) fn count(&self) -> io::Result<usize> {
        Ok(fs::read_dir(&self.folder)?.count())
    }
}
