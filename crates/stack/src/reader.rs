//! What the readers of all sections share: whose file it is, and what is wrong with it.
//!
//! The check has told what is wrong with single values; a reader takes such a value for left out, and tells only what
//! no single value shows: references, duplicates, combinations.

use super::{DefaultNames, Values, mistake::Mistake};
use std::path::{Path, PathBuf};

/// Stands for a region that the file does not name: as long as the longest (`ap-northeast-1`), and none of them.
pub(crate) const SOME_REGION: &str = "<-the-region->";

pub(crate) struct Reader<'a> {
    /// The stack's name; empty if it cannot be used, so nothing is said about names that follow from it.
    pub(crate) stack: String,
    pub(crate) folder: &'a Path,
    pub(crate) values: Values,
    pub(crate) mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// Of things whose default name has no region in it.
    pub(crate) fn default_names(&self) -> DefaultNames<'_> {
        DefaultNames { stack: &self.stack, region: SOME_REGION }
    }

    /// What the file names, as seen from its folder.
    pub(crate) fn path(&self, relative: Option<String>) -> PathBuf {
        self.folder.join(relative.unwrap_or_default())
    }

    pub(crate) fn tell(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }
}
