//! The URL as a client sees it.

pub mod http;
mod smoke;

pub use smoke::{Answer, Smoke};
