//! API Gateway's tags, which four kinds share.

use super::{Cloud, call::call, tags};
use crate::engine::Run;
use anyhow::Result;

/// API Gateway's ARNs have no account.
pub(crate) fn arn(cloud: &Cloud, rest: &str) -> Result<String> {
    Ok(format!("arn:{}:apigateway:{}::/{rest}", cloud.identity()?.partition, cloud.region))
}

pub(crate) async fn set(
    cloud: &Cloud,
    arn: &str,
    have: &tags::Tags,
    want: &tags::Tags,
    run: &Run,
) -> Result<()> {
    let apigateway = &cloud.apigateway;
    let set = async |new: tags::Tags| {
        let request = apigateway.tag_resource().resource_arn(arn).set_tags(Some(new.into_iter().collect()));
        call(run, "TagResource", || request.clone().send()).await.map(drop)
    };
    let take_away = async |gone| {
        let request = apigateway.untag_resource().resource_arn(arn).set_tag_keys(Some(gone));
        call(run, "UntagResource", || request.clone().send()).await.map(drop)
    };
    tags::change(have, want, set, take_away).await
}
