//! A service as a value: all that the local AWS has to know of one. Each service's folder has one, and
//! [`services`](crate::services) lists them.

use crate::{
    call::{Call, Reply},
    error::AwsError,
    error_words::ErrorWords,
    permission::Permission,
    request_quotas::RequestQuota,
    world::Account,
};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(crate) struct Service {
    /// As in ARNs and in permissions.
    pub name: &'static str,
    /// As in a SigV4 credential scope.
    pub signing_name: &'static str,
    pub protocol: Protocol,
    /// The largest body of a request, in bytes, from what AWS takes at most.
    pub body_limit: usize,
    pub operations: &'static [Operation],
    /// What a caller has to be allowed for a call, as the service authorization reference has it.
    pub permissions: fn(&mut Call<'_>, &Operation, &Value) -> Vec<Permission>,
    /// What a caller has to be allowed besides, to create the resource (as [`Self::permissions`] names it) with tags.
    pub permission_to_tag: fn(&Call<'_>, &Operation, &str) -> Permission,
    /// The tags of the resource of an account that an ARN (the third argument) in a region (the second) names.
    pub tags_of: fn(&Account, &str, &str) -> Option<BTreeMap<String, String>>,
    /// Every quota that a call draws on.
    pub request_quotas: fn(&'static str, &Value) -> Vec<RequestQuota>,
    pub words: ErrorWords,
}

impl Service {
    pub(crate) fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.name == name)
    }
}

/// How requests and replies are written.
#[derive(Debug)]
pub(crate) enum Protocol {
    /// A form in, XML of this namespace out.
    Query { namespace: &'static str },
    /// AWS JSON: the operation is in `X-Amz-Target`.
    Json,
    /// REST-JSON: the operation is a method and a path.
    Rest { error_body: fn(&AwsError) -> Value },
    /// Smithy RPC v2 CBOR, AWS JSON or query, as each caller likes. Errors have the codes of the query protocol, and
    /// `error_shape` knows what their shapes are called in the others.
    Several { namespace: &'static str, error_shape: ErrorShape },
}

/// The name of the shape of an error, by its code in the query protocol.
pub(crate) type ErrorShape = fn(&str) -> &str;

/// What every handler does: reads and writes the world, and answers at once.
pub(crate) type Handler = fn(&mut Call<'_>, Value) -> Result<Reply, AwsError>;

/// One row of a service's table.
///
/// `method` and `path` bind a REST operation (`"/restapis/{restApiId}"`; a trailing `{name+}` takes the rest of the
/// path, percent-decoded; a `?name=value` at the end has to be in the query, and such a row stands before the row that
/// has the bare path). The JSON and query protocols name the operation themselves: there they are "POST" and "/".
/// `query` lists query parameters as (name on the wire, member name); parameters that are not listed are dropped.
/// The input that the handler gets is one JSON object with path, query and body members together, as botocore names
/// them; a blob body that is not JSON arrives as `Call::payload`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    pub name: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub query: &'static [(&'static str, &'static str)],
    pub handler: Handler,
}

impl Operation {
    /// A row of the JSON or query protocol, which name the operation themselves.
    pub(crate) const fn named(name: &'static str, handler: Handler) -> Self {
        Self { name, method: "POST", path: "/", query: &[], handler }
    }

    /// Whether the body is the caller's own document, whose members are none of the operation's.
    pub(crate) fn body_is_blob(&self) -> bool {
        self.name == "Invoke"
    }
}
