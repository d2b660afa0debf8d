//! The data plane of Lambda: warm containers, each with its own Runtime API.

use super::containers::ContainerEngine;
use std::sync::Arc;

/// All warm containers.
pub struct Pool {
    #[expect(dead_code)]
    engine: Arc<dyn ContainerEngine>,
}

impl Pool {
    pub fn new(engine: Arc<dyn ContainerEngine>) -> Self {
        Self { engine }
    }

    /// Stops every container, for the end of the process.
    pub async fn stop_all(&self) {}
}
