//! What two runs at once made twice, of kinds that AWS does not key by a name.

use super::leftovers::Dooms;
use crate::engine::{Deletable, Doom, Found, Graph, Kind, Run};
use anyhow::Result;

/// A kind of which there may be more than one of the same stack and key.
#[allow(async_fn_in_trait, reason = "futures stay on one thread")]
pub(crate) trait Twinned: Deletable + Clone {
    /// Ids of the stack's beyond the best one.
    ///
    /// # Errors
    /// As the calls.
    async fn twins(&self) -> Result<Vec<String>>;

    /// One of them.
    ///
    /// # Errors
    /// As the calls.
    async fn by_id(&self, id: &str) -> Result<Option<Found<Self>>>;

    /// # Errors
    /// As the calls.
    async fn remove(&self, output: &Self::Output, run: &Run) -> Result<()>;
}

/// One of several, by its id.
pub(super) struct Twin<K> {
    of: K,
    id: String,
    key: String,
}

impl<K: Twinned> Kind for Twin<K> {
    const NAME: &'static str = K::NAME;
    type Settings = K::Settings;
    type Output = K::Output;

    fn key(&self) -> &str {
        &self.key
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let found = self.of.by_id(&self.id).await?;
        Ok(found.map(|it| Found { settings: it.settings, output: it.output, owner: it.owner }))
    }
}

impl<K: Twinned> Deletable for Twin<K> {
    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        self.of.remove(&found.output, run).await
    }
}

/// Adds all twins of `best`, which go before what `outlived_by` names.
pub(crate) async fn doom<K: Twinned>(
    best: K,
    outlived_by: &[&str],
    dooms: &mut Dooms,
    graph: &mut Graph,
) -> Result<()> {
    for id in best.twins().await? {
        let key = if best.key().is_empty() { id.clone() } else { format!("{} ({id})", best.key()) };
        let kind = Twin { of: best.clone(), id, key };
        let goes_before = dooms.outliving(outlived_by, &[String::new()].into());
        graph.doom(Doom { goes_before, ..Doom::of(kind) });
    }
    Ok(())
}
