//! API Gateway's tags, which four kinds share.

use super::Context;
use crate::{
    aws::{call, tags},
    engine::Reporter,
};
use anyhow::Result;

/// API Gateway's ARNs have no account.
pub fn arn(at: &Context, rest: &str) -> Result<String> {
    Ok(format!("arn:{}:apigateway:{}::/{rest}", at.cloud.identity()?.partition, at.cloud.region))
}

pub async fn set(at: &Context, arn: &str, have: &tags::Tags, want: &tags::Tags, to: &Reporter) -> Result<()> {
    let (set, gone) = tags::difference(have, want);
    if !set.is_empty() {
        let set = set.into_iter().collect();
        let request = at.cloud.apigateway.tag_resource().resource_arn(arn).set_tags(Some(set));
        call(to, "TagResource", || request.clone().send()).await?;
    }
    if !gone.is_empty() {
        let request = at.cloud.apigateway.untag_resource().resource_arn(arn).set_tag_keys(Some(gone));
        call(to, "UntagResource", || request.clone().send()).await?;
    }
    Ok(())
}
