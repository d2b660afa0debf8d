//! API Gateway's control plane: REST APIs, deployments, stages, keys, usage plans.
//!
//! | files | what they hold |
//! |---|---|
//! | [`model`] | the state |
//! | `operations` | the table: one row an operation |
//! | `rest_api`, `resource`, `method`, `integration`, `gateway_response`, `deployment`, `stage`, `api_key`, … | one concept each, with its operations |
//! | `import`, `openapi` | ImportRestApi and PutRestApi: a document becomes a draft |
//! | `find`, `input`, `patch`, `page`, `errors`, `ids`, `mapping` | what the concepts share |

pub mod model;

mod account;
mod api_key;
mod authorizer;
mod deployment;
mod domain_name;
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
mod policy;
mod request_validator;
mod resource;
mod rest_api;
mod stage;
mod stage_patch;
mod tags;
mod update_rest_api;
mod usage;
mod usage_plan;
mod usage_plan_key;
mod usage_plan_patch;

#[cfg(test)]
mod tests;

pub use model::ApiGateway;
pub use operations::OPERATIONS;
