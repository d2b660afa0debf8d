//! Files that are written where none is.

use crate::exit::Usage;
use anyhow::{Context as _, Result};
use std::{
    borrow::Cow,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

pub(super) struct NewFile {
    /// Below the stack's folder.
    pub path: PathBuf,
    pub content: Cow<'static, [u8]>,
    /// One of that name that is there already serves as well, and stays.
    pub optional: bool,
}

impl NewFile {
    pub(super) fn text(path: impl Into<PathBuf>, text: String) -> Self {
        Self { path: path.into(), content: text.into_bytes().into(), optional: false }
    }

    pub(super) const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

pub(crate) struct NewFiles(pub(super) Vec<NewFile>);

impl NewFiles {
    /// Writes all of them into `folder`, which is made where it is not there, and gives the paths of what was written.
    ///
    /// # Errors
    /// When one is there already: then none is written. What the system refuses; then what was written before stays.
    pub(crate) fn write(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        self.ensure_none_is_there(folder)?;
        let mut written = Vec::new();
        for file in self.0.iter().filter(|file| !is_there(&folder.join(&file.path))) {
            let path = folder.join(&file.path);
            create(&path, &file.content).with_context(|| cannot(&path, &written))?;
            written.push(path);
        }
        Ok(written)
    }

    fn ensure_none_is_there(&self, folder: &Path) -> Result<()> {
        let needed = self.0.iter().filter(|file| !file.optional).map(|file| folder.join(&file.path));
        let there: Vec<PathBuf> = needed.filter(|path| is_there(path)).collect();
        match there.as_slice() {
            [] => Ok(()),
            there => Err(Usage(format!(
                "nothing was written, for `init` overwrites nothing: already there: {}; give it another folder, or move \
                 that out of the way",
                listed(there)
            ))
            .into()),
        }
    }
}

/// Also a link that leads nowhere.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Fails where somebody else was quicker.
fn create(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)?.write_all(content)?;
    Ok(())
}

fn cannot(path: &Path, written: &[PathBuf]) -> String {
    let before = match written {
        [] => String::new(),
        written => format!(" (written before: {})", listed(written)),
    };
    format!("cannot write {}{before}", path.display())
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
