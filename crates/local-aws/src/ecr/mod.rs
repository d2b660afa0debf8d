//! ECR's control plane: repositories, their policies, images. Its data plane is [`crate::registry`].

mod archive;
mod availability;
mod batch;
mod constraint;
mod delete;
mod describe;
mod errors;
mod image;
mod input;
mod jackson;
mod lifecycle;
mod manifest;
mod mutability;
mod page;
mod policy;
mod put;
mod repositories;
mod repository;
mod tags;
mod token;

pub use constraint::{is_digest, is_repository_name, is_tag};
pub use errors::repository_not_found;
pub use image::{Image, ImageId};
pub use manifest::MAX_BYTES as MAX_MANIFEST_BYTES;
pub use put::{Push, Refusal};
pub use repository::Repository;

use crate::{
    config::Delays,
    operation::{Handler, Operation},
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

pub const OPERATIONS: &[Operation] = &[
    operation("BatchCheckLayerAvailability", availability::batch_check),
    operation("BatchDeleteImage", batch::delete),
    operation("BatchGetImage", batch::get),
    operation("CreateRepository", repositories::create),
    operation("DeleteLifecyclePolicy", lifecycle::delete),
    operation("DeleteRepository", repositories::delete),
    operation("DeleteRepositoryPolicy", policy::delete),
    operation("DescribeImages", describe::images),
    operation("DescribeRepositories", repositories::describe),
    operation("GetAuthorizationToken", token::get),
    operation("GetDownloadUrlForLayer", availability::download_url),
    operation("GetLifecyclePolicy", lifecycle::get),
    operation("GetRepositoryPolicy", policy::get),
    operation("ListImages", describe::list),
    operation("ListTagsForResource", tags::list),
    operation("PutImage", put::put_image),
    operation("PutImageScanningConfiguration", repositories::put_scanning),
    operation("PutImageTagMutability", mutability::put),
    operation("PutLifecyclePolicy", lifecycle::put),
    operation("SetRepositoryPolicy", policy::set),
    operation("TagResource", tags::tag),
    operation("UntagResource", tags::untag),
    operation("UpdateImageStorageClass", archive::update_storage_class),
];

const fn operation(name: &'static str, handler: Handler) -> Operation {
    Operation { name, method: "POST", path: "/", query: &[], handler }
}

/// The registry of one account in one region.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ecr {
    /// By name.
    pub repositories: BTreeMap<String, Repository>,
}

impl Ecr {
    /// The image that `reference`, a tag or a digest (`sha256:…`), names in `repository`.
    pub fn image(&self, repository: &str, reference: &str) -> Option<&Image> {
        self.repositories.get(repository)?.image(reference)
    }

    /// Whether the repository's policy lets Lambda pull for this function. A policy younger than
    /// `delays.repository_policy` is not seen yet: what it replaced still holds.
    pub fn lambda_may_pull(
        &self,
        repository: &str,
        function_arn: &str,
        now: Timestamp,
        delays: &Delays,
    ) -> bool {
        let Some(repository) = self.repositories.get(repository) else { return false };
        let seen = repository.policy.as_ref().and_then(|p| p.seen(now, delays.repository_policy));
        seen.is_some_and(|text| policy::lets_lambda_pull(text, &repository.arn, function_arn))
    }
}

/// What the tests of this folder share: repositories and pushed images, by the operations themselves.
#[cfg(test)]
pub mod testing;
