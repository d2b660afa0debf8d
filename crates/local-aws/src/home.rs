//! The folder of one local AWS on this machine. Its name is an identity that no other has, on this machine or another;
//! and while its process lives a file in it is locked, so that what a killed one left behind can be told from what is
//! in use.

use crate::secret;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};
use tempfile::TempDir;

const PREFIX: &str = "local-aws-";
/// Whoever has it locked lives.
const LOCK: &str = "lock";

/// The folder of this local AWS; it goes with this.
#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
    id: String,
    /// Held until the process ends, however it ends.
    lock: Mutex<Option<File>>,
}

/// The folder of one that is no more. It is this process's now, until this is dropped.
pub(crate) struct Abandoned {
    folder: PathBuf,
    /// The identity that it had.
    pub id: String,
    _lock: File,
}

impl Home {
    /// A new one, of which nobody else knows yet.
    pub(crate) fn make() -> io::Result<Self> {
        let id = secret::random()?;
        let folder = tempfile::Builder::new().prefix(&format!("{PREFIX}{id}")).rand_bytes(0).tempdir()?;
        Ok(Self { folder, id, lock: Mutex::default() })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// 32 hexadecimal digits.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// From now on it can be seen whether this process lives. To be done before anything is left where others find it.
    ///
    /// # Errors
    /// As writing a file.
    pub(crate) fn claim(&self) -> io::Result<()> {
        let mut held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_some() {
            return Ok(());
        }
        // Locked before it has its name: nobody ever sees the lock of a living one free.
        let unnamed = self.path().join(secret::random()?);
        let file = File::create(&unnamed)?;
        file.lock()?;
        fs::rename(unnamed, self.path().join(LOCK))?;
        *held = Some(file);
        Ok(())
    }
}

/// The folders that killed local AWSs of this user left behind.
///
/// # Errors
/// When the folder of temporary files can't be read.
pub(crate) fn abandoned() -> io::Result<Vec<Abandoned>> {
    let all = fs::read_dir(std::env::temp_dir())?.filter_map(Result::ok);
    // A link may lead anywhere; a file of another user's can't be opened for writing.
    let folders = all.filter(|entry| entry.file_type().is_ok_and(|t| t.is_dir()));
    Ok(folders.filter_map(|entry| Abandoned::of(entry.path())).collect())
}

impl Abandoned {
    fn of(folder: PathBuf) -> Option<Self> {
        let id = folder.file_name()?.to_str()?.strip_prefix(PREFIX)?.to_owned();
        let lock = File::options().write(true).open(folder.join(LOCK)).ok()?;
        lock.try_lock().ok()?;
        Some(Self { folder, id, _lock: lock })
    }

    /// Takes away what is in it, but for what says that it is abandoned.
    ///
    /// # Errors
    /// As removing files.
    pub(crate) fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name() != LOCK {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Takes away all of it.
    ///
    /// # Errors
    /// As removing files.
    pub(crate) fn remove(self) -> io::Result<()> {
        fs::remove_dir_all(&self.folder)
    }
}

#[cfg(test)]
impl Home {
    /// Leaves it behind as a killed process does; answers its identity.
    pub(crate) fn abandon(self) -> String {
        _ = self.folder.keep();
        self.id
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn found(id: &str) -> Option<Abandoned> {
        abandoned().unwrap().into_iter().find(|a| a.id == id)
    }

    #[test]
    fn a_home_is_abandoned_once_its_process_holds_no_lock() {
        let home = Home::make().unwrap();
        fs::write(home.path().join("blob"), "content").unwrap();
        assert!(found(home.id()).is_none(), "it is not claimed yet");
        home.claim().unwrap();
        home.claim().unwrap();
        assert!(found(home.id()).is_none(), "its owner lives");
        let path = home.path().to_owned();
        let id = home.abandon();
        let left = found(&id).unwrap();
        assert!(found(&id).is_none(), "one who sweeps is enough");
        left.clear().unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
        left.remove().unwrap();
        assert!(!path.exists());
    }
}
