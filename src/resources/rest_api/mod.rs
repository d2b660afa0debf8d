//! The REST API itself: the anchor of a stack, made first and deleted last. What it serves is its [`super::Definition`].

mod anchor;
mod kept;
mod mappings;

use super::{Document, StackAws, apigateway_tags, ignore_not_found};
use crate::{
    aws::{Patience, Unkeyed, call, call_once, create_unkeyed, tags, wait_until},
    engine::{Applied, Id, Live, Owner, Resource, Run},
    stack::Inventory,
};
pub use anchor::{Anchor, anchor, own_api, own_apis, tags_of};
use anyhow::{Context as _, Result, bail};
use aws_sdk_apigateway::types::{
    ApiStatus, EndpointConfiguration, EndpointType, Op, PatchOperation, RestApi as Found,
};
pub use kept::Kept;
pub use mappings::{Mapping, mappings};
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;

pub struct RestApi {
    pub aws: StackAws,
    pub id: Id,
    pub description: String,
    /// What the stack file names. What is there already stays listed until it is gone.
    pub inventory: Inventory,
    /// Which addresses may call, see [`super::resource_policy`].
    pub policy: Option<Value>,
    /// What a new one serves from the start.
    pub document: Rc<Document>,
    pub which: Which,
}

/// Which of several this is about: the stack's own, or the one that `--adopt` would make its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    Own,
    /// A twin by id, to be deleted.
    Twin(String),
}

#[derive(Debug, Serialize)]
pub struct Props {
    name: String,
    description: String,
    endpoint: Vec<String>,
    policy: Option<Value>,
    execute_api_endpoint: bool,
    minimum_compression_size: Option<i32>,
    inventory: tags::Tags,
    tags: tags::Tags,
}

#[derive(Debug, Clone)]
pub struct RestApiOutput {
    pub id: String,
    /// It was made in this run, and holds the wished document already.
    pub defined: bool,
    /// What an import has to say again.
    pub kept: Kept,
}

impl RestApi {
    async fn find(&self) -> Result<Option<(Found, Owner)>> {
        let Which::Twin(id) = &self.which else {
            let found = anchor(&self.aws).await?;
            if let (None, Some(id)) = (&found, &self.aws.anchor.adopt) {
                bail!("--adopt api={id}: there is no REST API of that id");
            }
            return Ok(found);
        };
        let all = self.aws.cloud.rest_apis().await?;
        let twin = all.iter().find(|api| api.id() == Some(id) && self.aws.ownership.owns(&tags_of(api)));
        Ok(twin.map(|api| (api.clone(), Owner::Us)))
    }

    async fn patch(&self, id: &str, have: &Props, want: &Props, run: &Run) -> Result<()> {
        let mut operations = Vec::new();
        let mut replace = |differs: bool, path: &str, value: String| {
            if differs {
                operations.push(PatchOperation::builder().op(Op::Replace).path(path).value(value).build());
            }
        };
        replace(have.name != want.name, "/name", want.name.clone());
        replace(have.description != want.description, "/description", want.description.clone());
        replace(have.endpoint != want.endpoint, "/endpointConfiguration/types/0", want.endpoint.concat());
        replace(
            have.policy != want.policy,
            "/policy",
            want.policy.as_ref().map(Value::to_string).unwrap_or_default(),
        );
        let disabled = !want.execute_api_endpoint;
        replace(have.execute_api_endpoint == disabled, "/disableExecuteApiEndpoint", disabled.to_string());
        if have.minimum_compression_size != want.minimum_compression_size {
            let remove = PatchOperation::builder().op(Op::Replace).path("/minimumCompressionSize");
            operations.push(remove.set_value(want.minimum_compression_size.map(|n| n.to_string())).build());
        }
        if operations.is_empty() {
            return Ok(());
        }
        let request = self
            .aws
            .cloud
            .apigateway
            .update_rest_api()
            .rest_api_id(id)
            .set_patch_operations(Some(operations));
        let answer = call(run, "UpdateRestApi", || request.clone().send()).await?;
        available(&self.aws, id, answer.api_status.as_ref(), run).await
    }

    /// The API's wished settings. On what was adopted, what the file does not name stays as it is.
    fn settings(&self, adopted: Option<&Props>) -> Props {
        let regional = || vec![EndpointType::Regional.as_str().to_owned()];
        let described = Some(&self.description).filter(|d| !d.is_empty());
        let policy = || adopted.and_then(|a| a.policy.clone());
        Props {
            name: self.aws.anchor.name.clone(),
            description: described.or(adopted.map(|a| &a.description)).cloned().unwrap_or_default(),
            endpoint: adopted.map_or_else(regional, |a| a.endpoint.clone()),
            policy: self.policy.clone().or_else(policy),
            execute_api_endpoint: adopted.is_none_or(|a| a.execute_api_endpoint),
            minimum_compression_size: adopted.and_then(|a| a.minimum_compression_size),
            inventory: tags::Tags::new(),
            tags: tags::Tags::new(),
        }
    }

    /// An API with so many tags that the inventory has no room can't be adopted.
    fn with_room(&self, owner: Owner, there: &tags::Tags) -> Owner {
        let Owner::Other(what) = owner else { return owner };
        match self.aws.ownership.crowded(there, self.aws.inventory_tags(&self.inventory).len()) {
            Some(why) => Owner::Barred { what, why },
            None => Owner::Other(what),
        }
    }

    fn arn(&self, id: &str) -> Result<String> {
        apigateway_tags::arn(&self.aws, &format!("restapis/{id}"))
    }
}

