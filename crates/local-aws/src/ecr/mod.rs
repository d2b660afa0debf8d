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
mod permissions;
pub(crate) mod policy;
mod pull_rights;
mod put;
mod repositories;
pub(crate) mod state;
mod tags;
mod time;
mod token;

pub(crate) use constraint::{is_repository_name, is_tag};
pub(crate) use errors::repository_not_found;
pub(crate) use image::ImageId;
pub(crate) use manifest::MAX_BYTES as MAX_MANIFEST_BYTES;
pub(crate) use put::{Push, PutRefusal};

use crate::{
    error_words::ErrorWords,
    permission::Permission,
    request_quotas::RequestQuota,
    service::{Operation, Protocol, Service},
};

pub(crate) static SERVICE: Service = Service {
    name: "ecr",
    signing_name: "ecr",
    protocol: Protocol::Json,
    // A manifest of 4 MB, as a text in JSON.
    body_limit: 10 * 1024 * 1024,
    operations: OPERATIONS,
    permissions: permissions::needed,
    permission_to_tag: |_, _, resource| Permission::new("ecr:TagResource", resource),
    tags_of: |account, region, arn| account.regions.get(region)?.ecr.tags_of(arn),
    request_quotas: |operation, _| match operation {
        "GetAuthorizationToken" => vec![RequestQuota::new(operation, 20.0, 200.0)],
        _ => Vec::new(),
    },
    words: ErrorWords::JSON,
};

const OPERATIONS: &[Operation] = &[
    Operation::named("BatchCheckLayerAvailability", availability::batch_check),
    Operation::named("BatchDeleteImage", batch::delete),
    Operation::named("BatchGetImage", batch::get),
    Operation::named("CreateRepository", repositories::create),
    Operation::named("DeleteLifecyclePolicy", lifecycle::delete),
    Operation::named("DeleteRepository", repositories::delete),
    Operation::named("DeleteRepositoryPolicy", policy::delete),
    Operation::named("DescribeImages", describe::images),
    Operation::named("DescribeRepositories", repositories::describe),
    Operation::named("GetAuthorizationToken", token::get),
    Operation::named("GetDownloadUrlForLayer", availability::download_url),
    Operation::named("GetLifecyclePolicy", lifecycle::get),
    Operation::named("GetRepositoryPolicy", policy::get),
    Operation::named("ListImages", describe::list),
    Operation::named("ListTagsForResource", tags::list),
    Operation::named("PutImage", put::put_image),
    Operation::named("PutImageScanningConfiguration", repositories::put_scanning),
    Operation::named("PutImageTagMutability", mutability::put),
    Operation::named("PutLifecyclePolicy", lifecycle::put),
    Operation::named("SetRepositoryPolicy", policy::set),
    Operation::named("TagResource", tags::tag),
    Operation::named("UntagResource", tags::untag),
    Operation::named("UpdateImageStorageClass", archive::update_storage_class),
];

/// What the tests of this folder share: repositories and pushed images, by the operations themselves.
#[cfg(test)]
pub(crate) mod testing;
