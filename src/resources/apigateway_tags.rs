//! API Gateway's tags, which four kinds share.

use super::StackAws;
use crate::{
    aws::{call, tags},
    engine::Run,
};
use anyhow::Result;

/// API Gateway's ARNs have no account.
pub fn arn(aws: &StackAws, rest: &str) -> Result<String> {
    Ok(format!("arn:{}:apigateway:{}::/{rest}", aws.cloud.identity()?.partition, aws.cloud.region))
}

pub async fn set(aws: &StackAws, arn: &str, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
    let (set, gone) = tags::difference(have, want);
    if !set.is_empty() {
        let set = set.into_iter().collect();
        let request = aws.cloud.apigateway.tag_resource().resource_arn(arn).set_tags(Some(set));
        call(run, "TagResource", || request.clone().send()).await?;
    }
    if !gone.is_empty() {
        let request = aws.cloud.apigateway.untag_resource().resource_arn(arn).set_tag_keys(Some(gone));
        call(run, "UntagResource", || request.clone().send()).await?;
    }
    Ok(())
}
