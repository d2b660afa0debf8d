//! Images that nothing uses any more, in a repository that this tool pushes to.
//!
//! An index and the images in it count as one. What has a tag of somebody else's is theirs, and so is what has no tag in a
//! repository that was there before the stack. What any function of the region runs stays, in whichever version; who else
//! may pull can't be seen, so where another account may, nothing is deleted.

use super::manifest;
use crate::{
    aws::{Cloud, FoundExt, call, pages},
    engine::Run,
    policy,
};
use anyhow::{Context as _, Result, bail};
use aws_sdk_ecr::types::{ImageDetail, ImageFailure, ImageFailureCode, ImageIdentifier};
use aws_sdk_lambda::types::FunctionVersion;
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};
use tokio::sync::OnceCell;

/// AWS takes a hundred ids in one call.
const IDS: usize = 100;

/// Those of one repository; its images share this, so that they are deleted once a run.
pub(crate) struct OldImages {
    cloud: Rc<Cloud>,
    repository: String,
    /// How many of the newest own images stay, besides those in use.
    keep: usize,
    is_done: OnceCell<()>,
}

/// One look for them.
struct Pruning<'a> {
    cloud: &'a Cloud,
    repository: &'a str,
    keep: usize,
    /// The stack made the repository: what has no tag in it is the stack's too.
    is_made: bool,
}

impl OldImages {
    pub(crate) fn of(cloud: &Rc<Cloud>, repository: &str, keep: usize) -> Rc<Self> {
        let (cloud, repository) = (cloud.clone(), repository.to_owned());
        Rc::new(Self { cloud, repository, keep, is_done: OnceCell::new() })
    }

    /// Deletes what is old and unused. `is_made`: the stack made the repository.
    ///
    /// # Errors
    /// As the calls; images that ECR did not delete.
    pub(crate) async fn delete(&self, is_made: bool, run: &Run) -> Result<()> {
        let Self { cloud, repository, keep, .. } = self;
        let pruning = Pruning { cloud, repository, keep: *keep, is_made };
        let deleted = self.is_done.get_or_try_init(|| pruning.run(run)).await;
        deleted.map(drop).with_context(|| format!("old images stay in the repository {repository}"))
    }
}

/// An image, or an index with the images in it.
struct Group {
    top: ImageDetail,
    children: Vec<String>,
}

impl Group {
    fn digests(&self) -> impl Iterator<Item = &String> {
        self.top.image_digest.iter().chain(&self.children)
    }
}

