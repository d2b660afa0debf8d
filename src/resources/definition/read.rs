//! What a REST API serves, read back.

use super::{Canonical, Document};
use crate::{
    aws::{call, pages},
    engine::Run,
    stack::Auth,
};
use anyhow::Result;
use aws_sdk_apigateway::types::{ApiKeySourceType, Authorizer, Resource};
use std::collections::BTreeSet;

/// Models that every REST API begins with.
const GIVEN_MODELS: [&str; 2] = ["Empty", "Error"];

impl Document {
    /// The definition of `api`; binary types and key source come with the API itself.
    ///
    /// # Errors
    /// As the calls.
    pub(super) async fn observed(
        &self,
        api: &str,
        binary_types: &[String],
        key_source: Option<&ApiKeySourceType>,
        run: &Run,
    ) -> Result<Canonical> {
        let responses = self.aws.cloud.apigateway.get_gateway_responses().rest_api_id(api).limit(500);
        let (resources, responses, authorizers) = tokio::join!(
            self.resources(api, run),
            call(run, "GetGatewayResponses", || responses.clone().send()),
            self.authorizers(api, run),
        );
        let mut there = Canonical::observed(&resources?, responses?.items(), &authorizers?);
        there.binary_types = binary_types.iter().cloned().collect();
        there.api_key_source = key_source.map_or("HEADER", |s| s.as_str()).to_owned();
        Ok(there)
    }

    /// Those that are there, if there should be any: else a method that has one shows its id, and that differs too.
    async fn authorizers(&self, api: &str, run: &Run) -> Result<Vec<Authorizer>> {
        let uses = |auth: &Auth| matches!(auth, Auth::Cognito(_) | Auth::Authorizer(_));
        if !self.api.routes.iter().any(|r| uses(&r.auth)) {
            return Ok(Vec::new());
        }
        let request = self.aws.cloud.apigateway.get_authorizers().rest_api_id(api).limit(500);
        let page = call(run, "GetAuthorizers", || request.clone().send()).await?;
        Ok(page.items.unwrap_or_default())
    }

    async fn resources(&self, api: &str, run: &Run) -> Result<Vec<Resource>> {
        pages(async |position| {
            let request = self.aws.cloud.apigateway.get_resources().rest_api_id(api).embed("methods");
            let request = request.limit(500).set_position(position);
            let page = call(run, "GetResources", || request.clone().send()).await?;
            Ok((page.items.unwrap_or_default(), page.position))
        })
        .await
    }

    /// Models and request validators of an API that was made by others: the import deletes them.
    ///
    /// # Errors
    /// As the calls.
    pub(super) async fn strange_parts(
        &self,
        api: &str,
        run: &Run,
    ) -> Result<(BTreeSet<String>, BTreeSet<String>)> {
        let models = self.aws.cloud.apigateway.get_models().rest_api_id(api).limit(500);
        let validators = self.aws.cloud.apigateway.get_request_validators().rest_api_id(api).limit(500);
        let (models, validators) = tokio::join!(
            call(run, "GetModels", || models.clone().send()),
            call(run, "GetRequestValidators", || validators.clone().send()),
        );
        let models = models?.items.unwrap_or_default().into_iter().filter_map(|m| m.name);
        let validators = validators?.items.unwrap_or_default().into_iter().filter_map(|v| v.name);
        Ok((models.filter(|name| !GIVEN_MODELS.contains(&name.as_str())).collect(), validators.collect()))
    }
}
