//! An API key: what a client sends as `x-api-key`. Its value can't be changed; a second one beside it is a rotation.

mod creation;
mod own;
mod rotated;
mod wish;

use super::{
    chains,
    leftovers::{Dooms, Listed},
    own_api, rest_api,
    twin::{self, Twinned},
};
use crate::{
    aws::{FoundExt, StackAws, ambiguous, call, ignore_not_found, ordered, tags},
    engine::{Breaks, Deletable, Found, Graph, Kind, Link, Owner, Run, SECRET, Words},
    stack::Entry,
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::{operation::get_api_key::GetApiKeyOutput, types::ApiKey as KeyOfList};
use futures_util::{StreamExt, TryStreamExt, future::try_join_all, stream};
pub(crate) use own::own_keys;
pub(crate) use rotated::Rotated;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
pub(crate) use wish::ApiKeyWish;

/// Keys read at once, where all have to be: API Gateway grants ten requests a second.
const AT_ONCE: usize = 8;

#[derive(Clone)]
pub(crate) struct ApiKey {
    pub aws: StackAws,
    pub name: String,
    /// Whether the stack file gives its value, which is read only then.
    pub has_value: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    name: String,
    description: String,
    enabled: bool,
    /// Where the stack file gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    tags: tags::Tags,
    /// `pause` disabled it, and nobody before.
    #[serde(skip)]
    paused: bool,
}

#[derive(Debug, Clone)]
pub struct ApiKeyOutput {
    /// The key's id, not its value.
    pub id: String,
    /// It lets nobody in, by `pause` or by hand.
    pub disabled: bool,
}

/// Whether it lets anybody in, and who says so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyState {
    pub enabled: bool,
    /// `pause` disabled it, and nobody before.
    pub paused: bool,
}

impl Settings {
    pub(crate) fn state(&self) -> KeyState {
        KeyState { enabled: self.enabled, paused: self.paused }
    }
}

impl ApiKey {
    /// `--adopt key=<id>`
    pub(crate) const WORD: &'static str = "key";

