//! API Gateway's tags, which four kinds share.

use super::StackAws;
use crate::{
    aws::{call, tags},
    engine::Run,
};
use anyhow::Result;

/// API Gateway's ARNs have no account.
pub(super) fn arn(aws: &StackAws, rest: &str) -> Result<String> {
    Ok(format!("arn:{}:apigateway:{}::/{rest}", aws.cloud.identity()?.partition, aws.cloud.region))
}

pub(super) async fn set(
    aws: &StackAws,
    arn: &str,
    have: &tags::Tags,
    want: &tags::Tags,
    run: &Run,
) -> Result<()> {
    let cloud = &aws.cloud.apigateway;
    let set = async |new: tags::Tags| {
        let request = cloud.tag_resource().resource_arn(arn).set_tags(Some(new.into_iter().collect()));
        call(run, "TagResource", || request.clone().send()).await.map(drop)
    };
    let take_away = async |gone| {
        let request = cloud.untag_resource().resource_arn(arn).set_tag_keys(Some(gone));
        call(run, "UntagResource", || request.clone().send()).await.map(drop)
    };
    tags::change(have, want, set, take_away).await
}
