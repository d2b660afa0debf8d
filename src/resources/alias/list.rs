//! The releases of a function, for who wants to see them.

use super::{
    live::{Live, share},
    record::Record,
};
use crate::{aws::StackAws, resources::function::number};
use anyhow::Result;
use futures_util::future::try_join_all;
use serde::Serialize;
use std::collections::BTreeSet;

/// The versions of a function that were live or were to be, the newest first.
#[derive(Debug, Clone, Serialize)]
pub struct FunctionReleases {
    /// In the stack file.
    pub function: String,
    /// In AWS.
    pub name: String,
    pub versions: Vec<ListedVersion>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ListedVersion {
    pub version: u64,
    /// When it was published, as AWS writes it.
    pub published: Option<String>,
    /// `sha256:…`
    pub image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    pub is: VersionStanding,
    /// Whose word it is, or why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// How a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionStanding {
    Live,
    /// It gets a share of the calls.
    Canary,
    /// It was live, and `rollback` can go to it.
    Before,
    /// `rollback` took it back.
    Held,
    /// It did not pass.
    Failed,
}

impl FunctionReleases {
    /// `None`: the function is not there. Two levels of calls, however many versions there are: only what was live, or was tried
    /// to become so, is one's own.
    ///
    /// # Errors
    /// As the calls.
    pub(crate) async fn read(aws: &StackAws, key: &str, name: &str) -> Result<Option<Self>> {
        let (function, live) = tokio::join!(aws.cloud.function(name, None), Live::of_alias(aws, name));
        if function?.is_none() {
            return Ok(None);
        }
        let live = live?;
        let known = live.as_ref().map(known).unwrap_or_default();
        let all = known.into_iter().rev().map(|version| listed(aws, name, version, live.as_ref()));
        let versions = try_join_all(all).await?.into_iter().flatten().collect();
        Ok(Some(Self { function: key.to_owned(), name: name.to_owned(), versions }))
    }
}

/// Every version that the alias names, or that its description tells of.
fn known(live: &Live) -> BTreeSet<u64> {
    let named = live.weights.keys().chain([&live.version]).filter_map(|version| number(Some(version)));
    let record = live.record.iter();
    let told = record.flat_map(|it| {
        let releases = it.releases.iter().map(|release| release.version);
        releases
            .chain(it.held.as_ref().map(|held| held.version))
            .chain(it.failed.as_ref().map(|it| it.version))
    });
    named.chain(told).collect()
}

/// `None`: it was deleted.
async fn listed(
    aws: &StackAws,
    name: &str,
    version: u64,
    live: Option<&Live>,
) -> Result<Option<ListedVersion>> {
    let found = aws.cloud.function(name, Some(&version.to_string())).await?;
    let Some(it) = found.as_ref().as_ref().and_then(|found| found.configuration()) else { return Ok(None) };
    let record = live.and_then(|live| live.record.clone()).unwrap_or_default();
    let (is, because) = standing(version, live, &record);
    Ok(Some(ListedVersion {
        version,
        published: it.last_modified().map(str::to_owned),
        image: it.code_sha256().map(|hash| format!("sha256:{hash}")),
        commit: record.release(version).and_then(|release| release.commit.clone()),
        is,
        because,
    }))
}

fn standing(version: u64, live: Option<&Live>, record: &Record) -> (VersionStanding, Option<String>) {
    let text = version.to_string();
    if live.is_some_and(|live| live.version == text) {
        return (VersionStanding::Live, None);
    }
    if let Some(weight) = live.and_then(|live| live.weights.get(&text)) {
        return (VersionStanding::Canary, Some(share(&text, *weight)));
    }
    if let Some(held) = record.held.as_ref().filter(|held| held.version == version) {
        return (VersionStanding::Held, Some(format!("by {} at {}", held.who, held.when)));
    }
    if let Some(failed) = record.failed.as_ref().filter(|failed| failed.version == version) {
        return (VersionStanding::Failed, Some(failed.why.clone()));
    }
    (VersionStanding::Before, None)
}
