//! API Gateway's control plane: REST APIs, deployments, stages, keys, usage plans.
//!
//! | files | what they hold |
//! |---|---|
//! | [`state`], [`draft`] | the state |
//! | [`usage_counts`], [`quota`] | how often each key of a usage plan has called |
//! | [`call_log`] | what happened to every call of the stage URLs |
//! | `permissions`, `request_quotas` | what a caller has to be allowed, and how often |
//! | `operations` | the table: one row an operation |
//! | `rest_api`, `resource`, `method`, `integration`, `gateway_response`, `deployment`, `stage`, `api_key`, … | one concept each, with its operations |
//! | `import`, `openapi` | ImportRestApi and PutRestApi: a document becomes a draft |
//! | `find`, `input`, `patch`, `page`, `errors`, `ids`, `mapping` | what the concepts share |

mod access_log_settings;
mod account;
mod api_key;
mod authorizer;
pub(crate) mod call_log;
mod deployment;
mod domain_name;
pub(crate) mod draft;
mod endpoint;
mod errors;
mod find;
mod gateway_response;
mod ids;
mod import;
mod input;
mod integration;
mod integration_response;
mod integration_uri;
mod mapping;
mod method;
mod method_response;
mod models;
mod openapi;
mod operations;
mod page;
mod patch;
mod permissions;
mod policy;
pub(crate) mod quota;
mod request_quotas;
mod request_validator;
mod resource;
mod rest_api;
mod stage;
mod stage_patch;
pub(crate) mod state;
mod tags;
mod update_rest_api;
mod usage;
pub(crate) mod usage_counts;
mod usage_plan;
mod usage_plan_key;
mod usage_plan_patch;
mod usage_plan_rules;

#[cfg(test)]
mod tests;

use crate::{
    error_words::ErrorWords,
    service::{Protocol, Service},
};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    name: "apigateway",
    signing_name: "apigateway",
    protocol: Protocol::Rest { error_body: |error| json!({ "message": error.message }) },
    // An API definition of 6 MB.
    body_limit: 10 * 1024 * 1024,
    operations: operations::OPERATIONS,
    permissions: permissions::needed,
    permission_to_tag: permissions::to_tag,
    tags_of: |account, region, arn| account.regions.get(region)?.apigateway.tags_of(arn),
    request_quotas: request_quotas::drawn_on,
    words: ErrorWords {
        access_denied: (403, "AccessDeniedException"),
        throttled: (429, "TooManyRequestsException", "Too Many Requests"),
        ..ErrorWords::JSON
    },
};
