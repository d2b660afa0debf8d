//! What hangs on a function by name and goes with it.

use super::{aliases::Alias, event_invoke::EventInvoke, function_url::FunctionUrl};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, Serialize)]
pub struct Attached {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<String, Alias>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<FunctionUrl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_invoke: Option<EventInvoke>,
}
