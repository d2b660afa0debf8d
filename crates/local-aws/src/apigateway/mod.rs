//! API Gateway's control plane: REST APIs, deployments, stages, keys, usage plans.

pub mod model;

use crate::operation::Operation;

pub use model::ApiGateway;

pub const OPERATIONS: &[Operation] = &[];
