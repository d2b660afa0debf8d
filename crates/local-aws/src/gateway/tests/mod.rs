#![allow(clippy::unwrap_used)]

mod aliases;
mod authorizers;
mod contract;
mod every_refusal;
mod functions;
mod gateway_responses;
mod keys;
mod limits;

mod logs_and_metrics;
mod mocks;
mod proxies;
mod routes;
mod sockets;
mod validations;
pub(crate) mod world;
