//! What a function's deletion would lose for good: other people's statements in its resource policy.
//!
//! A function that is made anew under its name (Zip to Image, or Failed) gets them again. So that a run that dies in
//! between loses none, they are first written down where everything of a stack hangs: as tags on its REST API. The next
//! `up` finds them there, adds them, and takes the tags away. Only what comes back as it was is written down: with a
//! statement of which that can't be said the function is not deleted.

use super::lost::unwritable;
use crate::{
    aws::tags::{KEPT, Tags},
    engine::Run,
    resources::{StackAws, apigateway_tags, grant::Grant, own_api, permission, tags_of},
};
use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

/// The statements of one function that are still to be added again, and the tags that hold them.
#[derive(Default)]
pub struct KeptStatements {
    api: String,
    tags: Tags,
    statements: Vec<Value>,
}

/// A tag value's limit.
const VALUE: usize = 256;

/// AWS takes 50 tags; some are ours and the user's already.
const MOST_TAGS: usize = 30;

fn prefix(function: &str) -> String {
    format!("{KEPT}:{function}:")
}

impl KeptStatements {
    /// Those that an earlier run left. Asks AWS nothing: the API's tags come with a list that is read anyway.
    ///
    /// # Errors
    /// As the list.
    pub async fn read(aws: &StackAws, function: &str) -> Result<Self> {
        let Some(api) = own_api(aws).await? else { return Ok(Self::default()) };
        let prefix = prefix(function);
        let tags: Tags = tags_of(&api).into_iter().filter(|(k, _)| k.starts_with(&prefix)).collect();
        // Somebody may have edited them by hand: then they only go.
        let statements = statements(&tags).unwrap_or_default();
        Ok(Self { api: api.id.unwrap_or_default(), tags, statements })
    }

    /// Writes the function's statements of other people down, in the place of what was written before.
    ///
    /// # Errors
    /// One that AddPermission can't write; more of them than tags can hold; as the calls.
    pub async fn write(aws: &StackAws, function: &str, function_arn: &str, run: &Run) -> Result<Self> {
        let statements = permission::statements(aws, function, run).await?;
        let mut statements: Vec<Value> = permission::others(aws, statements).collect();
        let before = Self::read(aws, function).await?;
        // What an earlier run could not add again is not in the policy.
        let missing = |kept: &&Value| statements.iter().all(|s| s["Sid"] != kept["Sid"]);
        let missing: Vec<Value> = before.statements.iter().filter(missing).cloned().collect();
        statements.extend(missing);
        if let Some(why) = unwritable(function, &not_grants(&statements, function_arn)) {
            bail!(why);
        }
        let tags = as_tags(function, &statements)?;
        ensure!(
            tags.len() <= MOST_TAGS,
            "the resource policy of {function} has more statements of others than can be kept while it is recreated: remove \
             some (aws lambda remove-permission) and add them again afterwards"
        );
        if tags != before.tags {
            let api = own_api(aws).await?.context("the stack has no REST API to keep statements at")?;
            apigateway_tags::set(aws, &arn(aws, api.id().unwrap_or_default())?, &before.tags, &tags, run)
                .await?;
            aws.cloud.forget_rest_apis();
            return Ok(Self { api: api.id.unwrap_or_default(), tags, statements });
        }
        Ok(Self { statements, ..before })
    }

    /// Adds them again and takes the tags away.
    ///
    /// # Errors
    /// One that AddPermission can't write, which somebody made of it by hand; as the calls.
    pub async fn restore(&self, aws: &StackAws, function: &str, function_arn: &str, run: &Run) -> Result<()> {
        let others = not_grants(&self.statements, function_arn);
        ensure!(
            others.is_empty(),
            "the REST API's tags {KEPT}:{function}:… hold statements that AddPermission can't write as they are ({}): add \
             them to the policy of {function} by hand (aws lambda put-resource-policy), and remove the tags",
            ids(&others).join(", ")
        );
        for grant in self.statements.iter().filter_map(|s| Grant::of(s, function_arn)) {
            grant.add(aws, function, run).await?;
        }
        self.forget(aws, run).await
    }

    /// Takes the tags away: the function is gone for good.
    ///
    /// # Errors
    /// As the call.
    pub async fn forget(&self, aws: &StackAws, run: &Run) -> Result<()> {
        if self.tags.is_empty() {
            return Ok(());
        }
        apigateway_tags::set(aws, &arn(aws, &self.api)?, &self.tags, &Tags::new(), run).await?;
        aws.cloud.forget_rest_apis();
        Ok(())
    }

    /// Their ids.
    pub fn ids(&self) -> Vec<String> {
        if self.statements.is_empty() && !self.tags.is_empty() {
            return vec!["(not readable any more)".to_owned()];
        }
        ids(&self.statements)
    }
}

fn ids(statements: &[Value]) -> Vec<String> {
    statements.iter().map(|s| s["Sid"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Those that AddPermission can't write.
pub(super) fn not_grants(statements: &[Value], function_arn: &str) -> Vec<Value> {
    statements.iter().filter(|s| Grant::of(s, function_arn).is_none()).cloned().collect()
}

fn arn(aws: &StackAws, api: &str) -> Result<String> {
    apigateway_tags::arn(aws, &format!("restapis/{api}"))
}

/// Base64, because API Gateway's tags hold few characters; cut, because they are short.
fn as_tags(function: &str, statements: &[Value]) -> Result<Tags> {
    if statements.is_empty() {
        return Ok(Tags::new());
    }
    let text = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_string(statements)?);
    let parts = text.as_bytes().chunks(VALUE).enumerate();
    let tag = |(n, part): (usize, &[u8])| {
        (format!("{}{n:02}", prefix(function)), String::from_utf8_lossy(part).into_owned())
    };
    Ok(parts.map(tag).collect())
}

fn statements(tags: &Tags) -> Result<Vec<Value>> {
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let text: String = tags.values().map(String::as_str).collect();
    Ok(serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn survives_the_tags_however_many_they_need() {
        let one = |n| json!({ "Sid": format!("from-{n}"), "Principal": { "AWS": "é" }, "n": "x".repeat(n) });
        let all: Vec<_> = (0..60).map(one).collect();
        let tags = as_tags("f", &all).unwrap_or_default();
        assert!(tags.len() > 10 && tags.values().all(|v| v.len() <= VALUE));
        assert_eq!(statements(&tags).unwrap_or_default(), all);
    }
}
