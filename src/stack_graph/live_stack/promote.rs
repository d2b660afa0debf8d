//! `promote`: versions that have a share of the calls get all of them.

use super::LiveStack;
use crate::resources::{VersionChange, move_alias, promoted};
use anyhow::Result;

impl LiveStack<'_> {
    /// Each in one call; what was promoted stays so where another can't be, and the next run promotes that. Nothing: no version has
    /// a share.
    ///
    /// # Errors
    /// As the calls.
    pub async fn promote(&self) -> Result<Vec<VersionChange>> {
        let mut moved = Vec::new();
        for it in &self.functions {
            let Some(version) = it.live.weights.keys().next() else { continue };
            let (name, keep) = (&it.function.name, it.function.release.keep as usize);
            let target = promoted(name, &it.live, version, keep)?;
            move_alias(&self.aws, name, &target, &it.live.revision, &self.run(it.function)).await?;
            let (function, from) = (it.function.key.clone(), it.live.version.clone());
            moved.push(VersionChange { function, from, to: target.version });
        }
        Ok(moved)
    }
}
