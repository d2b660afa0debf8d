//! What the REST API serves, as one document: routes, proxy integrations, OPTIONS mocks, gateway responses.
//!
//! It is written with one `PutRestApi(mode=overwrite)` and read with one `GetResources(embed=methods)` and one
//! `GetGatewayResponses`, whatever the number of routes; both sides are brought into the same canonical form
//! ([`canonical`]) and compared field by field.

mod authorizers;
mod canonical;
mod cors;
mod document;
mod openapi;
mod wish;

pub use canonical::Canonical;
pub use document::Document;

use super::{Context, RestApiOutput, rest_api::anchor};
use crate::{
    aws::call,
    engine::{Applied, Handle, Id, Live, Owner, Reporter, Resource},
    stack::Auth,
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::{Authorizer, Resource as Found};
use std::rc::Rc;

pub struct Definition {
    pub at: Context,
    pub id: Id,
    pub document: Rc<Document>,
    pub rest_api: Handle<RestApiOutput>,
}

/// What the stage needs of it.
#[derive(Debug, Clone)]
pub struct DefinitionOutput {}

impl Definition {
    async fn put(&self, to: &Reporter) -> Result<()> {
        self.document.put(&self.rest_api.ready()?.id, to).await?;
        self.at.cloud.forget_lists();
        Ok(())
    }

    /// Those that are there, if there should be any: else a method that has one shows its id, and that differs too.
    async fn authorizers(&self, api: &str, to: &Reporter) -> Result<Vec<Authorizer>> {
        let uses = |auth: &Auth| matches!(auth, Auth::Cognito(_) | Auth::Authorizer(_));
        if !self.document.api.routes.iter().any(|r| uses(&r.auth)) {
            return Ok(Vec::new());
        }
        let request = self.at.cloud.apigateway.get_authorizers().rest_api_id(api).limit(500);
        let page = call(to, "GetAuthorizers", || request.clone().send()).await?;
        Ok(page.items.unwrap_or_default())
    }

    async fn resources(&self, api: &str, to: &Reporter) -> Result<Vec<Found>> {
        let (mut all, mut position) = (Vec::new(), None);
        loop {
            let request =
                self.at.cloud.apigateway.get_resources().rest_api_id(api).embed("methods").limit(500);
            let request = request.set_position(position);
            let page = call(to, "GetResources", || request.clone().send()).await?;
            all.extend(page.items.unwrap_or_default());
            position = page.position;
            if position.is_none() {
                return Ok(all);
            }
        }
    }
}

impl Resource for Definition {
    type Props = Canonical;
    type Output = DefinitionOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn needs(&self) -> Vec<Id> {
        vec![self.rest_api.id()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.rest_api.id()]
    }

    fn wish(&self, _: Option<&Live<Self>>) -> Result<Canonical> {
        self.document.canonical()
    }

    /// It goes with its API.
    fn retained(&self) -> bool {
        true
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let to = self.at.cloud.reporter(&self.id);
        let Some((api, _)) = anchor(&self.at).await? else { return Ok(None) };
        let id = api.id().context("GetRestApis answered an API without an id")?;
        let responses = self.at.cloud.apigateway.get_gateway_responses().rest_api_id(id).limit(500);
        let (resources, responses, authorizers) = tokio::join!(
            self.resources(id, &to),
            call(&to, "GetGatewayResponses", || responses.clone().send()),
            self.authorizers(id, &to),
        );
        let props = Canonical::observed(&api, &resources?, responses?.items(), &authorizers?);
        Ok(Some(Live { props, output: DefinitionOutput {}, owner: Owner::Us }))
    }

    async fn create(&self, _: &Canonical, to: &Reporter) -> Result<DefinitionOutput> {
        if !self.rest_api.ready()?.defined {
            self.put(to).await?;
        }
        Ok(DefinitionOutput {})
    }

    async fn update(
        &self,
        _: &Live<Self>,
        _: &Canonical,
        to: &Reporter,
    ) -> Result<Applied<DefinitionOutput>> {
        self.put(to).await?;
        Ok(Applied::in_place(DefinitionOutput {}))
    }

    async fn delete(&self, _: &Live<Self>, _: &Reporter) -> Result<()> {
        Ok(())
    }
}
