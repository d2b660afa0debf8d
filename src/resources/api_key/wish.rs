//! What the stack file wishes of an API key.

use super::{ApiKey, ApiKeyOutput, Settings, creation::Creation, remove};
use crate::{
    aws::{apigateway_tags, call, patch},
    engine::{Applied, Found, Kind as _, Need, NeedsReplacement, Run, SECRET, Wish, revealed},
    resources::RestApiOutput,
    stack::Text,
};
use anyhow::Result;
use serde_json::json;

pub(crate) struct ApiKeyWish {
    pub key: ApiKey,
    /// Of the stack file's own; else AWS makes one.
    pub value: Option<Text>,
    /// Says whether the stack is paused.
    pub rest_api: Need<RestApiOutput>,
}

impl ApiKeyWish {
    fn is_paused(&self) -> bool {
        self.rest_api.get().is_some_and(|api| api.paused.is_some())
    }

    fn gets_another_value(&self, found: &Found<ApiKey>) -> bool {
        let have = found.settings.value.as_ref().map(revealed).and_then(|value| value.as_str());
        self.value.as_ref().is_some_and(|want| have != Some(&want.value))
    }

    fn replaced_value(&self) -> String {
        let name = &self.key.name;
        format!(
            "the value of the key {name} changes, and the old one ends at once: clients need the new one (`lambdeploy key rotate \
             {name}` keeps both for a while)"
        )
    }
}

impl Wish for ApiKeyWish {
    type Kind = ApiKey;

    fn kind(&self) -> &ApiKey {
        &self.key
    }

    /// On a key that was adopted, what the file does not name stays as it is. One that somebody disabled by hand stays so,
    /// whoever made it: it may be in wrong hands.
    fn settings(&self, found: Option<&Found<ApiKey>>) -> Result<Settings> {
        let adopted = found.and_then(Found::adopted);
        Ok(Settings {
            name: self.key.name.clone(),
            description: adopted.map(|a| a.description.clone()).unwrap_or_default(),
            enabled: !self.is_paused() && found.is_none_or(|f| f.settings.enabled || f.settings.paused),
            value: self.value.as_ref().map(|text| json!({ SECRET: text.value })),
            paused: false,
            tags: self.key.aws.ownership.tags(&self.key.id(), found.map(|f| &f.owner)),
        })
    }

    fn replaces(&self, found: &Found<ApiKey>, _: &Settings) -> Option<String> {
        self.gets_another_value(found).then(|| self.replaced_value())
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<ApiKeyOutput> {
        let (name, tags) = (&want.name, want.tags.clone());
        let made =
            Creation { of: &self.key, name, value: self.value.as_ref(), enabled: want.enabled, tags, run };
        let id = made.make().await?;
        Ok(ApiKeyOutput { id, disabled: !want.enabled })
    }

    async fn update(
        &self,
        found: &Found<ApiKey>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<ApiKeyOutput>> {
        if self.gets_another_value(found) {
            return Err(NeedsReplacement(self.replaced_value()).into());
        }
        let (id, have) = (&found.output.id, &found.settings);
        let arn = apigateway_tags::arn(&self.key.aws.cloud, &format!("apikeys/{id}"))?;
        apigateway_tags::set(&self.key.aws.cloud, &arn, &have.tags, &want.tags, run).await?;
        if have.enabled && !want.enabled {
            self.key.mark_paused(id, true, run).await?;
        }
        let operations = [
            patch::changed("/name", &have.name, &want.name),
            patch::changed("/description", &have.description, &want.description),
            patch::changed("/enabled", &have.enabled, &want.enabled),
        ];
        let operations: Vec<_> = operations.into_iter().flatten().collect();
        if !operations.is_empty() {
            let request = self
                .key
                .aws
                .cloud
                .apigateway
                .update_api_key()
                .api_key(id)
                .set_patch_operations(Some(operations));
            call(run, "UpdateApiKey", || request.clone().send()).await?;
        }
        self.key.aws.cloud.forget_api_keys();
        if have.paused && want.enabled {
            self.key.mark_paused(id, false, run).await?;
        }
        Ok(Applied::in_place(ApiKeyOutput { disabled: !want.enabled, ..found.output.clone() }))
    }

    /// The new one is there before the old one goes; the plan links it after that.
    async fn replace(
        &self,
        found: &Found<ApiKey>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<ApiKeyOutput>> {
        if !self.gets_another_value(found) {
            return self.update(found, want, run).await;
        }
        self.key.rotate(&found.output.id, run).await?;
        let made = self.create(want, run).await?;
        remove(&self.key.aws, &found.output.id, run).await?;
        Ok(Applied::replaced(made))
    }
}
