//! The releases of a function, for who wants to see them.

use super::{
    live::{Live, share},
    record::Record,
};
use crate::{
    aws::{StackAws, call, pages},
    engine::{Id, Run},
    resources::function::number,
};
use anyhow::Result;
use aws_sdk_lambda::types::FunctionConfiguration;
use serde::Serialize;

/// All published versions of a function, the newest first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FunctionReleases {
    /// In the stack file.
    pub function: String,
    /// In AWS.
    pub name: String,
    pub versions: Vec<ListedVersion>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct ListedVersion {
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
pub(crate) enum VersionStanding {
    Live,
    /// It gets a share of the calls.
    Canary,
    /// It was live, and `rollback` can go to it.
    Before,
    /// `rollback` took it back.
    Held,
    /// It did not pass.
    Failed,
    /// It never was live.
    Unused,
}

impl FunctionReleases {
    /// `None`: the function is not there.
    ///
    /// # Errors
    /// As the calls.
    pub(crate) async fn read(aws: &StackAws, key: &str, name: &str) -> Result<Option<Self>> {
        let run = aws.cloud.looking_at(&Id::of("alias", key));
        let (alias, versions) = tokio::join!(Live::alone(aws, name), versions(aws, name, &run));
        let (live, Some(versions)) = (alias?, versions?) else { return Ok(None) };
        let mut versions: Vec<ListedVersion> =
            versions.iter().filter_map(|it| listed(it, live.as_ref())).collect();
        versions.sort_by_key(|it| std::cmp::Reverse(it.version));
        Ok(Some(Self { function: key.to_owned(), name: name.to_owned(), versions }))
    }
}

async fn versions(aws: &StackAws, name: &str, run: &Run) -> Result<Option<Vec<FunctionConfiguration>>> {
    use crate::aws::FoundExt as _;
    let all = pages(async |marker| {
        let request = aws.cloud.lambda.list_versions_by_function().function_name(name).set_marker(marker);
        let page = call(run, "ListVersionsByFunction", || request.clone().send()).await?;
        Ok((page.versions.unwrap_or_default(), page.next_marker))
    });
    all.await.found()
}

fn listed(it: &FunctionConfiguration, live: Option<&Live>) -> Option<ListedVersion> {
    let version = number(it.version())?;
    let record = live.and_then(|live| live.record.clone()).unwrap_or_default();
    let (is, because) = standing(version, live, &record);
    Some(ListedVersion {
        version,
        published: it.last_modified().map(str::to_owned),
        image: it.code_sha256().map(|hash| format!("sha256:{hash}")),
        commit: record.release(version).and_then(|release| release.commit.clone()),
        is,
        because,
    })
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
    let was_live = record.releases.iter().any(|release| release.version == version);
    (if was_live { VersionStanding::Before } else { VersionStanding::Unused }, None)
}