    /// Keys of this name, confirmed one by one: the list need not show tags.
    async fn candidates(&self) -> Result<Vec<GetApiKeyOutput>> {
        let all = self.aws.cloud.api_keys().await?;
        let chosen = self.aws.chosen(Self::WORD);
        let wanted = |k: &&KeyOfList| k.name() == Some(&self.name) || chosen.is_some() && k.id() == chosen;
        let ids = all.iter().filter(wanted).filter_map(|k| k.id.clone());
        let run = self.aws.cloud.looking_at(&self.id());
        let found = try_join_all(ids.map(|id| self.get(id, &run))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Ours under another name. Only looked for where the stack has had such a key: it means reading them all, at least
    /// those that the list does not show to be somebody else's.
    async fn renamed(&self) -> Result<Option<GetApiKeyOutput>> {
        let api = own_api(&self.aws).await?;
        let has_had =
            api.is_some_and(|api| self.aws.inventory(&rest_api::tags_of(&api)).has("api-key", &self.name));
        if !has_had {
            return Ok(None);
        }
        let all = self.aws.cloud.api_keys().await?;
        let run = self.aws.cloud.looking_at(&self.id());
        let owns = |tags: &HashMap<String, String>| tags.get(tags::STACK) == Some(&self.aws.ownership.stack);
        let others = all.iter().filter(|k| k.name() != Some(&self.name) && k.tags().is_none_or(owns));
        let reads: Vec<_> = others.filter_map(|k| k.id.clone()).map(|id| self.get(id, &run)).collect();
        let mut keys = stream::iter(reads).buffer_unordered(AT_ONCE);
        while let Some(key) = keys.try_next().await? {
            if key.as_ref().is_some_and(|k| self.is_ours(&tags_of(k))) {
                return Ok(key);
            }
        }
        Ok(None)
    }

    async fn get(&self, id: String, run: &Run) -> Result<Option<GetApiKeyOutput>> {
        let request = self.aws.cloud.apigateway.get_api_key().api_key(id).include_value(self.has_value);
        call(run, "GetApiKey", || request.clone().send()).await.found()
    }

    async fn own(&self) -> Result<Vec<GetApiKeyOutput>> {
        let candidates = self.candidates().await?;
        self.own_of(&candidates).await
    }

    /// Best first: one that a usage plan lets in is what clients send; else the oldest, else the lowest id.
    async fn own_of(&self, candidates: &[GetApiKeyOutput]) -> Result<Vec<GetApiKeyOutput>> {
        let mut ours: Vec<_> = candidates.iter().filter(|k| self.is_ours(&tags_of(k))).cloned().collect();
        ours.sort_by_key(|k| (k.created_date.map(|d| d.as_nanos()), k.id.clone()));
        if ours.len() > 1 {
            let is_let_in = try_join_all(ours.iter().map(|k| self.is_let_in(k))).await?;
            let mut ranked: Vec<_> = is_let_in.into_iter().zip(ours).collect();
            ranked.sort_by_key(|(is_let_in, _)| !is_let_in);
            ours = ranked.into_iter().map(|(_, key)| key).collect();
        }
        Ok(ours)
    }

    async fn is_let_in(&self, key: &GetApiKeyOutput) -> Result<bool> {
        let run = self.aws.cloud.looking_at(&self.id());
        let request = self.aws.cloud.apigateway.get_usage_plans().key_id(key.id().unwrap_or_default());
        let plans = call(&run, "GetUsagePlans", || request.clone().send()).await?;
        Ok(!plans.items().is_empty())
    }

    fn is_ours(&self, tags: &tags::Tags) -> bool {
        self.was_ours(tags) && !tags.contains_key(tags::ROTATED)
    }

    /// Also one that another has taken the place of.
    fn was_ours(&self, tags: &tags::Tags) -> bool {
        self.aws.ownership.owns(tags) && tags.get(tags::ID).map(String::as_str) == Some(self.id().as_str())
    }

    async fn described(&self) -> Result<Option<(GetApiKeyOutput, Owner)>> {
        let candidates = self.candidates().await?;
        let chosen = self.aws.chosen(Self::WORD);
        let chosen = |k: &&GetApiKeyOutput| chosen.is_some() && k.id() == chosen;
        if let Some(own) = self.own_of(&candidates).await?.into_iter().next() {
            let owner = self.owner(&own);
            return Ok(Some((own, owner)));
        }
        if let Some(own) = self.renamed().await? {
            let owner = self.owner(&own);
            return Ok(Some((own, owner)));
        }
        let stranger = |k: &&GetApiKeyOutput| !tags_of(k).contains_key(tags::STACK);
        let strangers: Vec<_> = match candidates.iter().find(chosen) {
            Some(one) => vec![one],
            None => candidates.iter().filter(stranger).collect(),
        };
        let ids: Vec<_> = strangers.iter().filter_map(|k| k.id()).collect();
        let several = ambiguous("API keys", &self.name, Self::WORD, &ids);
        Ok(strangers.first().map(|k| ((*k).clone(), several.unwrap_or_else(|| self.owner(k)))))
    }

    fn found(&self, key: GetApiKeyOutput, owner: Owner) -> Result<Found<Self>> {
        let settings = Settings {
            name: key.name().unwrap_or_default().to_owned(),
            description: key.description().unwrap_or_default().to_owned(),
            enabled: key.enabled,
            value: key.value().filter(|_| self.has_value).map(|value| json!({ SECRET: value })),
            paused: tags_of(&key).contains_key(tags::PAUSED),
            tags: self.aws.ownership.managed(&tags_of(&key), &owner),
        };
        let id = key.id.context("GetApiKey answered without an id")?;
        Ok(Found { output: ApiKeyOutput { id, disabled: !settings.enabled }, settings, owner })
    }

    fn owner(&self, key: &GetApiKeyOutput) -> Owner {
        let what = || format!("the API key {} (id {})", self.name, key.id().unwrap_or_default());
        self.aws.ownership.owner(&tags_of(key), what)
    }
}

fn tags_of(key: &GetApiKeyOutput) -> tags::Tags {
    ordered(key.tags())
}

async fn remove(aws: &StackAws, id: &str, run: &Run) -> Result<()> {
    let request = aws.cloud.apigateway.delete_api_key().api_key(id);
    let result = ignore_not_found(call(run, "DeleteApiKey", || request.clone().send()).await);
    aws.cloud.forget_api_keys();
    result
}

impl Kind for ApiKey {
    const NAME: &'static str = "api-key";
    const WORDS: &'static [Words] =
        &[Words::new("value", "clients need the new one", "in AWS is another one than the stack file's")];
    const LINKS: &'static [Link] = &[Link::first(chains::KEY, Breaks::Fields(&["enabled", "value"]))];
    type Settings = Settings;
    type Output = ApiKeyOutput;

    fn key(&self) -> &str {
        &self.name
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let described = self.described().await?;
        described.map(|(key, owner)| self.found(key, owner)).transpose()
    }
}

impl Deletable for ApiKey {
    fn replaced(&self, _: &Found<Self>) -> Option<String> {
        Some(format!("the key {} is replaced: its value changes, and clients need the new one", self.name))
    }

    /// Where the last of its name has been rotated away, that one.
    async fn find_doomed(&self) -> Result<Option<Found<Self>>> {
        match self.find().await? {
            Some(found) => Ok(Some(found)),
            None => self.found_rotated().await,
        }
    }

    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        for old in self.rotated(run).await?.iter().filter(|old| old.is_the_stacks_own) {
            remove(&self.aws, &old.id, run).await?;
        }
        Twinned::remove(self, &found.output, run).await
    }
}

impl Listed for ApiKey {
    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self { aws: aws.clone(), name: entry.name.clone(), has_value: false }
    }

    async fn doom_twins(aws: &StackAws, dooms: &mut Dooms, graph: &mut Graph) -> Result<()> {
        for name in aws.file.keys.iter().collect::<BTreeSet<_>>() {
            let key = Self { aws: aws.clone(), name: name.clone(), has_value: false };
            twin::doom(key, Self::OUTLIVED_BY, dooms, graph).await?;
        }
        Ok(())
    }
}

impl Twinned for ApiKey {
    /// Looks closer only where the list shows several of the name.
    async fn twins(&self) -> Result<Vec<String>> {
        let all = self.aws.cloud.api_keys().await?;
        if all.iter().filter(|k| k.name() == Some(&self.name)).count() < 2 {
            return Ok(Vec::new());
        }
        Ok(self.own().await?.into_iter().skip(1).filter_map(|k| k.id).collect())
    }

    async fn by_id(&self, id: &str) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let key = self.get(id.to_owned(), &run).await?.filter(|k| self.is_ours(&tags_of(k)));
        key.map(|key| self.found(key, Owner::Us)).transpose()
    }

    async fn remove(&self, output: &ApiKeyOutput, run: &Run) -> Result<()> {
        remove(&self.aws, &output.id, run).await
    }
}
