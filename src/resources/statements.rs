//! The statements of a function's resource policy, or of its alias's: ours, by their ids, and other people's.

use crate::{
    aws::{FoundExt, StackAws, call},
    engine::Run,
};
use anyhow::{Context as _, Result};
use serde_json::Value;

/// The ids of the stack's own statement. Letters, digits, `-` and `_`, at most 100: a stack's name is all of that but `_`,
/// so no other stack's id is among them.
pub(super) fn sids(aws: &StackAws) -> [String; 2] {
    let one = format!("lambdeploy-{}", aws.ownership.stack);
    let other = format!("{one}_2");
    [one, other]
}

/// All statements of the resource policy of a function, or of its alias.
pub(super) async fn statements(
    aws: &StackAws,
    function: &str,
    alias: Option<&str>,
    run: &Run,
) -> Result<Vec<Value>> {
    let request =
        aws.cloud.lambda.get_policy().function_name(function).set_qualifier(alias.map(str::to_owned));
    let answer = call(run, "GetPolicy", || request.clone().send()).await.found()?;
    let Some(text) = answer.and_then(|a| a.policy) else { return Ok(Vec::new()) };
    let document: Value = serde_json::from_str(&text).context("the function's policy is not JSON")?;
    Ok(document["Statement"].as_array().cloned().unwrap_or_default())
}

/// The statements of other people in the resource policy of a function, or of its alias.
///
/// # Errors
/// As the call.
pub(crate) async fn foreign_statements(
    aws: &StackAws,
    function: &str,
    alias: Option<&str>,
    run: &Run,
) -> Result<Vec<Value>> {
    Ok(others(aws, statements(aws, function, alias, run).await?).collect())
}

/// Those of them that are other people's.
pub(super) fn others(aws: &StackAws, statements: Vec<Value>) -> impl Iterator<Item = Value> {
    let ours = sids(aws);
    statements.into_iter().filter(move |s| ours.iter().all(|sid| s["Sid"] != sid.as_str()))
}
