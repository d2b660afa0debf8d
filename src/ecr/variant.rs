//! Several images of one content, in a repository whose tags can't be moved: `ctx-<hash>`, then `ctx-<hash>-<n>` for what
//! `--rebuild` made of the same. The greatest number is the image that counts.

use crate::{
    aws::{Cloud, FoundExt, call, pages},
    engine::Run,
};
use anyhow::Result;
use aws_sdk_ecr::types::{DescribeImagesFilter, ImageDetail, ImageStatus, ImageStatusFilter, TagStatus};
use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

/// The tag of a content's `n`-th image; the first has the number 0.
fn name(tag: &str, n: u64) -> String {
    if n == 0 { tag.to_owned() } else { format!("{tag}-{n}") }
}

/// A number that no earlier image has, also none that was deleted: the seconds since 1970.
fn after(last: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    now.max(last + 1)
}

fn number(tag: &str, of: &str) -> Option<u64> {
    match tag.strip_prefix(of)? {
        "" => Some(0),
        rest => rest.strip_prefix('-')?.parse().ok(),
    }
}

/// Of a content's images, the one that counts: its tag, and what ECR says of it.
///
/// # Errors
/// As the calls.
pub(crate) async fn latest(
    cloud: &Cloud,
    repository: &str,
    tag: &str,
    run: &Run,
) -> Result<Option<(String, ImageDetail)>> {
    let all = list(cloud, repository, tag, run).await?;
    let found = all.into_iter().rfind(|(_, detail)| is_active(detail));
    Ok(found.map(|(n, detail)| (name(tag, n), detail)))
}

/// A tag for a new image of a content: one that was never there.
///
/// # Errors
/// As the calls.
pub(crate) async fn free_tag(cloud: &Cloud, repository: &str, tag: String, run: &Run) -> Result<String> {
    let all = list(cloud, repository, &tag, run).await?;
    Ok(all.keys().next_back().map_or(tag.clone(), |last| name(&tag, after(*last))))
}

/// One that is on its way back from the archive is active when Lambda pulls it.
fn is_active(detail: &ImageDetail) -> bool {
    detail.image_status() != Some(&ImageStatus::Archived)
}

/// All images of a content by number, those in ECR's archive too.
async fn list(cloud: &Cloud, repository: &str, tag: &str, run: &Run) -> Result<BTreeMap<u64, ImageDetail>> {
    let filter =
        DescribeImagesFilter::builder().tag_status(TagStatus::Tagged).image_status(ImageStatusFilter::Any);
    let filter = filter.build();
    let images = pages(async |next| {
        let request = cloud.ecr.describe_images().repository_name(repository).max_results(1000);
        let request = request.filter(filter.clone()).set_next_token(next);
        let page = call(run, "DescribeImages", || request.clone().send()).await.found()?;
        Ok(page.map(|p| (p.image_details.unwrap_or_default(), p.next_token)).unwrap_or_default())
    });
    let mut all = BTreeMap::new();
    for detail in images.await? {
        let numbers: Vec<_> = detail.image_tags().iter().filter_map(|t| number(t, tag)).collect();
        all.extend(numbers.into_iter().map(|n| (n, detail.clone())));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_tells_its_number_and_another_contents_tag_none() {
        assert_eq!(number("ctx-ab", "ctx-ab"), Some(0));
        assert_eq!(number(&name("ctx-ab", 17), "ctx-ab"), Some(17));
        for other in ["ctx-abc", "ctx-ab-x", "ctx-ab-", "latest"] {
            assert_eq!(number(other, "ctx-ab"), None, "{other}");
        }
        assert!(after(0) > 1_700_000_000 && after(u64::MAX - 1) == u64::MAX);
    }
}
