#![allow(clippy::unwrap_used)]

mod gateway_responses;
mod keys;
mod limits;
mod mocks;
mod proxies;
mod routes;
mod sockets;
pub mod world;
