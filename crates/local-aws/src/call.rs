//! One request on its way through a handler, and what the handler answers.

use crate::{
    authorization::Asked,
    blobs::BlobStore,
    config::{Config, Delays},
    error_words::ErrorWords,
    lambda::{invocation::InvokeRequest, provision::ProvisionOrder, sandbox::Sandbox},
    secret::Secret,
    world::{Account, Region, World},
};
use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// What a successful handler answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// The output shape, member names as in AWS's model; JSON for the JSON protocols, turned to XML for the query protocol.
    Json { status: u16, body: Value },
    /// No body at all (204, or 202 for API Gateway's deletes).
    Empty { status: u16 },
    /// Bytes with headers, for Lambda's Invoke and exports.
    Raw { status: u16, headers: Vec<(String, String)>, body: Bytes },
    /// Lambda's Invoke goes on outside the lock, where a container can be waited for.
    Invoke(InvokeRequest),
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self::Json { status: 200, body }
    }
    pub(crate) fn created(body: Value) -> Self {
        Self::Json { status: 201, body }
    }
    pub(crate) fn no_content() -> Self {
        Self::Empty { status: 204 }
    }
    pub(crate) fn accepted() -> Self {
        Self::Empty { status: 202 }
    }
}

/// A map as the query protocol writes it: a list of entries, each with a key and a value.
pub(crate) fn entries<V: Serialize>(map: &BTreeMap<String, V>) -> Value {
    json!({ "entry": map.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect::<Vec<_>>() })
}

/// What a handler leaves to do beside the world, once it has succeeded.
#[derive(Debug)]
pub(crate) enum Effect {
    /// The containers of a function, or of one of its versions, end: it was deleted. Holds its ARN.
    RetireContainers(String),
    /// A function's containers are made from this from now on.
    ReplaceContainers(Arc<Sandbox>),
    /// The snapshot of a new version is made. The version takes calls once it is there, and not before that moment.
    Snapshot { sandbox: Arc<Sandbox>, not_before: Timestamp },
    /// So many containers of a version are kept ready, from none to more than there were.
    Provision(ProvisionOrder),
}

/// The tags of the resource that an ARN names, in the account and region of a call.
pub(crate) type TagsOf = fn(&Account, &str, &str) -> Option<BTreeMap<String, String>>;

/// One request on its way through a handler.
pub(crate) struct Call<'a> {
    pub operation: &'static str,
    /// How the operation's service words the errors that all services have.
    pub words: &'static ErrorWords,
    pub account: String,
    pub region: String,
    /// The caller's access key id, as signed.
    pub access_key: String,
    /// `host:port` as the caller wrote it, for the URLs that replies contain (registry, invoke URLs).
    pub host: String,
    /// As they came, for operations that bind members to headers.
    pub headers: HeaderMap,
    /// The body as it came, for operations whose body is a blob.
    pub payload: Bytes,
    pub request_id: String,
    pub now: Timestamp,
    pub config: &'a Config,
    pub secret: &'a Secret,
    pub delays: Delays,
    pub world: &'a mut World,
    pub blobs: &'a BlobStore,
    pub asked: &'a Asked,
    /// Of whatever service the resource is.
    pub tags_of: TagsOf,
    pub effects: Vec<Effect>,
}

impl Call<'_> {
    /// This caller's account.
    pub(crate) fn account_mut(&mut self) -> &mut Account {
        self.world.account(&self.account)
    }

    /// This caller's region.
    pub(crate) fn region_mut(&mut self) -> &mut Region {
        self.world.region(&self.account, &self.region)
    }

    /// `arn:aws:<service>:<region>:<account>:<rest>`
    pub(crate) fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
    }
}
