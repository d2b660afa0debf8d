//! `releases`: the versions of each function.

use super::pipeline::as_caller;
use crate::{
    aws::{Cloud, StackAws},
    resources::FunctionReleases,
    stack::Stack,
};
use anyhow::Result;
use futures_util::future::try_join_all;
use std::rc::Rc;

/// Of all of the stack's functions that are there.
///
/// # Errors
/// Credentials that AWS refuses, another account than the file's, as the calls.
pub async fn releases(stack: &Stack, cloud: &Rc<Cloud>) -> Result<Vec<FunctionReleases>> {
    let aws = StackAws::of(stack, cloud, Default::default());
    let all = stack.functions.values().map(|it| FunctionReleases::read(&aws, &it.key, &it.name));
    let all = as_caller(stack, cloud, try_join_all(all)).await?;
    Ok(all.into_iter().flatten().collect())
}
