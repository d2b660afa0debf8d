//! The URL as a client sees it.

pub(crate) mod http;
mod stage;

pub use stage::LiveStage;
