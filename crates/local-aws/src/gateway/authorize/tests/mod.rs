#![allow(clippy::unwrap_used)]

mod iam;
mod lambda_authorizer;
mod resource_policy;
mod user_pool;
