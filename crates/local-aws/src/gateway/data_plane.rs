//! What serves the stage URLs, and what it remembers between calls.

use super::{access_log::AccessLog, authorize::AuthorizerCache, meters::Meters};
use crate::{lambda::runtime::Pool, shared::Shared};
use std::sync::Arc;

/// It is not part of the world: a dump does not show it.
pub(crate) struct Gateway {
    pub shared: Arc<Shared>,
    /// The functions behind the APIs.
    pub functions: Arc<Pool>,
    pub log: AccessLog,
    pub meters: Meters,
    pub authorizers: AuthorizerCache,
}

impl Gateway {
    pub(crate) fn new(shared: Arc<Shared>, functions: Arc<Pool>) -> Self {
        Self {
            shared,
            functions,
            log: AccessLog::default(),
            meters: Meters::default(),
            authorizers: AuthorizerCache::default(),
        }
    }
}
