//! What a function's deletion would lose for good: other people's statements in its resource policy.
//!
//! A function that is made anew under its name (Zip to Image, or Failed) gets them again. So that a run that dies in
//! between loses none, they are first written down where everything of a stack hangs: as tags on its REST API. The next
//! `up` finds them there, adds them, and takes the tags away. Only what comes back as it was is written down: with a
//! statement of which that can't be said the function is not deleted.

use super::{FunctionOutput, lost::unwritable};
use crate::{
    aws::{
        StackAws, apigateway_tags,
        tags::{KEPT, Tags},
    },
    engine::{Applied, Deletable, Found, Kind, Need, Owner, Run, Wish, Words},
    policy::{Grant, not_grants},
    resources::{leftovers::Listed, own_api, statements, tags_of},
    stack::Entry,
};
use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::Value;

/// The statements of one function that are still to be added again.
pub(crate) struct KeptStatements {
    aws: StackAws,
    /// Of the function in the stack file.
    key: String,
    function: String,
}

/// What the stack file wishes of them, without saying so: that they are all back in place.
pub(crate) struct RestoredStatements {
    pub kept: KeptStatements,
    pub function: Need<FunctionOutput>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// Their ids.
    statements: Vec<String>,
    #[serde(skip)]
    written: Written,
}

/// What stands in the API's tags.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
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
    pub(crate) fn of(aws: &StackAws, key: &str, function: &str) -> Self {
        Self { aws: aws.clone(), key: key.to_owned(), function: function.to_owned() }
    }

    /// Those that an earlier run left. Asks AWS nothing: the API's tags come with a list that is read anyway.
    async fn read(&self) -> Result<Written> {
        let Some(api) = own_api(&self.aws).await? else { return Ok(Written::default()) };
        let prefix = prefix(&self.function);
        let tags: Tags = tags_of(&api).into_iter().filter(|(k, _)| k.starts_with(&prefix)).collect();
        // Somebody may have edited them by hand: then they only go.
        let statements = statements(&tags).unwrap_or_default();
        Ok(Written { api: api.id.unwrap_or_default(), tags, statements })
    }

    /// Writes the function's statements of other people down, in the place of what was written before.
    ///
    /// # Errors
    /// One that AddPermission can't write; more of them than tags can hold; as the calls.
    pub(super) async fn write(&self, function_arn: &str, run: &Run) -> Result<Written> {
        let (aws, function) = (&self.aws, &self.function);
        let statements = statements::statements(aws, function, None, run).await?;
        let mut statements: Vec<Value> = statements::others(aws, statements).collect();
        let before = self.read().await?;
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
        if tags == before.tags {
            return Ok(Written { statements, ..before });
        }
        let api = own_api(aws).await?.context("the stack has no REST API to keep statements at")?;
        apigateway_tags::set(&aws.cloud, &arn(aws, api.id().unwrap_or_default())?, &before.tags, &tags, run)
            .await?;
        aws.cloud.forget_rest_apis();
        Ok(Written { api: api.id.unwrap_or_default(), tags, statements })
    }

    /// Adds them again and takes the tags away.
    ///
    /// # Errors
    /// One that AddPermission can't write, which somebody made of it by hand; as the calls.
    pub(super) async fn restore(&self, written: &Written, function_arn: &str, run: &Run) -> Result<()> {
        let function = &self.function;
        let others = not_grants(&written.statements, function_arn);
        ensure!(
            others.is_empty(),
            "the REST API's tags {KEPT}:{function}:… hold statements that AddPermission can't write as they are ({}): add \
             them to the policy of {function} by hand (aws lambda put-resource-policy), and remove the tags",
            ids(&others).join(", ")
        );
        for grant in written.statements.iter().filter_map(|s| Grant::of(s, function_arn)) {
            grant.add(&self.aws.cloud, function, run).await?;
        }
        self.forget(written, run).await
    }

    async fn forget(&self, written: &Written, run: &Run) -> Result<()> {
        if written.tags.is_empty() {
            return Ok(());
        }
        let arn = arn(&self.aws, &written.api)?;
        apigateway_tags::set(&self.aws.cloud, &arn, &written.tags, &Tags::new(), run).await?;
        self.aws.cloud.forget_rest_apis();
        Ok(())
    }
}

impl Written {
    fn ids(&self) -> Vec<String> {
        if self.statements.is_empty() && !self.tags.is_empty() {
            return vec!["(not readable any more)".to_owned()];
        }
        ids(&self.statements)
    }
}

impl Kind for KeptStatements {
    const NAME: &'static str = "kept-statements";
    const WORDS: &'static [Words] = &[Words::new(
        "statements",
        "added again to the function, which was recreated",
        "are still to be added again to the function, which was recreated",
    )];
    type Settings = Settings;
    type Output = ();

    fn key(&self) -> &str {
        &self.key
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let written = self.read().await?;
        let settings = Settings { statements: written.ids(), written };
        let is_there = !settings.written.tags.is_empty();
        Ok(is_there.then_some(Found { settings, output: (), owner: Owner::Us }))
    }
}

/// Their function is gone for good.
impl Deletable for KeptStatements {
    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        self.forget(&found.settings.written, run).await
    }
}

impl Listed for KeptStatements {
    const ENTRY: &'static str = "function";

    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self::of(aws, &entry.key, &entry.name)
    }
}

impl Wish for RestoredStatements {
    type Kind = KeptStatements;

    fn kind(&self) -> &KeptStatements {
        &self.kept
    }

    fn settings(&self, _: Option<&Found<KeptStatements>>) -> Result<Settings> {
        Ok(Settings { statements: Vec::new(), written: Written::default() })
    }

    fn is_wished(&self, found: Option<&Found<KeptStatements>>) -> bool {
        found.is_some()
    }

    async fn create(&self, _: &Settings, _: &Run) -> Result<()> {
        Ok(())
    }

    async fn update(&self, found: &Found<KeptStatements>, _: &Settings, run: &Run) -> Result<Applied<()>> {
        let function = self.function.ready()?;
        self.kept.restore(&found.settings.written, &function.arn, run).await?;
        Ok(Applied::in_place(()))
    }
}

fn ids(statements: &[Value]) -> Vec<String> {
    statements.iter().map(|s| s["Sid"].as_str().unwrap_or_default().to_owned()).collect()
}

fn arn(aws: &StackAws, api: &str) -> Result<String> {
    apigateway_tags::arn(&aws.cloud, &format!("restapis/{api}"))
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
