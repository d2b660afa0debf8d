//! The URL as a client sees it.

pub mod http;
mod stage;

pub use stage::Stage;