impl Pruning<'_> {
    /// Deletes what is old and unused. A lifecycle policy could not do it: it does not know what is in use.
    ///
    /// # Errors
    /// As the calls; images that ECR did not delete.
    async fn run(&self, run: &Run) -> Result<()> {
        let groups = self.groups(run).await?;
        let (old, others) = self.split(groups);
        if old.is_empty() || self.others_may_pull(run).await? {
            return Ok(());
        }
        let used = used(self.cloud, run).await?;
        let (kept, gone): (Vec<_>, Vec<_>) =
            old.into_iter().partition(|g| g.digests().any(|d| used.contains(d)));
        let kept: BTreeSet<&String> = kept.iter().chain(&others).flat_map(Group::digests).collect();
        // An index has to go before the images in it.
        let tops = gone.iter().filter_map(|g| g.top.image_digest.clone()).collect();
        let children = gone.iter().flat_map(|g| &g.children).filter(|d| !kept.contains(d)).cloned().collect();
        let mut failures = self.delete(tops, run).await?;
        failures.extend(self.delete(children, run).await?);
        if !gone.is_empty() {
            run.note(format!("deleted {} images that nothing uses any more", gone.len()));
        }
        said(&failures)
    }

    /// All images, those of an index with it.
    async fn groups(&self, run: &Run) -> Result<Vec<Group>> {
        let images = self.images(run).await?;
        let mut children = self.children(&images, run).await?;
        let inner: BTreeSet<String> = children.values().flatten().cloned().collect();
        let outer =
            images.into_iter().filter(|i| i.image_digest.as_ref().is_some_and(|d| !inner.contains(d)));
        Ok(outer
            .map(|top| {
                let children = top.image_digest().and_then(|d| children.remove(d)).unwrap_or_default();
                Group { top, children }
            })
            .collect())
    }

    async fn images(&self, run: &Run) -> Result<Vec<ImageDetail>> {
        pages(async |next| {
            let request = self.cloud.ecr.describe_images().repository_name(self.repository);
            let request = request.max_results(1000).set_next_token(next);
            let page = call(run, "DescribeImages", || request.clone().send()).await?;
            Ok((page.image_details.unwrap_or_default(), page.next_token))
        })
        .await
    }

    /// The images in each index, by its digest.
    async fn children(&self, images: &[ImageDetail], run: &Run) -> Result<BTreeMap<String, Vec<String>>> {
        let indexes = images.iter().filter(|i| manifest::is_index(i.image_manifest_media_type()));
        let indexes: Vec<_> = indexes.filter_map(|i| i.image_digest.clone()).collect();
        let mut all = BTreeMap::new();
        for some in indexes.chunks(IDS) {
            let request = self.cloud.ecr.batch_get_image().repository_name(self.repository);
            let request = request.set_image_ids(Some(ids(some)));
            let request =
                request.set_accepted_media_types(Some(manifest::INDEXES.map(str::to_owned).to_vec()));
            let answer = call(run, "BatchGetImage", || request.clone().send()).await?;
            said(answer.failures())?;
            for image in answer.images() {
                all.insert(manifest::digest_of(image)?, manifest::children(image)?);
            }
        }
        Ok(all)
    }

    /// The own ones beyond the newest few, and all others.
    fn split(&self, groups: Vec<Group>) -> (Vec<Group>, Vec<Group>) {
        let (mut own, mut others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|g| self.is_own(&g.top));
        own.sort_by_key(|g| {
            std::cmp::Reverse((g.top.image_pushed_at.map(|d| d.as_nanos()), g.top.image_digest.clone()))
        });
        let old = own.split_off(self.keep.min(own.len()));
        others.extend(own);
        (old, others)
    }

    fn is_own(&self, image: &ImageDetail) -> bool {
        let (tags, is_referrer) = (image.image_tags(), image.subject_manifest_digest.is_some());
        let ours = |tag: &String| tag.starts_with("ctx-") || tag.starts_with("arc-");
        if tags.is_empty() { self.is_made && !is_referrer } else { tags.iter().all(ours) }
    }

    async fn others_may_pull(&self, run: &Run) -> Result<bool> {
        let request = self.cloud.ecr.get_repository_policy().repository_name(self.repository);
        let answer = call(run, "GetRepositoryPolicy", || request.clone().send()).await.found()?;
        let Some(text) = answer.and_then(|a| a.policy_text) else { return Ok(false) };
        let account = &self.cloud.identify().await?.account;
        let open = policy::statements(&policy::parse(&text)).iter().any(|s| policy::lets_others(s, account));
        if open {
            run.note("old images stay: other accounts may use them, and that can't be seen from here");
        }
        Ok(open)
    }

    async fn delete(&self, digests: Vec<String>, run: &Run) -> Result<Vec<ImageFailure>> {
        let mut failures = Vec::new();
        for some in digests.chunks(IDS) {
            let request = self.cloud.ecr.batch_delete_image().repository_name(self.repository);
            let request = request.set_image_ids(Some(ids(some)));
            let answer = call(run, "BatchDeleteImage", || request.clone().send()).await?;
            failures.extend(answer.failures.unwrap_or_default());
        }
        Ok(failures)
    }
}

fn ids(digests: &[String]) -> Vec<ImageIdentifier> {
    digests.iter().map(|d| ImageIdentifier::builder().image_digest(d).build()).collect()
}

/// What ECR did not do, inside an answer that says 200. What is gone already is no failure.
fn said(failures: &[ImageFailure]) -> Result<()> {
    let gone = Some(&ImageFailureCode::ImageNotFound);
    let mut failures = failures.iter().filter(|f| f.failure_code() != gone);
    let Some(first) = failures.next() else { return Ok(()) };
    let digest = first.image_id().and_then(ImageIdentifier::image_digest).unwrap_or("an image");
    let more = failures.count();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    bail!("ECR refuses {digest}: {}{more}", first.failure_reason().unwrap_or("no reason given"))
}

/// Digests of what the functions of the region run, in all versions; an alias names versions.
async fn used(cloud: &Cloud, run: &Run) -> Result<BTreeSet<String>> {
    let functions = pages(async |marker| {
        let request = cloud.lambda.list_functions().function_version(FunctionVersion::All).set_marker(marker);
        let page = call(run, "ListFunctions", || request.clone().send()).await?;
        Ok((page.functions.unwrap_or_default(), page.next_marker))
    });
    let hashes = functions.await?.into_iter().filter_map(|f| f.code_sha256);
    Ok(hashes.map(|hash| format!("sha256:{hash}")).collect())
}
