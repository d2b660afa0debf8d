//! How a request gets to the stage.

use super::row::Ask;
use crate::outside::http::Response;
use anyhow::Result;

/// Whatever carries a request to the stage: real HTTP, or a router in the same process.
pub trait Carrier {
    /// # Errors
    /// No answer, and why.
    fn carry(&self, ask: &Ask) -> impl Future<Output = Result<Response>>;
}
