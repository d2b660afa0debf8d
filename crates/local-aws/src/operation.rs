//! An operation is a row of a service's table: its name, how it is bound to HTTP, and the function that does it.

use crate::{
    clock::Clock,
    config::{Config, Delays},
    error::AwsError,
    gateway::Meters,
    lambda::runtime::Pool,
    registry::BlobStore,
    secret::Secret,
    world::{Account, Region, World},
};
use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;

/// The services, named as in a SigV4 credential scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    Sts,
    Iam,
    Ecr,
    Logs,
    Lambda,
    ApiGateway,
}

impl Service {
    /// From the name in the credential scope.
    pub fn from_signing_name(name: &str) -> Option<Self> {
        Some(match name {
            "sts" => Self::Sts,
            "iam" => Self::Iam,
            "ecr" => Self::Ecr,
            "logs" => Self::Logs,
            "lambda" => Self::Lambda,
            "apigateway" => Self::ApiGateway,
            _ => return None,
        })
    }

    /// The largest body of a request, in bytes, from what AWS takes at most: a form with a policy document; a manifest
    /// of 4 MB or a batch of events of 1 MB, as texts in JSON; an API definition of 6 MB; a function's code.
    pub fn body_limit(self) -> usize {
        const MB: usize = 1024 * 1024;
        match self {
            Self::Sts | Self::Iam => MB,
            Self::Ecr | Self::Logs | Self::ApiGateway => 10 * MB,
            Self::Lambda => 70_167_211,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Ecr => "ecr",
            Self::Logs => "logs",
            Self::Lambda => "lambda",
            Self::ApiGateway => "apigateway",
        }
    }
}

/// What a successful handler answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The output shape, member names as in AWS's model; JSON for the JSON protocols, turned to XML for the query protocol.
    Json { status: u16, body: Value },
    /// No body at all (204, or 202 for API Gateway's deletes).
    Empty { status: u16 },
    /// Bytes with headers, for Lambda's Invoke and exports.
    Raw { status: u16, headers: Vec<(String, String)>, body: Bytes },
    /// Lambda's Invoke goes on outside the lock, where a container can be waited for.
    Invoke(crate::lambda::invoke::Request),
}

impl Reply {
    pub fn ok(body: Value) -> Self {
        Self::Json { status: 200, body }
    }
    pub fn created(body: Value) -> Self {
        Self::Json { status: 201, body }
    }
    pub fn no_content() -> Self {
        Self::Empty { status: 204 }
    }
    pub fn accepted() -> Self {
        Self::Empty { status: 202 }
    }
}

/// What every handler does: reads and writes the world, and answers at once.
pub type Handler = fn(&mut Call<'_>, Value) -> Result<Reply, AwsError>;

/// One row of a service's table.
///
/// `method` and `path` bind a REST operation (`"/restapis/{restApiId}"`; a trailing `{name+}` takes the rest of the
/// path, percent-decoded; a `?name=value` at the end has to be in the query, and such a row stands before the row that
/// has the bare path). The JSON and query protocols name the operation themselves: there they are "POST" and "/".
/// `query` lists query parameters as (name on the wire, member name); parameters that are not listed are dropped.
/// The input that the handler gets is one JSON object with path, query and body members together, as botocore names
/// them; a blob body that is not JSON arrives as `Call::payload`.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub name: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub query: &'static [(&'static str, &'static str)],
    pub handler: Handler,
}

impl Operation {
    /// A row of the JSON or query protocol, which name the operation themselves.
    pub const fn named(name: &'static str, handler: Handler) -> Self {
        Self { name, method: "POST", path: "/", query: &[], handler }
    }

    /// Whether the body is the caller's own document, whose members are none of the operation's.
    pub fn body_is_blob(&self) -> bool {
        self.name == "Invoke"
    }
}

/// One request on its way through a handler.
pub struct Call<'a> {
    pub service: Service,
    pub operation: &'static str,
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
    pub clock: &'a Clock,
    pub config: &'a Config,
    pub secret: &'a Secret,
    pub delays: Delays,
    pub world: &'a mut World,
    pub blobs: &'a BlobStore,
    pub pool: &'a Pool,
    /// What the stage URLs let through, for GetUsage.
    pub meters: &'a Meters,
}

impl Call<'_> {
    /// This caller's account.
    pub fn account_mut(&mut self) -> &mut Account {
        self.world.account(&self.account)
    }

    /// This caller's region.
    pub fn region_mut(&mut self) -> &mut Region {
        self.world.region(&self.account, &self.region)
    }

    /// `arn:aws:<service>:<region>:<account>:<rest>`
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
    }
}
