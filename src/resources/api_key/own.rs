//! All keys of a stack.

use super::{AT_ONCE, tags_of};
use crate::{
    aws::{FoundExt, StackAws, call},
    engine::Id,
};
use anyhow::Result;
use aws_sdk_apigateway::operation::get_api_key::GetApiKeyOutput;
use futures_util::{StreamExt, TryStreamExt, stream};

/// The stack's keys of these names, also those whose place others have taken. AWS's list need not show tags, and a name may be
/// anybody's: so each is read by itself.
///
/// # Errors
/// As the calls.
pub(crate) async fn own_keys(
    aws: &StackAws,
    is_named: impl Fn(&str) -> bool,
    with_values: bool,
) -> Result<Vec<GetApiKeyOutput>> {
    let all = aws.cloud.api_keys().await?;
    let run = &aws.cloud.looking_at(&Id::only("keys"));
    let reads: Vec<_> = all
        .iter()
        .filter(|key| key.name().is_some_and(&is_named))
        .filter_map(|key| key.id())
        .map(|id| async move {
            let request = aws.cloud.apigateway.get_api_key().api_key(id).include_value(with_values);
            call(run, "GetApiKey", || request.clone().send()).await.found()
        })
        .collect();
    let found: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().filter(|key| aws.ownership.owns(&tags_of(key))).collect())
}
