//! How an API key is made: AWS keys it by nothing.

use super::{ApiKey, remove};
use crate::{
    aws::{Unkeyed, call_once, create_unkeyed, tags},
    engine::Run,
    stack::Text,
};
use anyhow::{Context as _, Result};

pub(super) struct Creation<'a> {
    pub of: &'a ApiKey,
    pub name: &'a str,
    /// Else AWS makes one.
    pub value: Option<&'a Text>,
    pub enabled: bool,
    pub tags: tags::Tags,
    pub run: &'a Run,
}

impl Creation<'_> {
    /// Its id.
    ///
    /// # Errors
    /// As the calls.
    pub(super) async fn make(&self) -> Result<String> {
        create_unkeyed(self, self.run).await
    }

    /// What is made while the stack is paused is opened with it.
    fn all_tags(&self) -> tags::Tags {
        let paused = (!self.enabled).then(|| (tags::PAUSED.to_owned(), "true".to_owned()));
        self.tags.clone().into_iter().chain(paused).collect()
    }
}

impl Unkeyed for Creation<'_> {
    /// The key's id.
    type Item = String;

    async fn ours(&self, mine: Option<&String>) -> Result<Vec<String>> {
        self.of.aws.cloud.forget_api_keys();
        let all = self.of.aws.cloud.api_keys().await?;
        let named: Vec<_> =
            all.iter().filter(|k| k.name() == Some(&self.of.name)).filter_map(|k| k.id.clone()).collect();
        match mine {
            Some(mine) if named == [mine.clone()] => Ok(named),
            _ => Ok(self.of.own().await?.into_iter().filter_map(|k| k.id).collect()),
        }
    }

    async fn create(&self) -> Result<String> {
        let request = self.of.aws.cloud.apigateway.create_api_key();
        let request = request
            .name(self.name)
            // AWS's own default is a key that does not work.
            .enabled(self.enabled)
            .set_value(self.value.map(|text| text.value.clone()))
            .set_tags(Some(self.all_tags().into_iter().collect()));
        let made = call_once(self.run, "CreateApiKey", || request.clone().send()).await?;
        made.id.context("CreateApiKey answered without an id")
    }

    async fn delete(&self, id: &String) -> Result<()> {
        remove(&self.of.aws, id, self.run).await
    }

    fn same(a: &String, b: &String) -> bool {
        a == b
    }
}
