//! The REST API itself: the anchor of a stack, made first and deleted last. What it serves is its [`super::Definition`].

mod anchor;
mod kept;
mod mappings;
mod wish;

use super::{chains, twin::Twinned};
use crate::{
    aws::{Patience, StackAws, apigateway_tags, call, ignore_not_found, patch, tags, wait_until},
    engine::{Breaks, Deletable, Found, Kind, Link, Owner, Run, Words},
    policy,
};
pub(crate) use anchor::{anchor, own_api, own_apis, tags_of};
use anyhow::{Context as _, Result, bail};
use aws_sdk_apigateway::types::{ApiStatus, Op, PatchOperation, RestApi as Described};
pub(super) use kept::Kept;
use mappings::mappings;
use serde::Serialize;
use serde_json::Value;
pub(crate) use wish::RestApiWish;

/// The stack's own, or the one that `--adopt` would make its own.
#[derive(Clone)]
pub(crate) struct RestApi {
    pub aws: StackAws,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    name: String,
    description: String,
    endpoint: Vec<String>,
    policy: Option<Value>,
    execute_api_endpoint: bool,
    minimum_compression_size: Option<i32>,
    inventory: tags::Tags,
    tags: tags::Tags,
    /// Custom domains that lead to it; read where it is to be deleted.
    #[serde(skip)]
    domains: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct RestApiOutput {
    pub id: String,
    /// It was made in this run, and holds the wished document already.
    pub defined: bool,
    /// What an import has to say again.
    pub kept: Kept,
    /// Since when `pause` has shut the door: `2026-11-29T22:10:00Z`.
    pub paused: Option<String>,
}

impl RestApi {
    /// `--adopt api=<id>`
    pub(crate) const WORD: &'static str = "api";

    async fn described(&self) -> Result<Option<(Described, Owner)>> {
        let found = anchor(&self.aws).await?;
        if let (None, Some(id)) = (&found, self.aws.chosen(Self::WORD)) {
            bail!("--adopt api={id}: there is no REST API of that id");
        }
        Ok(found)
    }

    fn found(&self, api: Described, owner: Owner) -> Result<Found<Self>> {
        let there = tags_of(&api);
        let endpoint = api.endpoint_configuration().map(|e| e.types()).unwrap_or_default();
        let inventory = there.iter().filter(|(k, _)| k.starts_with(tags::INVENTORY));
        let settings = Settings {
            name: api.name().unwrap_or_default().to_owned(),
            description: api.description().unwrap_or_default().to_owned(),
            endpoint: endpoint.iter().map(|t| t.as_str().to_owned()).collect(),
            policy: api.policy().filter(|p| !p.is_empty()).map(policy::canonical_api_policy),
            execute_api_endpoint: !api.disable_execute_api_endpoint,
            minimum_compression_size: api.minimum_compression_size,
            inventory: inventory.map(|(k, v)| (k.clone(), v.clone())).collect(),
            tags: self.aws.ownership.managed(&there, &owner),
            domains: Vec::new(),
        };
        let owner = self.with_room(owner, &there);
        let id = api.id.context("GetRestApis answered an API without an id")?;
        let output = RestApiOutput {
            id,
            defined: false,
            kept: Kept::of(&settings),
            paused: there.get(tags::PAUSED).cloned(),
        };
        Ok(Found { settings, output, owner })
    }

    async fn patch(&self, id: &str, have: &Settings, want: &Settings, run: &Run) -> Result<()> {
        let operations = operations(have, want);
        if operations.is_empty() {
            return Ok(());
        }
        let request = self.aws.cloud.apigateway.update_rest_api().rest_api_id(id);
        let request = request.set_patch_operations(Some(operations));
        let answer = call(run, "UpdateRestApi", || request.clone().send()).await?;
        available(&self.aws, id, answer.api_status.as_ref(), run).await
    }

    /// An API with so many tags that the inventory has no room can't be adopted.
    fn with_room(&self, owner: Owner, there: &tags::Tags) -> Owner {
        let Owner::Other(what) = owner else { return owner };
        match self.aws.ownership.crowded(there, self.aws.inventory_tags(&self.aws.file.inventory).len()) {
            Some(why) => Owner::Barred { what, why },
            None => Owner::Other(what),
        }
    }

