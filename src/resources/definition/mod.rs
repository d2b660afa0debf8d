//! What the REST API serves, as one document: routes, proxy integrations, OPTIONS mocks, gateway responses.
//!
//! It is written with one `PutRestApi(mode=overwrite)` and read with one `GetResources(embed=methods)` and one
//! `GetGatewayResponses`, whatever the number of routes; both sides are brought into the same canonical form
//! ([`canonical`]) and compared field by field.

mod authorizers;
mod canonical;
mod cors;
mod openapi;
mod wish;

pub use canonical::Canonical;

use super::{Context, RestApiOutput, resource_policy, rest_api::anchor};
use crate::{
    aws::call,
    engine::{Applied, Handle, Id, Live, Owner, Reporter, Resource},
    stack::{self, Auth},
};
use anyhow::{Context as _, Result};
use aws_sdk_apigateway::types::{Authorizer, PutMode, Resource as Found};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

pub struct Definition {
    pub at: Context,
    pub id: Id,
    pub api: stack::Api,
    /// Key in the stack file to the name in AWS.
    pub functions: BTreeMap<String, String>,
    pub rest_api: Handle<RestApiOutput>,
}

/// What the stage needs of it.
#[derive(Debug, Clone)]
pub struct DefinitionOutput {}

/// Changes with what our documents look like for the same stack: then every stack is deployed once more.
const SCHEMA: &str = "1";

impl Definition {
    /// The wished document.
    ///
    /// # Errors
    /// Before the caller's account is known.
    pub fn canonical(&self) -> Result<Canonical> {
        wish::canonical(&self.api, |function| {
            let name = self.functions.get(function).map_or(function, String::as_str);
            let region = &self.at.cloud.region;
            let partition = &self.at.cloud.identity()?.partition;
            let arn = self.at.cloud.arn("lambda", &format!("function:{name}"))?;
            Ok(format!(
                "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
            ))
        })
    }

    /// The description of a deployment of this document: its hash, so that a stage says what it serves.
    ///
    /// # Errors
    /// As [`Definition::canonical`].
    pub fn deployment_description(&self) -> Result<String> {
        let text = serde_json::to_string(&self.canonical()?)?;
        let hash = Sha256::new().chain_update(SCHEMA).chain_update(text);
        // A stage serves the policy that its deployment was made with.
        let hash = match resource_policy::wished(&self.api) {
            Some(policy) => hash.chain_update(policy.to_string()).finalize(),
            None => hash.finalize(),
        };
        let digits: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
        Ok(format!("lambdeploy {digits}"))
    }

    /// `(path, METHOD)` of everything that a deployment of it must show.
    ///
    /// # Errors
    /// As [`Definition::canonical`].
    pub fn methods(&self) -> Result<BTreeSet<(String, String)>> {
        let split = |key: &String| key.split_once(' ').map(|(m, p)| (p.to_owned(), m.to_owned()));
        Ok(self.canonical()?.routes.keys().filter_map(split).collect())
    }

    async fn put(&self, want: &Canonical, to: &Reporter) -> Result<()> {
        let id = self.rest_api.ready()?.id;
        let document = openapi::document(
            want,
            &self.api.name,
            &self.api.description,
            resource_policy::wished(&self.api).as_ref(),
        );
        let body = aws_sdk_apigateway::primitives::Blob::new(document.to_string());
        let request = self.at.cloud.apigateway.put_rest_api().rest_api_id(id);
        let request = request.mode(PutMode::Overwrite).fail_on_warnings(true).body(body);
        call(to, "PutRestApi", || request.clone().send()).await?;
        self.at.cloud.forget_lists();
        Ok(())
    }

    /// Those that are there, if there should be any: else a method that has one shows its id, and that differs too.
    async fn authorizers(&self, api: &str, to: &Reporter) -> Result<Vec<Authorizer>> {
        let uses = |auth: &Auth| matches!(auth, Auth::Cognito(_) | Auth::Authorizer(_));
        if !self.api.routes.iter().any(|r| uses(&r.auth)) {
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
        self.canonical()
    }

    /// It goes with its API.
    fn retained(&self) -> bool {
        true
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let to = Reporter::silent(self.id.clone());
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

    async fn create(&self, want: &Canonical, to: &Reporter) -> Result<DefinitionOutput> {
        self.put(want, to).await?;
        Ok(DefinitionOutput {})
    }

    async fn update(
        &self,
        _: &Live<Self>,
        want: &Canonical,
        to: &Reporter,
    ) -> Result<Applied<DefinitionOutput>> {
        self.put(want, to).await?;
        Ok(Applied::in_place(DefinitionOutput {}))
    }

    async fn delete(&self, _: &Live<Self>, _: &Reporter) -> Result<()> {
        Ok(())
    }
}
