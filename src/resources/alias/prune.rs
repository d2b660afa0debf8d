//! Versions that nobody can want any more: beyond what the stack file keeps, and named by no alias.

use super::{Alias, delete_version, live::Live};
use crate::{
    aws::{call, pages},
    engine::Run,
    resources::function::number,
};
use anyhow::Result;
use std::collections::BTreeSet;

impl Alias {
    /// What is newer than what is live stays: another run may be trying it out.
    ///
    /// # Errors
    /// As the calls.
    pub(super) async fn prune(&self, keep: usize, run: &Run) -> Result<()> {
        let Some(live) = Live::alone(&self.aws, &self.function_name).await? else { return Ok(()) };
        let (Some(record), Some(newest)) = (&live.record, number(Some(&live.version))) else { return Ok(()) };
        let (versions, mut kept) = tokio::try_join!(self.versions(run), self.named(run))?;
        kept.extend(record.releases.iter().take(keep).map(|release| release.version));
        // On a function that was adopted, older versions are others'.
        let oldest = if self.is_of_own_function().await? {
            0
        } else {
            record.releases.iter().map(|release| release.version).min().unwrap_or(newest)
        };
        let old = versions.into_iter().filter(|n| (oldest..newest).contains(n) && !kept.contains(n));
        let mut deleted = 0;
        for version in old {
            delete_version(&self.aws, &self.function_name, version, run).await?;
            deleted += 1;
        }
        if deleted > 0 {
            run.note(format!(
                "deleted {deleted} versions of {} that nothing uses any more",
                self.function_name
            ));
        }
        Ok(())
    }

    /// Every published version.
    async fn versions(&self, run: &Run) -> Result<Vec<u64>> {
        let all = pages(async |marker| {
            let request =
                self.aws.cloud.lambda.list_versions_by_function().function_name(&self.function_name);
            let request = request.set_marker(marker);
            let page = call(run, "ListVersionsByFunction", || request.clone().send()).await?;
            Ok((page.versions.unwrap_or_default(), page.next_marker))
        });
        Ok(all.await?.iter().filter_map(|v| number(v.version())).collect())
    }

    /// Those that an alias names, ours or another.
    async fn named(&self, run: &Run) -> Result<BTreeSet<u64>> {
        let all = pages(async |marker| {
            let request = self.aws.cloud.lambda.list_aliases().function_name(&self.function_name);
            let request = request.set_marker(marker);
            let page = call(run, "ListAliases", || request.clone().send()).await?;
            Ok((page.aliases.unwrap_or_default(), page.next_marker))
        });
        let mut named = BTreeSet::new();
        for alias in all.await? {
            named.extend(number(alias.function_version()));
            let weights = alias.routing_config().and_then(|r| r.additional_version_weights());
            named.extend(weights.into_iter().flatten().filter_map(|(version, _)| number(Some(version))));
        }
        Ok(named)
    }
}