/// Waits while a REST API is being updated: it takes no further update meanwhile. Asks nothing where `status`, from the
/// answer to a change, says that it is available.
pub async fn available(aws: &StackAws, api: &str, status: Option<&ApiStatus>, run: &Run) -> Result<()> {
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

fn with(inventory: &tags::Tags, tags: &tags::Tags) -> tags::Tags {
    tags.iter().chain(inventory).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// The create of one wish, and the list it is looked for in.
struct Creation<'a> {
    of: &'a RestApi,
    want: &'a Props,
    run: &'a Run,
}

impl Unkeyed for Creation<'_> {
    type Item = Found;

    async fn ours(&self, _: Option<&Found>) -> Result<Vec<Found>> {
        self.of.aws.cloud.forget_rest_apis();
        own_apis(&self.of.aws).await
    }

    async fn create(&self) -> Result<Found> {
        let regional = EndpointConfiguration::builder().types(EndpointType::Regional).build();
        let mut request = self.of.aws.cloud.apigateway.create_rest_api();
        request = request
            .name(&self.want.name)
            .set_description((!self.want.description.is_empty()).then(|| self.want.description.clone()))
            .endpoint_configuration(regional)
            .set_policy(self.want.policy.as_ref().map(Value::to_string))
            .set_tags(Some(with(&self.want.inventory, &self.want.tags).into_iter().collect()));
        let made = call_once(self.run, "CreateRestApi", || request.clone().send()).await?;
        // From now on the stack is found; what has a name of its own need not wait for the look for a twin.
        self.run.there();
        Ok(Found::builder().set_id(made.id).set_created_date(made.created_date).set_tags(made.tags).build())
    }

    /// The document goes in while the list is read again, which saves a first `up` one round trip. Runs that race each put
    /// theirs into the API that they made; the loser deletes its own with all that is in it, and puts the document into the
    /// winner, as it would have done after the list.
    async fn complete(&self, item: &Found) -> Result<()> {
        let (document, id) = (&self.of.document, item.id().unwrap_or_default());
        document.put(id, &document.canonical()?, &Kept::of(self.want), self.run).await
    }

    async fn delete(&self, item: &Found) -> Result<()> {
        remove(&self.of.aws, item.id().unwrap_or_default(), self.run).await
    }

    fn same(a: &Found, b: &Found) -> bool {
        a.id == b.id
    }
}

async fn remove(aws: &StackAws, id: &str, run: &Run) -> Result<()> {
    let request = aws.cloud.apigateway.delete_rest_api().rest_api_id(id);
    let result = ignore_not_found(call(run, "DeleteRestApi", || request.clone().send()).await);
    aws.cloud.forget_lists();
    result
}

impl Resource for RestApi {
    type Props = Props;
    type Output = RestApiOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn aws_name(&self, have: Option<&Live<Self>>) -> String {
        let there = have.map(|h| format!("{} (id {})", h.props.name, h.output.id));
        there.unwrap_or_else(|| self.aws.anchor.name.clone())
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        let there = have.map(|h| self.aws.inventory(&h.props.inventory)).unwrap_or_default();
        let adopted = have.filter(|h| h.owner != Owner::Us).map(|h| &h.props);
        Ok(Props {
            inventory: self.aws.inventory_tags(&self.inventory.union(&there)),
            tags: self.aws.ownership.tags(&self.id, have.map(|h| &h.owner)),
            ..self.settings(adopted)
        })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let Some((api, owner)) = self.find().await? else { return Ok(None) };
        let have = tags_of(&api);
        let endpoint = api.endpoint_configuration().map(|e| e.types()).unwrap_or_default();
        let inventory = have.iter().filter(|(k, _)| k.starts_with(tags::INVENTORY));
        let props = Props {
            name: api.name().unwrap_or_default().to_owned(),
            description: api.description().unwrap_or_default().to_owned(),
            endpoint: endpoint.iter().map(|t| t.as_str().to_owned()).collect(),
            policy: api.policy().filter(|p| !p.is_empty()).map(super::resource_policy::canonical),
            execute_api_endpoint: !api.disable_execute_api_endpoint,
            minimum_compression_size: api.minimum_compression_size,
            inventory: inventory.map(|(k, v)| (k.clone(), v.clone())).collect(),
            tags: self.aws.ownership.managed(&have, &owner),
        };
        let owner = self.with_room(owner, &have);
        let id = api.id.context("GetRestApis answered an API without an id")?;
        let output = RestApiOutput { id, defined: false, kept: Kept::of(&props) };
        Ok(Some(Live { props, output, owner }))
    }

    async fn create(&self, want: &Props, run: &Run) -> Result<RestApiOutput> {
        let made = create_unkeyed(&Creation { of: self, want, run }, run).await?;
        self.aws.cloud.forget_lists();
        let id = made.id.context("CreateRestApi answered without an id")?;
        Ok(RestApiOutput { id, defined: true, kept: Kept::of(want) })
    }

    async fn update(&self, have: &Live<Self>, want: &Props, run: &Run) -> Result<Applied<RestApiOutput>> {
        // Tags first: from then on it is ours, whatever happens to the rest.
        let arn = self.arn(&have.output.id)?;
        let (old, new) = (with(&have.props.inventory, &have.props.tags), with(&want.inventory, &want.tags));
        apigateway_tags::set(&self.aws, &arn, &old, &new, run).await?;
        self.patch(&have.output.id, &have.props, want, run).await?;
        self.aws.cloud.forget_lists();
        Ok(Applied::in_place(RestApiOutput { kept: Kept::of(want), ..have.output.clone() }))
    }

    async fn delete(&self, have: &Live<Self>, run: &Run) -> Result<()> {
        remove(&self.aws, &have.output.id, run).await
    }
}
