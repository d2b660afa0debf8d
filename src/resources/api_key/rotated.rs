//! A key beside another of its name: the old value, which works until it is retired.

use super::{ApiKey, KeyState, creation::Creation, remove, tags_of};
use crate::{
    aws::{apigateway_tags, call, patch, tags},
    engine::{Found, Kind as _, Owner, Run},
    stack::Text,
};
use anyhow::Result;
use futures_util::future::try_join_all;

/// An old value's key.
#[derive(Debug, Clone)]
pub(crate) struct Rotated {
    pub id: String,
    /// The day when another took its place: `2026-11-29`.
    pub since: String,
    pub state: KeyState,
    /// It was not adopted.
    pub(super) is_the_stacks_own: bool,
}

impl ApiKey {
    /// Those of its name that others have taken the place of; more than one only after a rotation that died.
    ///
    /// # Errors
    /// As the calls.
    pub(crate) async fn rotated(&self, run: &Run) -> Result<Vec<Rotated>> {
        let all = self.aws.cloud.api_keys().await?;
        let named = all.iter().filter(|k| k.name() == Some(&self.name)).filter_map(|k| k.id.clone());
        let keys = try_join_all(named.map(|id| self.get(id, run))).await?;
        let rotated = keys.into_iter().flatten().filter_map(|key| {
            let tags = tags_of(&key);
            let since = tags.get(tags::ROTATED).filter(|_| self.was_ours(&tags))?.clone();
            let is_the_stacks_own = !tags.contains_key(tags::ADOPTED);
            let state = KeyState { enabled: key.enabled, paused: tags.contains_key(tags::PAUSED) };
            Some(Rotated { id: key.id?, since, state, is_the_stacks_own })
        });
        Ok(rotated.collect())
    }

    pub(super) async fn found_rotated(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let Some(old) = self.rotated(&run).await?.into_iter().find(|old| old.is_the_stacks_own) else {
            return Ok(None);
        };
        let key = self.get(old.id, &run).await?;
        key.map(|key| self.found(key, Owner::Us)).transpose()
    }

    /// From now on another one of the name is looked for; this one goes on working.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn rotate(&self, id: &str, run: &Run) -> Result<()> {
        let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        self.mark(id, tags::ROTATED, Some(today), run).await
    }

    /// Another one of the name, with the file's own value or one of AWS's; its id.
    ///
    /// # Errors
    /// As the calls.
    pub(crate) async fn make(&self, value: Option<&Text>, run: &Run) -> Result<String> {
        let tags = self.aws.ownership.tags(&self.id(), None);
        Creation { of: self, name: &self.name, value, enabled: true, tags, run }.make().await
    }

    /// Ends an old value.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn retire(&self, id: &str, run: &Run) -> Result<()> {
        remove(&self.aws, id, run).await
    }

    /// Marks what `pause` disabled, so that nothing else is enabled again.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn mark_paused(&self, id: &str, paused: bool, run: &Run) -> Result<()> {
        self.mark(id, tags::PAUSED, paused.then(|| "true".to_owned()), run).await
    }

    async fn mark(&self, id: &str, tag: &str, value: Option<String>, run: &Run) -> Result<()> {
        let arn = apigateway_tags::arn(&self.aws.cloud, &format!("apikeys/{id}"))?;
        let old = tags::Tags::from([(tag.to_owned(), String::new())]);
        let (have, want) = match value {
            Some(value) => (tags::Tags::new(), tags::Tags::from([(tag.to_owned(), value)])),
            None => (old, tags::Tags::new()),
        };
        let result = apigateway_tags::set(&self.aws.cloud, &arn, &have, &want, run).await;
        self.aws.cloud.forget_api_keys();
        result
    }

    /// Lets it in, or nobody by it.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn enable(&self, id: &str, enabled: bool, run: &Run) -> Result<()> {
        let request = self.aws.cloud.apigateway.update_api_key().api_key(id);
        let request = request.patch_operations(patch::replace("/enabled", enabled));
        call(run, "UpdateApiKey", || request.clone().send()).await?;
        self.aws.cloud.forget_api_keys();
        Ok(())
    }
}
