//! What the stack file wishes of its REST API, and the create that AWS does not key by a name.

use super::{Kept, RestApi, RestApiOutput, Settings, own_apis, remove};
use crate::{
    aws::{Unkeyed, apigateway_tags, call_once, create_unkeyed, tags},
    engine::{Applied, Found, Kind as _, Run, Wish},
    resources::Document,
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::{EndpointConfiguration, EndpointType, RestApi as Described};
use serde_json::Value;
use std::rc::Rc;

/// What the stack file wishes of it.
pub(crate) struct RestApiWish {
    pub api: RestApi,
    pub description: String,
    /// Which addresses may call, see [`policy::wished_api_policy`].
    pub policy: Option<Value>,
    /// What a new one serves from the start.
    pub document: Rc<Document>,
}

fn with(inventory: &tags::Tags, tags: &tags::Tags) -> tags::Tags {
    tags.iter().chain(inventory).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// The create of one wish, and the list it is looked for in.
struct Creation<'a> {
    of: &'a RestApiWish,
    want: &'a Settings,
    run: &'a Run,
}

impl Unkeyed for Creation<'_> {
    type Item = Described;

    async fn ours(&self, _: Option<&Described>) -> Result<Vec<Described>> {
        self.of.api.aws.cloud.forget_rest_apis();
        own_apis(&self.of.api.aws).await
    }

    async fn create(&self) -> Result<Described> {
        let regional = EndpointConfiguration::builder().types(EndpointType::Regional).build();
        let mut request = self.of.api.aws.cloud.apigateway.create_rest_api();
        request = request
            .name(&self.want.name)
            .set_description((!self.want.description.is_empty()).then(|| self.want.description.clone()))
            .endpoint_configuration(regional)
            .set_policy(self.want.policy.as_ref().map(Value::to_string))
            .set_tags(Some(with(&self.want.inventory, &self.want.tags).into_iter().collect()));
        let made = call_once(self.run, "CreateRestApi", || request.clone().send()).await?;
        // From now on the stack is found; what has a name of its own need not wait for the look for a twin.
        self.run.there();
        Ok(Described::builder()
            .set_id(made.id)
            .set_created_date(made.created_date)
            .set_tags(made.tags)
            .build())
    }

    /// The document goes in while the list is read again, which saves a first `up` one round trip. Runs that race each put
    /// theirs into the API that they made; the loser deletes its own with all that is in it, and puts the document into the
    /// winner, as it would have done after the list.
    async fn complete(&self, item: &Described) -> Result<()> {
        let (document, id) = (&self.of.document, item.id().unwrap_or_default());
        document.put(id, &document.canonical()?, &Kept::of(self.want), self.run).await
    }

    async fn delete(&self, item: &Described) -> Result<()> {
        remove(&self.of.api.aws, item.id().unwrap_or_default(), self.run).await
    }

    fn same(a: &Described, b: &Described) -> bool {
        a.id == b.id
    }
}

impl RestApiWish {
    /// The API's wished settings. On what was adopted, what the file does not name stays as it is.
    fn wished(&self, adopted: Option<&Settings>) -> Settings {
        let regional = || vec![EndpointType::Regional.as_str().to_owned()];
        let described = Some(&self.description).filter(|d| !d.is_empty());
        let policy = || adopted.and_then(|a| a.policy.clone());
        Settings {
            name: self.api.aws.file.api.clone(),
            description: described.or(adopted.map(|a| &a.description)).cloned().unwrap_or_default(),
            endpoint: adopted.map_or_else(regional, |a| a.endpoint.clone()),
            policy: self.policy.clone().or_else(policy),
            execute_api_endpoint: adopted.is_none_or(|a| a.execute_api_endpoint),
            minimum_compression_size: adopted.and_then(|a| a.minimum_compression_size),
            inventory: tags::Tags::new(),
            tags: tags::Tags::new(),
            domains: Vec::new(),
        }
    }
}

impl Wish for RestApiWish {
    type Kind = RestApi;

    fn kind(&self) -> &RestApi {
        &self.api
    }

    /// What is there already stays listed until it is gone.
    fn settings(&self, found: Option<&Found<RestApi>>) -> Result<Settings> {
        let aws = &self.api.aws;
        let there = found.map(|f| aws.inventory(&f.settings.inventory)).unwrap_or_default();
        Ok(Settings {
            inventory: aws.inventory_tags(&aws.file.inventory.union(&there)),
            tags: aws.ownership.tags(&self.api.id(), found.map(|f| &f.owner)),
            ..self.wished(found.and_then(Found::adopted))
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<RestApiOutput> {
        let made = create_unkeyed(&Creation { of: self, want, run }, run).await?;
        self.api.aws.cloud.forget_rest_apis();
        let id = made.id.context("CreateRestApi answered without an id")?;
        Ok(RestApiOutput { id, defined: true, kept: Kept::of(want), paused: None })
    }

    async fn update(
        &self,
        found: &Found<RestApi>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<RestApiOutput>> {
        // Tags first: from then on it is ours, whatever happens to the rest.
        let (api, have, id) = (&self.api, &found.settings, &found.output.id);
        let (old, new) = (with(&have.inventory, &have.tags), with(&want.inventory, &want.tags));
        apigateway_tags::set(&api.aws.cloud, &api.arn(id)?, &old, &new, run).await?;
        api.patch(id, have, want, run).await?;
        api.aws.cloud.forget_rest_apis();
        Ok(Applied::in_place(RestApiOutput { kept: Kept::of(want), ..found.output.clone() }))
    }
}