    fn arn(&self, id: &str) -> Result<String> {
        apigateway_tags::arn(&self.aws.cloud, &format!("restapis/{id}"))
    }
}

fn operations(have: &Settings, want: &Settings) -> Vec<PatchOperation> {
    let policy = || want.policy.as_ref().map(Value::to_string).unwrap_or_default();
    let size = (have.minimum_compression_size != want.minimum_compression_size).then(|| {
        let size = PatchOperation::builder().op(Op::Replace).path("/minimumCompressionSize");
        size.set_value(want.minimum_compression_size.map(|n| n.to_string())).build()
    });
    let all = [
        patch::changed("/name", &have.name, &want.name),
        patch::changed("/description", &have.description, &want.description),
        patch::changed("/endpointConfiguration/types/0", &have.endpoint.concat(), &want.endpoint.concat()),
        (have.policy != want.policy).then(|| patch::replace("/policy", policy())),
        patch::changed(
            "/disableExecuteApiEndpoint",
            &!have.execute_api_endpoint,
            &!want.execute_api_endpoint,
        ),
        size,
    ];
    all.into_iter().flatten().collect()
}

/// Waits while a REST API is being updated: it takes no further update meanwhile. Asks nothing where `status`, from the
/// answer to a change, says that it is available.
pub(super) async fn available(
    aws: &StackAws,
    api: &str,
    status: Option<&ApiStatus>,
    run: &Run,
) -> Result<()> {
    if status.is_none_or(|s| *s == ApiStatus::Available) {
        return Ok(());
    }
    let ask = || async {
        let request = aws.cloud.apigateway.get_rest_api().rest_api_id(api);
        let answer = call(run, "GetRestApi", || request.clone().send()).await?;
        Ok(match answer.api_status.as_ref() {
            Some(ApiStatus::Failed) => {
                let why = answer.api_status_message.unwrap_or_else(|| "AWS gives no reason".to_owned());
                bail!("API Gateway could not update the REST API {api}: {why}")
            }
            Some(other) if *other != ApiStatus::Available => Err(format!("it is {}", other.as_str())),
            _ => Ok(()),
        })
    };
    wait_until(run, Patience::API_UPDATE, "API Gateway to update the REST API", ask).await
}

async fn remove(aws: &StackAws, id: &str, run: &Run) -> Result<()> {
    let request = aws.cloud.apigateway.delete_rest_api().rest_api_id(id);
    let result = ignore_not_found(call(run, "DeleteRestApi", || request.clone().send()).await);
    aws.cloud.forget_rest_apis();
    result
}

impl Kind for RestApi {
    const NAME: &'static str = "rest-api";
    const WORDS: &'static [Words] = &[Words::bookkeeping("inventory")];
    const LINKS: &'static [Link] = &[Link::of(chains::FUNCTION, Breaks::Never)];
    type Settings = Settings;
    type Output = RestApiOutput;

    fn aws_name(&self, found: Option<&Found<Self>>) -> String {
        let there = found.map(|f| format!("{} (id {})", f.settings.name, f.output.id));
        there.unwrap_or_else(|| self.aws.file.api.clone())
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let described = self.described().await?;
        described.map(|(api, owner)| self.found(api, owner)).transpose()
    }
}

impl Deletable for RestApi {
    async fn find_doomed(&self) -> Result<Option<Found<Self>>> {
        let (found, mappings) = tokio::join!(self.find(), mappings(&self.aws));
        let (Some(mut found), mappings) = (found?, mappings?) else { return Ok(None) };
        let ours = mappings.into_iter().filter(|mapping| mapping.api == found.output.id);
        found.settings.domains = ours.map(|mapping| mapping.from).collect();
        Ok(Some(found))
    }

    fn undeletable(&self, found: &Found<Self>) -> Option<String> {
        let domains = found.settings.domains.join(", ");
        (!domains.is_empty()).then(|| {
            format!(
                "AWS deletes no REST API that a custom domain leads to, and {domains} leads to this one: remove the mapping \
                 (aws apigateway delete-base-path-mapping), then run the same command again"
            )
        })
    }

    async fn delete(&self, found: &Found<Self>, run: &Run) -> Result<()> {
        Twinned::remove(self, &found.output, run).await
    }
}

impl Twinned for RestApi {
    async fn twins(&self) -> Result<Vec<String>> {
        Ok(own_apis(&self.aws).await?.into_iter().skip(1).filter_map(|api| api.id).collect())
    }

    async fn by_id(&self, id: &str) -> Result<Option<Found<Self>>> {
        let all = self.aws.cloud.rest_apis().await?;
        let twin = all.iter().find(|api| api.id() == Some(id) && self.aws.ownership.owns(&tags_of(api)));
        twin.map(|api| self.found(api.clone(), Owner::Us)).transpose()
    }

    async fn remove(&self, output: &RestApiOutput, run: &Run) -> Result<()> {
        remove(&self.aws, &output.id, run).await
    }
}
