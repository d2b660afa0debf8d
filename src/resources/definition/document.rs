//! The wished document: what a stack's API serves, its hash, and the one call that imports it.

use super::{Canonical, openapi, wish};
use crate::{
    aws::{Patience, StackAws, call, failure_of, wait_at_most},
    engine::{Change, Run},
    policy,
    resources::{
        LIVE,
        rest_api::{Kept, available},
    },
    stack,
};
use anyhow::{Error, Result};
use aws_sdk_apigateway::{operation::put_rest_api::PutRestApiOutput, primitives::Blob, types::PutMode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What the stack file says about its API, and which functions it names.
pub(crate) struct Document {
    pub aws: StackAws,
    pub api: stack::Api,
    /// Key in the stack file to the name in AWS.
    pub functions: BTreeMap<String, String>,
}

/// Changes with what our documents look like for the same stack: then every stack is deployed once more.
const SCHEMA: &str = "1";

impl Document {
    /// In the form in which it is compared.
    ///
    /// # Errors
    /// Before the caller's account is known.
    pub(crate) fn canonical(&self) -> Result<Canonical> {
        wish::canonical(&self.api, |function| {
            let name = self.functions.get(function).map_or(function, String::as_str);
            let region = &self.aws.cloud.region;
            let partition = &self.aws.cloud.identity()?.partition;
            let arn = self.aws.cloud.arn("lambda", &format!("function:{name}:{LIVE}"))?;
            Ok(format!(
                "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
            ))
        })
    }

    /// `GET /health`: what anybody may call from anywhere.
    pub(super) fn open_routes(&self) -> Vec<String> {
        if !self.api.allow_from.is_empty() {
            return Vec::new();
        }
        let open = self.api.routes.iter().filter(|route| route.auth == stack::Auth::None);
        open.map(|route| format!("{} {}", route.method, route.path)).collect()
    }

    /// The description of a deployment of this document: its hash, so that a stage says what it serves.
    ///
    /// # Errors
    /// As [`Document::canonical`].
    pub(crate) fn deployment_description(&self) -> Result<String> {
        let text = serde_json::to_string(&self.canonical()?)?;
        let hash = Sha256::new().chain_update(SCHEMA).chain_update(text);
        // A stage serves the policy that its deployment was made with.
        let hash = match policy::wished_api_policy(&self.api) {
            Some(policy) => hash.chain_update(policy.to_string()).finalize(),
            None => hash.finalize(),
        };
        Ok(format!("lambdeploy {}", hex::encode(&hash[..8])))
    }

    /// `(path, METHOD)` of everything that a deployment of it must show.
    ///
    /// # Errors
    /// As [`Document::canonical`].
    pub(crate) fn methods(&self) -> Result<BTreeSet<(String, String)>> {
        let split = |key: &String| key.split_once(' ').map(|(m, p)| (p.to_owned(), m.to_owned()));
        Ok(self.canonical()?.routes.keys().filter_map(split).collect())
    }

    /// Imports it into `rest_api` in the place of whatever that serves.
    ///
    /// # Errors
    /// As PutRestApi; AWS warns of the document and makes something else of it.
    pub(crate) async fn put(&self, rest_api: &str, wish: &Canonical, kept: &Kept, run: &Run) -> Result<()> {
        let mut document = openapi::document(wish);
        kept.write(&mut document);
        let imported = match self.import(rest_api, &document, true, run).await {
            Err(e) if is_warned(&e) => self.import_despite(e, rest_api, &document, wish, run).await?,
            other => other?,
        };
        available(&self.aws, rest_api, imported.api_status(), run).await
    }

    async fn import(
        &self,
        rest_api: &str,
        document: &Value,
        fail_on_warnings: bool,
        run: &Run,
    ) -> Result<PutRestApiOutput> {
        let request = self.aws.cloud.apigateway.put_rest_api().rest_api_id(rest_api);
        let request = request.mode(PutMode::Overwrite).fail_on_warnings(fail_on_warnings);
        let request = request.body(Blob::new(document.to_string()));
        call(run, "PutRestApi", || request.clone().send()).await
    }

    /// What AWS only warns of is imported all the same, if what it makes of the document is what is wished.
    async fn import_despite(
        &self,
        warnings: Error,
        rest_api: &str,
        document: &Value,
        wish: &Canonical,
        run: &Run,
    ) -> Result<PutRestApiOutput> {
        run.note(format!("API Gateway warns of the definition; importing it anyway ({warnings})"));
        let imported = self.import(rest_api, document, false, run).await?;
        let ask = || async {
            let there = self
                .observed(rest_api, imported.binary_media_types(), imported.api_key_source(), run)
                .await?;
            Ok(match Change::between(Some(&there), wish)? {
                Change::Update(fields) => {
                    let paths: Vec<&str> = fields.iter().map(|f| f.path.as_str()).collect();
                    Err(format!("it understood {} differently", paths.join(", ")))
                }
                _ => Ok(()),
            })
        };
        let settled = wait_at_most(run, Patience::SETTLES, "the import to settle", ask).await?;
        match settled {
            Ok(()) => Ok(imported),
            Err(standing) => {
                Err(warnings.context(format!("API Gateway imported the definition, and {standing}")))
            }
        }
    }
}

fn is_warned(error: &Error) -> bool {
    failure_of(error).is_some_and(|f| f.is("BadRequestException") && f.says("Warnings found during import"))
}
